"""How large and how fast the networks of a run are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

import torch
from mmrazor.models.algorithms import BaseAlgorithm
from torch import nn

from mmrazor_ssdkd import measuring
from mmrazor_ssdkd.deployment import DeployedModel
from mmrazor_ssdkd.models.algorithms import SSDKD

__all__ = ['Network', 'image_shape', 'measure', 'networks_of']


@dataclass(frozen=True)
class Network:
    """A network and what was measured of it.

    Attributes:
        role (str): 'teacher', 'student' or 'model'.
        kind (str): What it is.
        params (int): Numbers that it learnt.
        nbytes (int): That its weights and statistics take.
        macs (int, optional): Multiplications and additions of an image, of
            convolutions and matrix products; None where no image could be
            put through.
        milliseconds (float, optional): An image takes, the median of several.
    """

    role: str
    kind: str
    params: int
    nbytes: int
    macs: Optional[int] = None
    milliseconds: Optional[float] = None


def networks_of(model: nn.Module) -> dict[str, nn.Module]:
    """Returns the networks in what a run trained, by what they are in it.

    Args:
        model (nn.Module): An algorithm of MMRazor, or a plain model.
    """
    if not isinstance(model, BaseAlgorithm):
        return dict(model=model)
    teacher = getattr(model, 'teacher', None)
    found = {} if teacher is None else dict(teacher=teacher)
    return dict(found, student=model.architecture)


def image_shape(
    model: nn.Module, noted: Optional[Sequence[int]] = None
) -> Optional[tuple[int, ...]]:
    """Returns the shape of an image that a run's networks take.

    Args:
        model (nn.Module): What a run trained.
        noted (Sequence[int], optional): What the run's record says.

    Returns:
        tuple[int, ...] | None: (channels, H, W); None where nothing says it.
    """
    generator: Any = getattr(model, 'generator', None)
    if isinstance(model, SSDKD):
        return (generator.channels, *generator.image_size)
    if noted is not None and len(noted) == 3:
        return tuple(noted)
    # MMRazor's generators are of square images of three channels.
    side = getattr(generator, 'img_size', None)
    if isinstance(side, int):
        return (getattr(generator, 'img_channels', 3), side, side)
    preprocessor: Any = getattr(model, 'data_preprocessor', None)
    size = getattr(preprocessor, 'size', None)
    if isinstance(size, (tuple, list)) and len(size) == 2:
        return (3, *size)
    return None


def measure(
    role: str, network: Any, shape: Optional[tuple[int, ...]]
) -> Network:
    """Measures a network, on the device and the threads that there are.

    Args:
        role (str): What it is in the run.
        network (nn.Module): In eval mode; its weights want no gradients any
            more.
        shape (tuple[int, ...], optional): Of an image that it takes.

    Returns:
        Network: What was found.
    """
    inner = getattr(network, 'backbone', None) or getattr(
        network, 'network', None
    )
    kind = type(network).__name__
    if inner is not None:
        kind += f' ({type(inner).__name__})'
    state = network.state_dict().values()
    tensors = [value for value in state if isinstance(value, torch.Tensor)]
    params = sum(p.numel() for p in network.parameters())
    nbytes = sum(tensor.nbytes for tensor in tensors)
    if shape is None:
        return Network(role, kind, params, nbytes)
    images = torch.full((1, *shape), 127.0)
    cost = measuring.measure(DeployedModel(network), images)
    return Network(role, kind, params, nbytes, cost.macs, 1e3 * cost.seconds)
