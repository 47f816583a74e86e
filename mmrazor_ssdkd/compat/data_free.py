"""Lets MMRazor's data-free algorithms run unwrapped and without data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any

from torch import nn

from mmrazor_ssdkd.distributed import average_buffers, update

_Step = Callable[[Any, dict, Any], dict]


def mend_data_free_distillation() -> None:
    """Mends MMRazor's ``DataFreeDistillation`` and DAFL's variant of it.

    - They read ``generator.module``, which a generator has only where it is
      wrapped for distributed training: its base class gets the property.
    - They need real samples, for nothing but to run teacher and student in
      loss mode under the recorders and drop the losses. A batch without
      ``data_samples``, as of ``LatentDataset``, now runs in tensor mode. A
      batch with them runs as before, which is what a recorder on a loss needs.
    - In several processes they train unwrapped, and their gradients are
      averaged.
    - The generator's step leaves gradients in the student, which add to those
      of the student's next step. It no longer does.
    """
    # Their package imports what the other mends mend.
    from mmrazor.models.algorithms import (
        DAFLDataFreeDistillation,
        DataFreeDistillation,
    )
    from mmrazor.models.architectures.generators.base_generator import (
        BaseGenerator,
    )

    if hasattr(BaseGenerator, 'module'):
        return
    BaseGenerator.module = property(lambda generator: generator)
    for algorithm in (DataFreeDistillation, DAFLDataFreeDistillation):
        algorithm.train_step = _mended(algorithm.train_step)


def _mended(train_step: _Step) -> _Step:
    """Returns a training step that needs no sample and leaks no gradient."""

    @wraps(train_step)
    def step(algorithm: Any, data: dict, optim_wrapper: Any) -> dict:
        wrappers = dict(optim_wrapper.items())
        wrappers['architecture'] = _AveragingWrapper(wrappers['architecture'])
        wrappers['generator'] = _SparingWrapper(
            wrappers['generator'], algorithm.student
        )
        real = 'data_samples' in data
        with nullcontext() if real else _without_samples(algorithm):
            log_vars = train_step(algorithm, data, wrappers)
        average_buffers(algorithm.generator, algorithm.student)
        return log_vars

    return step


class _AveragingWrapper:
    """An optimizer wrapper that minimises the processes' mean loss."""

    def __init__(self, wrapper: Any) -> None:
        self._wrapper = wrapper

    def __getattr__(self, name: str) -> Any:
        """Returns everything else from the wrapper itself."""
        return getattr(self._wrapper, name)

    def update_params(self, loss: Any) -> None:
        """Steps."""
        update(loss, self._wrapper)


class _SparingWrapper(_AveragingWrapper):
    """One whose updates spare another network's gradients, too."""

    def __init__(self, wrapper: Any, spared: nn.Module) -> None:
        super().__init__(wrapper)
        self._spared = spared

    def update_params(self, loss: Any) -> None:
        """Steps; the spared gradients are afterwards what they were."""
        # Zeroing them would lose what a student accumulates over steps.
        gradients = {p: p.grad for p in self._spared.parameters()}
        for parameter in gradients:
            parameter.grad = None
        super().update_params(loss)
        for parameter, gradient in gradients.items():
            parameter.grad = gradient


@contextmanager
def _without_samples(algorithm: Any) -> Iterator[None]:
    """Asks teachers and student for logits instead of losses inside."""
    models = [algorithm.student, *algorithm.teachers.values()]
    handles = [
        model.register_forward_pre_hook(_in_tensor_mode, with_kwargs=True)
        for model in models
    ]
    preprocessor = algorithm.data_preprocessor
    algorithm.data_preprocessor = _NoSamples()
    try:
        yield
    finally:
        algorithm.data_preprocessor = preprocessor
        for handle in handles:
            handle.remove()


def _in_tensor_mode(
    _model: nn.Module, args: tuple, kwargs: dict
) -> tuple[tuple, dict]:
    """Changes the mode of a forward pass, as a forward pre-hook."""
    return args, {**kwargs, 'mode': 'tensor'}


class _NoSamples(nn.Module):
    """Stands in for the data preprocessor, which generated images skip."""

    def forward(self, _data: dict, _training: bool) -> dict:
        """Returns what a batch of no data is preprocessed to."""
        return dict(data_samples=None)
