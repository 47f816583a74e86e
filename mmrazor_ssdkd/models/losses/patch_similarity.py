"""How differently a transformer sees the patches of an image."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_number

from .image_prior import ImagePrior

__all__ = ['PatchSimilarity']

# What attention is called in torch, timm, transformers and OpenMMLab.
_ATTENTION = re.compile('Attention|MSA')
# Of an image; the pairs of them are counted.
_MOST_PATCHES = 32
# Where the density of similarities, from -1 to 1, is looked at, and the
# width of its kernel.
_POINTS, _WIDTH = 41, 0.1


@MODELS.register_module()
class PatchSimilarity(ImagePrior):
    r"""An :class:`ImagePrior` that asks for patches that differ, too.

    To a transformer the patches of a real image are of many kinds and those
    of noise are all alike. Of the outputs of each attention layer, cosine
    similarities between an image's patches have a density :math:`f_l`, by a
    Gaussian kernel, whose entropy grows:

    .. math::
        - \lambda_{sim} \, \overline{H(f_l)}, \quad
        H(f) = - \int f(s) \log f(s) \, ds

    the mean over layers and images. Of images with more than 32 patches as
    many count, evenly spread. It is for teachers of attention without
    BatchNorm, and not shown to pay: from a transformer of 85% on the digits a
    student had 12% after 4 epochs (one seed).

    Paper: Patch Similarity Aware Data-Free Quantization for Vision
    Transformers, arXiv:2203.02250, which sums over the layers.

    Args:
        similarity_weight (float): Weight of the entropy, >= 0. Defaults to
            1.0.
        **kwargs: Those of :class:`ImagePrior`.

    Raises:
        TypeError: A weight is no number.
        ValueError: A weight is negative.

    Example:
        >>> synthesis = dict(
        ...     image_prior=dict(type='mmrazor_ssdkd.PatchSimilarity'))
    """

    def __init__(self, similarity_weight: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.similarity_weight = check_number(
            'similarity_weight', similarity_weight
        )
        self._entropies: list[torch.Tensor] = []

    @contextmanager
    def watch(self, *teachers: nn.Module) -> Iterator[None]:
        """Collects what the teachers' attention gives inside.

        Args:
            *teachers (nn.Module): The networks whose layers are watched.

        Raises:
            ValueError: None has an attention layer.
        """
        layers = [
            layer for teacher in teachers for layer in _attention(teacher)
        ]
        if self.similarity_weight and not layers:
            kinds = ', '.join(type(teacher).__name__ for teacher in teachers)
            raise ValueError(
                '`synthesis.image_prior` must be an ImagePrior, or '
                '`similarity_weight` 0, for a teacher without attention, but '
                f'got PatchSimilarity for {kinds}'
            )
        handles = [
            layer.register_forward_hook(self._collect)
            for layer in (layers if self.similarity_weight else ())
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def forward(self, images: torch.Tensor, *teachers: Any) -> torch.Tensor:
        """Returns the loss of images that the teachers have just seen.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).
            *teachers (nn.Module): Whose data preprocessors count.

        Returns:
            torch.Tensor: A scalar.
        """
        loss = super().forward(images, *teachers)
        if self._entropies:
            entropy = torch.stack(self._entropies).mean()
            loss = loss - self.similarity_weight * entropy
        self._entropies.clear()
        return loss

    def _collect(self, layer: nn.Module, inputs: Any, output: Any) -> None:
        """Adds a layer's entropy, as a forward hook."""
        while isinstance(output, (tuple, list)):
            output = output[0]
        # Windowed attention may give maps, (N, H, W, C).
        patches = output.flatten(1, -2)
        if patches.shape[1] > 1:
            self._entropies.append(_entropy(patches))


def _attention(model: nn.Module) -> list[nn.Module]:
    """Returns the attention layers of a network, without what holds them."""
    found = [m for m in model.modules() if _is_attention(m)]
    return [
        m for m in found if not any(map(_is_attention, list(m.modules())[1:]))
    ]


def _is_attention(module: nn.Module) -> bool:
    """Returns whether a module is called what attention is called."""
    return bool(_ATTENTION.search(type(module).__name__))


def _entropy(patches: torch.Tensor) -> torch.Tensor:
    """Returns the mean entropy of similarities between patches, a scalar.

    Args:
        patches (torch.Tensor): (N, number, C).
    """
    number = patches.shape[1]
    step = -(-number // _MOST_PATCHES)
    unit = F.normalize(patches[:, ::step].float(), dim=2)
    number = unit.shape[1]
    rows, columns = torch.triu_indices(number, number, 1)
    similarity = (unit @ unit.transpose(1, 2))[:, rows, columns]
    points = torch.linspace(-1, 1, _POINTS).to(similarity)
    distance = (points[:, None] - similarity[:, None]) / _WIDTH
    density = distance.square().mul(-0.5).exp().mean(dim=2)
    density = density / (_WIDTH * (2 * torch.pi) ** 0.5)
    surprise = -density * (density + 1e-6).log()
    return surprise.sum(dim=1).mean() * (2 / (_POINTS - 1))
