"""Keeps a student's features near those of its teacher that they came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Optional

import torch
from torch import nn

from mmrazor_ssdkd.validation import shown

__all__ = ['FeatureHints', 'FeaturePair']


@dataclass(frozen=True)
class FeaturePair:
    """Two modules of which one gives some of the other's channels.

    They have names, since the runner may replace them (SyncBN).

    Attributes:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.
        names (dict): Of their modules, by ``'student'`` and ``'teacher'``.
        index (torch.Tensor): The teacher's channels that the student's came
            from, (C,).
        dim (int): The dimension of their outputs that channels lie along.
        channels (int, optional): How many the teacher's output has. Defaults
            to None: not known.
    """

    student: nn.Module
    teacher: nn.Module
    names: dict[str, str]
    index: torch.Tensor
    dim: int
    channels: Optional[int] = None


class FeatureHints:
    r"""Distance of a student's features to those that they came from.

    .. math::
        L_{features} = \frac{\lambda}{N} \sum_n \lVert
        \frac{S_n}{\lVert S_n \rVert_2} - \frac{T_n}{\lVert T_n \rVert_2}
        \rVert_2^2

    of a map S of the student and the kept channels T of the teacher's, one
    vector for each of N images, so that it is in [0, 4] times the weight
    whatever their scale. What a student was born with needs no layer between
    the two that would have to learn.

    Relative: FitNets, *Hints for Thin Deep Nets* (arXiv:1412.6550).

    Args:
        pair (FeaturePair, optional): What is compared. None: nothing.
        weight (float): Weight of the loss.
    """

    def __init__(self, pair: Optional[FeaturePair], weight: float) -> None:
        self._pair = pair
        self._weight = weight
        self._seen: dict[str, Any] = {}

    @property
    def on(self) -> bool:
        """Whether there is anything to compare."""
        return self._pair is not None

    @property
    def index(self) -> Optional[torch.Tensor]:
        """The teacher's channels that the student's came from, (C,)."""
        return self._pair.index if self._pair is not None else None

    def resume(self, index: Any) -> None:
        """Takes over which channels the student came from.

        A checkpoint may hold the weights of another teacher than the one that
        the student of this run was born from.

        Args:
            index (torch.Tensor): As of :attr:`index`.

        Raises:
            ValueError: It is not of this student's channels.
        """
        pair, fits = self._pair, _are_channels(index)
        if pair is not None and fits:
            most = pair.channels
            fits = index.shape == pair.index.shape and (
                most is None or bool((index < most).all())
            )
        if not fits:
            number = 'some' if pair is None else len(pair.index)
            raise ValueError(
                f'`feature_index` of a checkpoint must be {number} of the '
                f"teacher's channels, but got {shown(index)}"
            )
        if pair is not None:
            self._pair = replace(pair, index=index)

    @contextmanager
    def watch(self, role: str) -> Iterator[None]:
        """Keeps what one of the two gives inside.

        Args:
            role (str): 'student' or 'teacher'.
        """
        if self._pair is None:
            yield
            return

        def keep(_module: Any, _inputs: Any, output: Any) -> None:
            self._seen[role] = output

        network = getattr(self._pair, role)
        module = network.get_submodule(self._pair.names[role])
        handle = module.register_forward_hook(keep)
        try:
            yield
        finally:
            handle.remove()

    def losses(self) -> dict[str, torch.Tensor]:
        """Returns the loss of what was kept last, and forgets it.

        Returns:
            dict[str, torch.Tensor]: A scalar ``loss_features``; empty where
            nothing is compared.

        Raises:
            ValueError: The student's features are not there, have no
                gradient, or not the form that they had when traced.
        """
        if self._pair is None:
            return {}
        # A student may skip blocks at random.
        ours = self._seen.pop('student', None)
        theirs = self._seen.pop('teacher')
        index = self._pair.index.to(theirs.device)
        theirs = theirs.detach().index_select(self._pair.dim, index)
        self._check(self._pair.names['student'], ours, theirs)
        distance = _unit(ours) - _unit(theirs)
        loss = distance.square().sum(dim=1).mean()
        return dict(loss_features=self._weight * loss)

    def _check(self, name: str, ours: Any, theirs: torch.Tensor) -> None:
        """Raises a ValueError for features that cannot be compared."""
        if ours is None:
            found = 'does not run in each step'
        elif getattr(ours, 'shape', None) != theirs.shape:
            shape = tuple(getattr(ours, 'shape', ())) or type(ours).__name__
            found = f'gives {shape} in training mode'
        elif not ours.requires_grad:
            # The inner forward pass of reentrant checkpointing has no graph.
            found = (
                'gives no gradient (it is frozen, or inside reentrant '
                'activation checkpointing)'
            )
        else:
            return
        raise ValueError(
            '`distillation.feature_weight` must be 0 for a student whose '
            'features cannot be held to those of its teacher, but got '
            f'{self._weight} and {name!r}, which is to give '
            f'{tuple(theirs.shape)}, {found}'
        )


def _are_channels(index: Any) -> bool:
    """Returns whether something is a list of places."""
    listed = isinstance(index, torch.Tensor) and index.dim() == 1
    return listed and index.dtype == torch.long and bool((index >= 0).all())


def _unit(features: torch.Tensor) -> torch.Tensor:
    """Returns each image's features as a vector of length 1, (N, -1)."""
    # A map of almost nothing keeps a gradient of a usual size.
    return nn.functional.normalize(features.flatten(1).float(), eps=1e-6)
