"""A random stream of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

import torch

from mmrazor_ssdkd.validation import check_choice, shown

__all__ = ['RandomStream']


class RandomStream:
    """Separates what is drawn inside from everything outside.

    A validation, a hook or a data loader between two training steps draws
    from torch's default generators too; a run that resumes skips some of
    these draws. With a stream of its own the training draws the same numbers
    either way. The stream starts from the state it first finds.
    """

    def __init__(self) -> None:
        self._state: Optional[dict[str, torch.Tensor]] = None

    @contextmanager
    def __call__(self, device: torch.device) -> Iterator[None]:
        """Draws from this stream, on the CPU and on ``device``, inside.

        Args:
            device (torch.device): The training device.
        """
        cuda = device.type == 'cuda'
        with torch.random.fork_rng(devices=[device] if cuda else []):
            self._restore(device)
            try:
                yield
            finally:
                self._state = {'cpu': torch.get_rng_state()}
                if cuda:
                    self._state['cuda'] = torch.cuda.get_rng_state(device)

    def _restore(self, device: torch.device) -> None:
        """Goes on where the stream stopped."""
        state = self._state or {}
        if 'cpu' in state:
            torch.set_rng_state(state['cpu'])
        if 'cuda' in state and device.type == 'cuda':
            torch.cuda.set_rng_state(state['cuda'], device)

    def state_dict(self) -> dict[str, Any]:
        """Returns the stream's place; empty before its first use."""
        return dict(self._state or {})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over a place; its tensors may be on any device.

        Args:
            state (dict): What :meth:`state_dict` returned.

        Raises:
            ValueError: It is no generators'; the stream stays where it was.
        """
        if not isinstance(state, dict):
            raise ValueError(
                f'`random_stream` must be a dict, but got {shown(state)}'
            )
        for device, place in state.items():
            _check_place(device, place)
        self._state = {k: v.cpu() for k, v in state.items()} or None


def _check_place(device: Any, place: Any) -> None:
    """Raises a ValueError for what no generator of a device takes."""
    check_choice('random_stream', device, ['cpu', 'cuda'])
    if not isinstance(place, torch.Tensor) or place.dtype != torch.uint8:
        raise ValueError(
            '`random_stream` must be the bytes of generators, but got '
            f'{shown(place)} for {device!r}'
        )
    if device == 'cuda' and not torch.cuda.is_available():
        return
    try:
        torch.Generator(device).set_state(place.cpu())
    except RuntimeError as error:
        raise ValueError(
            '`random_stream` must be the bytes of generators, but got '
            f'{place.numel()} others for {device!r}: {error}'
        ) from error
