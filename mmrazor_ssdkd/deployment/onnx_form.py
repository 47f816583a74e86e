"""ONNX, read with onnxruntime."""

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

__all__ = ['load', 'write_exported', 'write_traced']

INPUT, OUTPUT = 'images', 'logits'
_PACKAGES = ('onnx', 'onnxruntime')


def write_traced(
    model: nn.Module, images: torch.Tensor, dynamic: bool
) -> bytes:
    """Writes a network by its trace, which takes seconds.

    Args:
        model (nn.Module): In eval mode.
        images (torch.Tensor): What it is traced with.
        dynamic (bool): Whether other batch sizes shall do, too.

    Returns:
        bytes: A file, with the input ``images``, float32, and the output
        ``logits``.

    Raises:
        ImportError: A package is missing, of which the exporter may find out
            or not.
    """
    for package in _PACKAGES:
        importlib.import_module(package)
    axes = {name: {0: 'batch'} for name in (INPUT, OUTPUT)}
    return _export(
        model, images, dynamo=False, dynamic_axes=axes if dynamic else None
    )


def write_exported(
    model: nn.Module, images: torch.Tensor, dynamic: bool
) -> bytes:
    """Writes a network by ``torch.export``, which takes minutes.

    It knows operators that a trace has no ONNX for, such as a pooling to a
    size that does not divide the map's.

    Args:
        model (nn.Module): In eval mode.
        images (torch.Tensor): What it is run with.
        dynamic (bool): Whether other batch sizes shall do, too.

    Returns:
        bytes: As of :func:`write_traced`.
    """
    shapes = ({0: torch.export.Dim('batch')},) if dynamic else None
    return _export(
        model,
        images,
        dynamo=True,
        dynamic_shapes=shapes,
        external_data=False,
        verbose=False,
    )


def _export(model: nn.Module, images: torch.Tensor, **settings: Any) -> bytes:
    """Returns a file that torch writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'model.onnx'
        torch.onnx.export(
            model,
            (images,),
            path,
            input_names=[INPUT],
            output_names=[OUTPUT],
            **settings,
        )
        return path.read_bytes()


def load(data: bytes) -> Callable[[torch.Tensor], torch.Tensor]:
    """Returns a file's network, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    # Errors are raised, and its warnings are of its own optimisations.
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        data, options, providers=['CPUExecutionProvider']
    )

    def run(images: torch.Tensor) -> torch.Tensor:
        (logits,) = session.run([OUTPUT], {INPUT: images.numpy()})
        return torch.from_numpy(logits)

    return run
