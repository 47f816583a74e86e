"""Imports torchvision on a CPU build of torch."""

import sys

import torch

_SCHEMAS = {
    'nms': '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor',
    'qnms': '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor',
}
# torch forgets the schemas when the library object is collected.
_libraries: list[torch.library.Library] = []


def import_torchvision() -> None:
    """Imports torchvision, declaring its missing operators if it must.

    PyPI has torchvision for CUDA only. Beside a CPU torch its compiled part
    does not load, and its Python part then asks for the schemas of operators
    that nobody declared. With the schemas declared, transforms, models and
    datasets work; calling a compiled operator still raises.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if 'torchvision::nms' not in str(error):
            raise
        _forget('torchvision')
        _declare_operators()
        import torchvision  # noqa: F401


def _declare_operators() -> None:
    """Declares the operators whose schemas torchvision looks up."""
    library = torch.library.Library('torchvision', 'FRAGMENT')
    for name, schema in _SCHEMAS.items():
        library.define(name + schema)
    _libraries.append(library)


def _forget(package: str) -> None:
    """Drops what a failed import left behind, so that it can start again."""
    for name in list(sys.modules):
        if name == package or name.startswith(f'{package}.'):
            del sys.modules[name]
