"""Writes a deployed network in another form and compares the two."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Optional

import torch

from mmrazor_ssdkd.validation import check_choice

from . import onnx_form, torchscript_form
from .deployed_model import DeployedModel

__all__ = ['FORMS', 'DeployedFile', 'deploy']

Run = Callable[[torch.Tensor], torch.Tensor]
# Of the largest logit: what another order of additions makes of it.
_TOLERANCE = 1e-3


class DeployedFile(NamedTuple):
    """A network in a form that runs elsewhere.

    ``batch`` is the one batch size that it takes, None where it takes any.
    ``difference`` is the largest one from the original's logits, as a share
    of the largest of these.
    """

    data: bytes
    batch: Optional[int]
    difference: float
    run: Run


class Form(NamedTuple):
    """How a form is written and read."""

    suffix: str
    # Each writes a model for a batch size, or for all: those that failed
    # leave it to the next.
    writers: Sequence[Callable[[DeployedModel, torch.Tensor, bool], bytes]]
    load: Callable[[bytes], Run]


FORMS = {
    'onnx': Form(
        '.onnx',
        (onnx_form.write_traced, onnx_form.write_exported),
        onnx_form.load,
    ),
    'torchscript': Form(
        '.ts', (torchscript_form.write,), torchscript_form.load
    ),
}


@torch.no_grad()
def deploy(
    model: DeployedModel, batches: Sequence[torch.Tensor], form: str
) -> DeployedFile:
    """Writes a network in another form and runs it there.

    Some networks count their images while they run and go wrong, without a
    word, on another number of them in the other form (mmpretrain's Swin).
    Such a network is written for one image at a time.

    Args:
        model (DeployedModel): The network.
        batches (Sequence[torch.Tensor]): What the two are compared on:
            images of several batch sizes, of one image among them.
        form (str): A key of ``FORMS``: 'onnx' or 'torchscript'.

    Returns:
        DeployedFile: What was written, and how far it is from the original.

    Raises:
        ValueError: There is no such form, no batch of one image or none of
            more, the form's packages are not installed, or the network cannot
            be written in it, or gives other logits there.
    """
    check_choice('form', form, list(FORMS))
    _check_batches(batches)
    errors = []
    for write, batch, traced in _attempts(form, batches):
        kept = [b for b in batches if batch is None or len(b) == batch]
        try:
            data = _quietly(write, model, traced, batch is None)
            run = FORMS[form].load(data)
            difference = _compare(model, run, kept)
        # Whatever exporter and runtime raise of what they do not know.
        except Exception as error:
            if isinstance(error, ImportError):
                raise ValueError(
                    f'`{form}` must have its packages installed (pip install '
                    f"'mmrazor_ssdkd[onnx]'), but: {error}"
                ) from error
            errors.append(error)
            continue
        return DeployedFile(data, batch, difference, run)
    raise ValueError(
        f'`{form}` must be a form that the network can be written in, but '
        f'{errors[0]}'
    ) from errors[0]


def _check_batches(batches: Sequence[torch.Tensor]) -> None:
    """Raises a ValueError for what a file could not be compared on."""
    sizes = [len(batch) for batch in batches]
    # A file for one image at a time takes no other, and one for any number
    # shows by others that it is.
    if 1 not in sizes or max(sizes) < 2:
        raise ValueError(
            '`batches` must have one of a single image and one of more, but '
            f'got batches of {sizes}'
        )


def _attempts(
    form: str, batches: Sequence[torch.Tensor]
) -> Iterator[tuple[Callable, Optional[int], torch.Tensor]]:
    """Yields ways to write a network: by whom, for how many, with what."""
    largest = max(batches, key=len)
    for write in FORMS[form].writers:
        # A batch of 2: of one image, sizes are taken for constants.
        yield write, None, largest[:2]
        yield write, 1, largest[:1]


def _quietly(
    write: Callable[[DeployedModel, torch.Tensor, bool], bytes],
    model: DeployedModel,
    images: torch.Tensor,
    dynamic: bool,
) -> bytes:
    """Returns what a writer writes, without its talk."""
    with warnings.catch_warnings():
        # Of what a trace makes constant, which the comparison finds out.
        warnings.simplefilter('ignore')
        return write(model, images, dynamic)


def _compare(
    model: DeployedModel, run: Run, batches: Sequence[torch.Tensor]
) -> float:
    """Returns the largest difference, or raises a ValueError."""
    largest = 0.0
    for images in batches:
        expected, found = model(images), run(images)
        if found.shape != expected.shape:
            raise ValueError(
                f'it gives logits of shape {tuple(found.shape)} in place of '
                f'{tuple(expected.shape)} there'
            )
        scale = expected.abs().max().clamp(min=1e-12)
        difference = float((found - expected).abs().max() / scale)
        # What is not a number is not small, either.
        if not difference <= _TOLERANCE:
            raise ValueError(
                f'its logits for {len(images)} image(s) differ there by '
                f'{difference:.2g} of the largest'
            )
        largest = max(largest, difference)
    return largest
