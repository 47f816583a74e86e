"""Validation and test without a data set."""

from typing import Any

import torch
from mmengine.runner import BaseLoop, TestLoop, ValLoop
from mmengine.runner.amp import autocast

from mmrazor_ssdkd.datasets.latent_dataset import LatentDataset
from mmrazor_ssdkd.registry import LOOPS

from .comparison import Comparison

__all__ = ['FidelityLoop', 'FidelityTestLoop']


class _Compares(BaseLoop):
    """What validation and test share: comparing in place of a data set."""

    # What the hooks around a batch are called after.
    stage: str

    def __init__(
        self,
        runner: Any,
        dataloader: Any,
        evaluator: Any,
        fp16: bool = False,
        **images: Any,
    ) -> None:
        super().__init__(runner, dataloader, evaluator, fp16)
        dataset: Any = self.dataloader.dataset
        _check_draws(dataset)
        self.compare = Comparison(runner.model, len(dataset), **images)

    @torch.no_grad()
    def run_iter(self, idx: int, data_batch: dict) -> None:
        """Compares the two on a batch.

        Args:
            idx (int): Which batch it is.
            data_batch (dict): The numbers of its images.
        """
        where = dict(batch_idx=idx, data_batch=data_batch)
        self.runner.call_hook(f'before_{self.stage}_iter', **where)
        with autocast(enabled=self.fp16):
            outputs = self.compare(torch.as_tensor(data_batch['inputs']))
        self.evaluator.process(data_samples=outputs, data_batch=data_batch)
        self.runner.call_hook(
            f'after_{self.stage}_iter', **where, outputs=outputs
        )


@LOOPS.register_module()
class FidelityLoop(_Compares, ValLoop):
    """Validates a student against its teacher on images that it makes.

    The loader is one of a ``LatentDataset``, whose length says how many
    images there are, and the evaluator a :class:`FidelityMetric`. The images
    are made at the first validation, once in a run, always the same ones.

    Args:
        runner (Runner): A reference of the runner.
        dataloader (DataLoader | dict): Of draws.
        evaluator (Evaluator | dict | list): With a ``FidelityMetric``.
        fp16 (bool): As of mmengine's ``ValLoop``. Defaults to False.
        **images: Those of :class:`HeldOutImages`.

    Raises:
        TypeError: A setting of the images has the wrong type.
        ValueError: One is out of range, the model is no SSDKD, or the loader
            is one of images.

    Example:
        >>> val_cfg = dict(type='mmrazor_ssdkd.FidelityLoop', rounds=4)
    """

    stage = 'val'


@LOOPS.register_module()
class FidelityTestLoop(_Compares, TestLoop):
    """:class:`FidelityLoop` as a test, with the same arguments.

    Example:
        >>> test_cfg = dict(type='mmrazor_ssdkd.FidelityTestLoop')
    """

    stage = 'test'


def _check_draws(dataset: Any) -> None:
    """Raises a ValueError for a data set that has images of its own."""
    if not isinstance(dataset, LatentDataset):
        raise ValueError(
            '`dataloader.dataset` must be a mmrazor_ssdkd.LatentDataset for '
            'a FidelityLoop, which makes its images itself; beside real '
            'validation data use the hook of configs/_base_/fidelity.py, but '
            f'got a {type(dataset).__name__}'
        )
