"""A hook for `custom_imports` that fails a training's second process once."""

import os
from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS


@HOOKS.register_module()
class FailOnce(Hook):
    """Raises after the second epoch, unless that is gone on from."""

    def before_train(self, runner: Any) -> None:
        """Notes where the training starts."""
        self.start = runner.epoch

    def after_train_epoch(self, runner: Any) -> None:
        """Raises."""
        if os.environ['RANK'] == '1' and runner.epoch == 1 > self.start:
            raise RuntimeError('the second process fails')
