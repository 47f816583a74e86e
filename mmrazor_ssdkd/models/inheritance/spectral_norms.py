"""Estimates anew what spectral norms know of weights that have changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations
from torch.nn.utils.parametrize import ParametrizationList
from torch.nn.utils.spectral_norm import SpectralNorm

from mmrazor_ssdkd.models.forward import frozen

__all__ = ['estimate_spectra', 'spectral_norms']


@dataclass(frozen=True)
class Spectrum:
    """What divides a weight by its largest singular value.

    Attributes:
        weights (tuple[str, ...]): What the weight is made of, in the model's
            state dict.
        vectors (tuple[str, str]): The left and the right singular vector.
        matrix (torch.Tensor): The weight as it is before.
    """

    weights: tuple[str, ...]
    vectors: tuple[str, str]
    matrix: torch.Tensor


@torch.no_grad()
def estimate_spectra(model: nn.Module, keeps: Callable[[str], bool]) -> None:
    """Sets singular vectors to those of the weights that a model has now.

    A norm takes a step towards them at each training step only, and in eval
    mode none.

    Args:
        model (nn.Module): The network; only spectral norms' buffers change.
        keeps (Callable): Whether a tensor of its state dict is as it was when
            the vectors were estimated. Where all are, they stay.
    """
    state = model.state_dict()
    for norm in spectral_norms(model):
        changed = not all(map(keeps, (*norm.weights, *norm.vectors)))
        if changed and norm.matrix.isfinite().all():
            found = _first_singular_vectors(norm.matrix)
            for name, vector in zip(norm.vectors, found):
                state[name].copy_(vector)


def spectral_norms(model: nn.Module) -> Iterator[Spectrum]:
    """Yields PyTorch's spectral norms, of both kinds.

    Args:
        model (nn.Module): The network.
    """
    for name, module in model.named_modules():
        prefix = f'{name}.' if name else ''
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, SpectralNorm):
                yield _hooked(module, hook, prefix + hook.name)
        if isinstance(module, ParametrizationList):
            yield from _parametrized(module, prefix)


def _hooked(module: nn.Module, hook: SpectralNorm, name: str) -> Spectrum:
    """Returns the norm of a hook."""
    weight = getattr(module, f'{hook.name}_orig')
    return Spectrum(
        (f'{name}_orig',),
        (f'{name}_u', f'{name}_v'),
        hook.reshape_weight_to_matrix(weight),
    )


@torch.no_grad()
def _parametrized(parts: Any, prefix: str) -> Iterator[Spectrum]:
    """Yields the norms among what makes a weight, in order."""
    originals = dict(parts.named_parameters(recurse=False))
    originals |= dict(parts.named_buffers(recurse=False))
    names = tuple(prefix + name for name in originals)
    made = tuple(originals.values())
    for number, part in enumerate(parts):
        if (
            isinstance(part, parametrizations._SpectralNorm)
            and made[0].dim() > 1
        ):
            own = f'{prefix}{number}.'
            yield Spectrum(
                names,
                (f'{own}_u', f'{own}_v'),
                part._reshape_weight_to_matrix(made[0]),
            )
        if number + 1 < len(parts):
            with frozen(part):
                made = (part(*made),)


def _first_singular_vectors(
    matrix: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the vectors of a matrix's largest singular value."""
    if len(matrix) > matrix.shape[1]:
        right, left = _first_singular_vectors(matrix.mT)
        return left, right
    wide = matrix.detach().cpu().double()
    left = torch.linalg.eigh(wide @ wide.mT).eigenvectors[:, -1]
    return left, F.normalize(wide.mT @ left, dim=0)
