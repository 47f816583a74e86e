"""Makes the bare network that an adapter holds."""

import inspect
from typing import Any, Union

from mmengine.config import ConfigDict
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from torch import nn
from torch._dynamo import OptimizedModule
from torch.nn.parallel import DataParallel, DistributedDataParallel

from mmrazor_ssdkd.blame import blamed, check_config
from mmrazor_ssdkd.validation import shown

from .builders import find_builder, is_address, source_folder

__all__ = ['build_network', 'is_registered']


def is_registered(module: Union[str, dict, nn.Module]) -> bool:
    """Returns whether a network is named as OpenMMLab names its own."""
    kind = module.get('type') if isinstance(module, dict) else module
    return isinstance(kind, str) and not is_address(kind)


def build_network(module: Union[str, dict, nn.Module]) -> nn.Module:
    """Builds a network.

    Args:
        module (str | dict | nn.Module): A name, ``dict(type=NAME, ...)`` with
            the builder's keyword arguments, or a built network. A name is an
            address as for :func:`find_builder`, or one of a registry.

    Returns:
        nn.Module: The network, without what compiles it or spreads it over
        several devices.

    Raises:
        TypeError: ``module`` is none of these, or what it names makes no
            ``nn.Module``.
        ValueError: There is nothing of that name.
    """
    if isinstance(module, nn.Module):
        return _unwrapped(module)
    kind, arguments = _split(module)
    with source_folder(kind), blamed('module', 'what makes a network'):
        if is_address(kind):
            network = _call(find_builder(kind), arguments)
        elif isinstance(kind, str):
            network = _build_registered(kind, arguments)
        else:
            network = _call(kind, arguments)
    if not isinstance(network, nn.Module):
        raise TypeError(
            f'`module` must make an nn.Module, but {kind!r} makes a '
            f'{type(network).__name__}'
        )
    return _unwrapped(network)


def _unwrapped(network: Any) -> Any:
    """Returns the network itself, whose names and hooks its parts have."""
    while True:
        if isinstance(network, (DataParallel, DistributedDataParallel)):
            network = network.module
        elif isinstance(network, OptimizedModule):
            network = network._orig_mod
        else:
            return network


def _split(module: Any) -> tuple[Any, dict[str, Any]]:
    """Returns what makes the network, and its keyword arguments."""
    if isinstance(module, ConfigDict):
        module = module.to_dict()
    if isinstance(module, dict):
        check_config('module', module)
    arguments = dict(module) if isinstance(module, dict) else {'type': module}
    kind = arguments.pop('type', None)
    # A pure-Python config has the class itself.
    if not (isinstance(kind, str) and kind) and not callable(kind):
        raise TypeError(
            '`module` must be a name, a dict with a `type`, or an nn.Module, '
            f'but got {shown(module)}'
        )
    return kind, arguments


def _build_registered(kind: str, arguments: dict[str, Any]) -> Any:
    """Builds what a registry knows."""
    scope = arguments.pop('_scope_', None)
    with MMRAZOR_MODELS.switch_scope_and_registry(scope) as registry:
        builder = registry.get(kind)
    if builder is None:
        raise ValueError(
            '`module` must be a registered name, PACKAGE:NAME such as '
            "'torchvision.models:resnet18', or path/to/file.py:NAME, but got "
            f'{shown(kind)}'
        )
    return builder(**arguments)


def _call(builder: Any, arguments: dict[str, Any]) -> Any:
    """Calls a builder, one of transformers with the config that it wants."""
    is_class: bool = inspect.isclass(builder)
    config = getattr(builder, 'config_class', None)
    if is_class and config and 'config' not in arguments:
        return builder(config(**arguments))
    return builder(**arguments)
