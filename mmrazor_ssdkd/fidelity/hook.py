"""Fidelity beside a validation or a test on real images."""

from typing import Any, Optional

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmrazor_ssdkd.registry import HOOKS
from mmrazor_ssdkd.validation import check_int

from .comparison import Comparison
from .sections import BATCH_SIZE, NUM_IMAGES, draws

__all__ = ['FidelityHook']


@HOOKS.register_module()
class FidelityHook(Hook):
    """Adds the student's fidelity to what a validation or test finds.

    Where a config has no data to validate on, :class:`FidelityLoop` is the
    validation itself and this adds nothing.

    Args:
        length (int): How many images, >= 1. Defaults to 256.
        loader_batch_size (int): Images in a forward pass, >= 1. Defaults to
            128.
        **images: Those of :class:`HeldOutImages`.

    Raises:
        TypeError: A count is no integer.
        ValueError: One is out of range.

    Example:
        >>> custom_hooks = [
        ...     dict(type='mmrazor_ssdkd.FidelityHook', length=512)]
    """

    # Before RuntimeInfoHook, which hands the metrics to the log, and those
    # that choose checkpoints by them.
    priority = 'HIGHEST'

    def __init__(
        self,
        length: int = NUM_IMAGES,
        loader_batch_size: int = BATCH_SIZE,
        **images: Any,
    ) -> None:
        self.length = check_int('length', length)
        self.loader = draws(
            length, check_int('loader_batch_size', loader_batch_size)
        )
        self.images = images
        self._parts: Any = None

    def before_run(self, runner: Runner) -> None:
        """Finds out whether there is something to compare.

        Args:
            runner (Runner): Its model must be an SSDKD.

        Raises:
            ValueError: It is another, or a setting is out of range.
        """
        self._parts = (
            Comparison(runner.model, self.length, **self.images),
            runner.build_dataloader(self.loader),
            runner.build_evaluator(dict(type='mmrazor_ssdkd.FidelityMetric')),
        )

    def after_val_epoch(
        self, runner: Runner, metrics: Optional[dict[str, float]] = None
    ) -> None:
        """Adds the fidelity of a validation.

        Args:
            runner (Runner): Not needed.
            metrics (dict, optional): What the validation found, changed in
                place.
        """
        self._add(metrics)

    def after_test_epoch(
        self, runner: Runner, metrics: Optional[dict[str, float]] = None
    ) -> None:
        """Adds the fidelity of a test.

        Args:
            runner (Runner): Not needed.
            metrics (dict, optional): What the test found, changed in place.
        """
        self._add(metrics)

    def _add(self, metrics: Optional[dict[str, float]]) -> None:
        """Compares on all images."""
        if metrics is None or any(k.startswith('fidelity/') for k in metrics):
            return
        compare, loader, evaluator = self._parts
        for batch in loader:
            evaluator.process(compare(torch.tensor(batch['inputs'])), batch)
        metrics.update(evaluator.evaluate(self.length))
