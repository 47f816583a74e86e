"""Refits layers that see fewer channels to what the teacher's gave."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.distributed import num_processes, sum_tensors
from mmrazor_ssdkd.models.forward import predict_logits

from .batch_norm_statistics import batch_statistics
from .channel_ids import NOBODY
from .layer_places import Places
from .norm_moments import NormMoments, NormPair
from .normal_equations import fit_rows

__all__ = ['LayerPair', 'fit_layers']

# Inputs of an output beyond which a fit costs more than it is worth.
_MOST_INPUTS = 5000
# Of a layer's outputs, how much rounding may make of them, TF32's on a GPU and
# half a float's included.
_ROUNDING = 0.03

# A layer's outputs as rows, and the size of its map.
_Targets = dict[Any, tuple[torch.Tensor, torch.Size]]


@dataclass(frozen=True)
class LayerPair:
    """A student's convolution or linear layer and the teacher's.

    Attributes:
        student (nn.Module): The student's.
        teacher (nn.Module): The teacher's.
        outputs (torch.Tensor): Which of the teacher's outputs each of the
            student's is, (out,); ``NOBODY`` of those without.
        centred (bool): Whether a bias, or a norm that takes the mean from
            each channel, makes the means.
    """

    student: Any
    teacher: Any
    outputs: torch.Tensor
    centred: bool


@torch.no_grad()
def fit_layers(
    student: nn.Module,
    teacher: nn.Module,
    pairs: list[LayerPair],
    norms: list[NormPair],
    images: torch.Tensor,
) -> None:
    r"""Fits the student's layers, one after another, to the teacher's outputs.

    .. math::
        \min_W \lVert S (X W - Y) \rVert^2 + \rho \lVert W - W_0 \rVert^2

    with the layer's inputs X as the layers before it, already fitted, make
    them, the teacher's outputs Y at the same places, both less their means if
    a bias or a norm makes these, and the copied weights W_0. S lets each
    class of a segmentor count the same, see :meth:`Places.balance`; of a
    classifier it is 1. Layers whose maps have another size than the
    teacher's, or that give something else than their weights times their
    inputs, stay as they were copied.

    The student's norms work on the batch's own statistics meanwhile, and keep
    them. What they give has the teacher's moments, see :class:`NormMoments`.

    Each process runs its own images. The rows of X and Y are those of all:
    means, class counts and the sums of the normal equations are added up, see
    :func:`fit_rows`, and norms pool their statistics.

    On the slim CIFAR-10 pair the layers alone take the student, before its
    first step, from 50.1 to 72.8% (1,024 images, 2,000 test images, one
    teacher); 512 of the first two rounds give 71.1%. The last layer alone,
    with another choice of channels, gave 36.3% for 31.5 without and 63.3 with
    all. On the digit scenes S takes it from 43.8 to 57.0 mIoU (one teacher,
    1,016 images).

    Relative: *Channel Pruning for Accelerating Very Deep Neural Networks*,
    arXiv:1707.06168, Eq. (5), which has real images.

    Args:
        student (nn.Module): Its layers' and norms' weights and BatchNorm's
            buffers change.
        teacher (nn.Module): In eval mode; stays as it is.
        pairs (list[LayerPair]): What is fitted.
        norms (list[NormPair]): Whose outputs get the teacher's moments.
        images (torch.Tensor): This process's, in 0 to 255,
            (N, channels, H, W), of one size in all processes; all run through
            both networks at once.
    """
    places = Places(num_processes() * len(images))
    targets: _Targets = {}

    def collect(layer: Any, _inputs: Any, output: torch.Tensor) -> None:
        if layer not in targets:
            rows = places.outputs(layer, output)
            targets[layer] = rows, _map_size(layer, output)

    moments = NormMoments(norms)
    watching = [p.teacher.register_forward_hook(collect) for p in pairs]
    places.balance(_run(teacher, images, watching + moments.watch()))
    fitting = [
        pair.student.register_forward_pre_hook(
            _Fit(pair, targets, places), with_kwargs=True
        )
        for pair in pairs
    ]
    with batch_statistics(student):
        _run(student, images, fitting + moments.fit())


def _run(model: Any, images: torch.Tensor, hooks: list) -> Any:
    """Returns a network's logits of images in 0 to 255; removes its hooks."""
    try:
        return predict_logits(
            model, images, getattr(model, 'data_preprocessor', None)
        )
    finally:
        for hook in hooks:
            hook.remove()


class _Fit:
    """Refits a layer just before it first runs, as a pre-hook."""

    def __init__(
        self, pair: LayerPair, targets: _Targets, places: Places
    ) -> None:
        self._pair = pair
        self._targets = targets
        self._places = places

    def __call__(self, layer: Any, args: tuple, kwargs: dict) -> None:
        """Sets the layer's weights."""
        target = self._targets.pop(self._pair.teacher, None)
        if target is None:
            return
        y, size = target
        output = layer.forward(*args, **kwargs)
        (features, *_) = (*args, *kwargs.values())
        # By shapes alone: all processes leave out the same layers. Maps of
        # another size have other places.
        if size != _map_size(layer, output):
            return
        x = self._places.inputs(layer, features, size)
        if (
            x is None
            or len(x) != len(y)
            or x.shape[1] // _groups(layer) > _MOST_INPUTS
            or not _is_linear(layer, x, self._places.outputs(layer, output))
        ):
            return
        known = (self._pair.outputs != NOBODY).to(y.device)
        y = y[:, self._pair.outputs.clamp(min=0).to(y.device)]
        shares = self._places.shares(size, len(y))
        weight, bias = fit_rows(
            layer.weight, x, y, _groups(layer), shares, self._pair.centred
        )
        layer.weight[known] = weight[known].to(layer.weight.dtype)
        if layer.bias is not None:
            layer.bias[known] = bias[known].to(layer.bias.dtype)


def _map_size(layer: Any, output: torch.Tensor) -> torch.Size:
    """Returns the height and width of a map, or how many tokens there are."""
    if isinstance(layer, nn.Linear):
        return torch.Size([output[0].numel() // output.shape[-1]])
    return output.shape[2:]


def _groups(layer: Any) -> int:
    """Returns how many groups a layer's channels fall into."""
    return getattr(layer, 'groups', 1)


def _is_linear(layer: Any, x: torch.Tensor, made: torch.Tensor) -> bool:
    """Returns whether a layer gives its weights times what it is shown.

    One that pads in its own way, or normalises its weights first, does not.

    Args:
        layer (nn.Module): A convolution or a linear layer.
        x (torch.Tensor): What this process shows it, (rows, groups * in).
        made (torch.Tensor): What it made of that, (rows, out).
    """
    groups = _groups(layer)
    weight = layer.weight.float().reshape(groups, made.shape[1] // groups, -1)
    inputs = x.view(len(x), groups, -1).transpose(0, 1)
    product = (inputs @ weight.transpose(1, 2)).transpose(0, 1)
    error = made - product.reshape(made.shape)
    if layer.bias is not None:
        error = error - layer.bias
    squares = [error.square().sum(), made.square().sum()]
    sum_tensors(squares)
    return bool(squares[0] <= _ROUNDING**2 * squares[1])
