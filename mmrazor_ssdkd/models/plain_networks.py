"""Tells OpenMMLab's models from networks that need an adapter."""

import inspect
from typing import Any

__all__ = ['check_has_modes']


def check_has_modes(model: Any, name: str) -> None:
    """Raises a ValueError for a network whose forward pass has no ``mode``.

    Args:
        model (nn.Module): What was given or built.
        name (str): The argument that it was given as.
    """
    try:
        parameters = dict(inspect.signature(model.forward).parameters)
    # A network that was scripted has none.
    except (TypeError, ValueError):
        parameters = {}
    kinds = {parameter.kind for parameter in parameters.values()}
    # A wrapper hands all on, as those of several processes do.
    passes_on = {
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    } <= kinds
    if 'mode' not in parameters and not passes_on:
        kind = type(model).__name__
        raise ValueError(
            f'`{name}` must be a model of OpenMMLab, or a plain network in an '
            "adapter (dict(type='mmrazor_ssdkd.TorchClassifier', module=..., "
            "mean=[...], std=[...]), or 'mmrazor_ssdkd.TorchSegmentor'), but "
            f'got a plain {kind}: the forward pass of `{name}` takes no '
            "'mode'"
        )
