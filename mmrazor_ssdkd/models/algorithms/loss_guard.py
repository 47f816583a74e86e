"""Stops a training whose losses are no numbers any more."""

import math
from typing import Optional

import torch
from mmengine.optim import OptimWrapper

from mmrazor_ssdkd.validation import is_on_host

__all__ = ['LossGuard']

Losses = dict[str, torch.Tensor]

# Training steps between two looks at an accelerator, which stall its queue.
_INTERVAL = 50


class LossGuard:
    """Checks losses before weights move by them.

    On the CPU that stops the step. On an accelerator the host would have to
    wait for every loss, so there the first step whose losses are not finite
    is only noted, and read every 50 steps and before a checkpoint is saved.
    """

    def __init__(self) -> None:
        self.iteration = 0
        self._noted: dict[str, torch.Tensor] = {}

    def start(self, iteration: int) -> None:
        """Says which training step comes.

        Args:
            iteration (int): How many were done before.

        Raises:
            ValueError: An earlier one had losses that were not finite.
        """
        self.iteration = iteration
        if iteration % _INTERVAL == 0:
            self.raise_noted()

    def check(
        self,
        part: str,
        optim_wrapper: OptimWrapper,
        losses: Losses,
        logits: Optional[Losses] = None,
    ) -> None:
        """Checks what a part is about to learn from.

        Args:
            part (str): Whose weights would move, by its key in
                ``optim_wrapper``.
            optim_wrapper (OptimWrapper): Its own. One with a loss scaler
                skips such steps by itself.
            losses (dict[str, torch.Tensor]): The losses by name.
            logits (dict[str, torch.Tensor], optional): What they were
                computed from, by the model that gave it. Defaults to None.

        Raises:
            ValueError: On the CPU, some are not finite; names the part, the
                step and the models at fault.
        """
        if hasattr(optim_wrapper, 'loss_scaler'):
            return
        total = sum(loss.detach().sum() for loss in losses.values())
        if not isinstance(total, torch.Tensor):
            return
        if not is_on_host(total):
            self._note(part, torch.isfinite(total))
        elif not math.isfinite(total):
            self._raise(part, self.iteration, _found(losses, logits or {}))

    def raise_noted(self) -> None:
        """Raises a ValueError if an accelerator had losses of no number."""
        for part, noted in self._noted.items():
            if (iteration := int(noted)) >= 0:
                self._raise(part, iteration, 'others')

    def check_images(self, images: torch.Tensor) -> None:
        """Raises a ValueError for images of which NaN would become black.

        On an accelerator it is noted, as losses are. Nor may they be far from
        0 to 255, where it is asked before the first step alone.
        """
        finite = torch.isfinite(images)
        if not is_on_host(images):
            self._note('generator', finite.all())
        elif not finite.all():
            bad = int((~finite).sum())
            self._raise('generator', self.iteration, f'{bad} others', 'images')
        if is_on_host(images) or not self.iteration:
            _check_range(images)

    def forget(self) -> None:
        """Forgets what was noted, of a state that another takes over."""
        self._noted.clear()

    def _note(self, part: str, fine: torch.Tensor) -> None:
        """Notes this step for a part, unless an earlier one is noted.

        Args:
            part (str): By its key in ``optim_wrapper``.
            fine (torch.Tensor): Whether nothing is to be noted, a bool.
        """
        step = torch.full_like(fine, self.iteration, dtype=torch.float)
        noted = self._noted.get(part, torch.full_like(step, -1.0))
        self._noted[part] = torch.where(fine | (noted >= 0), noted, step)

    def _raise(
        self, part: str, iteration: int, found: str, what: str = 'losses'
    ) -> None:
        """Raises the ValueError."""
        raise ValueError(
            f'the {what} of `{part}` must be finite, but got {found} in step '
            f'{iteration + 1}; try a lower '
            f'`optim_wrapper.{part}.optimizer.lr`, or its `clip_grad`, from '
            'the last checkpoint on'
        )


def _check_range(images: torch.Tensor) -> None:
    """Raises a ValueError for images that no rounding explains."""
    low, high = (float(x) for x in images.aminmax())
    if low < -1 or high > 256:
        raise ValueError(
            '`generator` must make images in 0 to 255, but got values from '
            f'{low:g} to {high:g}'
        )


def _found(losses: Losses, logits: Losses) -> str:
    """Returns the losses that are no numbers, and the models at fault."""
    bad = [
        f'{name}={loss.sum().item()}'
        for name, loss in losses.items()
        if not torch.isfinite(loss).all()
    ]
    models = [
        name
        for name, values in logits.items()
        if not torch.isfinite(values).all()
    ]
    # Each may be finite and their sum too large.
    text = ', '.join(bad) or 'a sum that is not'
    if models:
        # The first one's reach the others.
        text += f' since what the {models[0]} gives is not'
    return text
