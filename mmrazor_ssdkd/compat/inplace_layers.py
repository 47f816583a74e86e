"""Lets MMRazor's recorders keep what they record, on today's torch."""

from typing import Any

__all__ = ['mend_inplace_layers', 'work_out_of_place']


def mend_inplace_layers() -> None:
    """Makes ``BaseAlgorithm.set_module_inplace_false`` find the layers.

    It looks for the ``OrderedDict`` that modules kept their parts in; where
    they keep a plain dict, as torch >= 2.6 does, it does nothing. A ReLU then
    overwrites what was recorded of the layer before it.
    """
    # Its package imports what the other mends mend.
    from mmrazor.models.algorithms import BaseAlgorithm

    BaseAlgorithm.set_module_inplace_false = _set_module_inplace_false


def work_out_of_place(model: Any) -> None:
    """Keeps layers from overwriting what was recorded before them.

    A network that calls a layer for what it does to its input, and drops
    what it returns, needs ``module_inplace=True`` of MMRazor's algorithms.

    Args:
        model (nn.Module): Changed in place.
    """
    for module in model.modules():
        # A constant of TorchScript and a property are none of its own.
        if vars(module).get('inplace'):
            module.inplace = False


def _set_module_inplace_false(
    _algorithm: Any,
    architecture: Any,
    varstr: str,
) -> None:
    """Takes the place of the method, whose names it keeps."""
    work_out_of_place(architecture)
