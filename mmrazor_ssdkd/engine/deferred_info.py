"""Logs every step without waiting for an accelerator in every step."""

from typing import Any, Optional

import torch
from mmengine.hooks import LoggerHook, RuntimeInfoHook
from mmengine.runner import Runner

from mmrazor_ssdkd.registry import HOOKS

__all__ = ['DeferredInfoHook']

_Log = dict[str, Any]
# Where no hook says when logs are wanted.
_INTERVAL = 50


@HOOKS.register_module()
class DeferredInfoHook(RuntimeInfoHook):
    """A ``RuntimeInfoHook`` that reads logged values when they are wanted.

    mmengine's own reads each value off the device in every step, so that the
    host waits for the device each time. This one keeps the tensors and reads
    those of all steps at once: in the steps that ``LoggerHook`` writes, before
    a validation or a checkpoint, and at the end. What is logged, averages over
    a window included, is the same.

    Example:
        >>> default_hooks = dict(
        ...     runtime_info=dict(type='mmrazor_ssdkd.DeferredInfoHook'))
    """

    def before_train(self, runner: Runner) -> None:
        """Starts without values."""
        super().before_train(runner)
        self._kept: list[_Log] = []

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Optional[dict] = None,
    ) -> None:
        """Keeps a step's values, and reads all if they are wanted now."""
        if outputs is not None:
            self._kept.append(outputs)
        if self._are_wanted(runner, batch_idx):
            self._read(runner)

    def before_val(self, runner: Runner) -> None:
        """Reads what is kept."""
        self._read(runner)
        super().before_val(runner)

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Reads what is kept, since a checkpoint holds the log."""
        if self._read(runner):
            checkpoint['message_hub'] = runner.message_hub.state_dict()

    def after_train(self, runner: Runner) -> None:
        """Reads what is kept."""
        self._read(runner)
        super().after_train(runner)

    def _are_wanted(self, runner: Runner, batch_idx: int) -> bool:
        """Returns whether a hook after this one writes a log."""
        if self.end_of_epoch(runner.train_dataloader, batch_idx):
            return True
        loggers = [h for h in runner.hooks if isinstance(h, LoggerHook)]
        intervals = [hook.interval for hook in loggers] or [_INTERVAL]
        return any(
            self.every_n_inner_iters(batch_idx, every)
            or self.every_n_train_iters(runner, every)
            for every in intervals
        )

    def _read(self, runner: Runner) -> bool:
        """Hands the kept values to the log; returns whether there were any."""
        # A validation without a training has none.
        kept: list[_Log] = getattr(self, '_kept', [])
        for log in _on_host(kept):
            for key, value in log.items():
                runner.message_hub.update_scalar(f'train/{key}', value)
        found = bool(kept)
        kept.clear()
        return found


def _on_host(logs: list[_Log]) -> list[_Log]:
    """Returns logs whose tensors are numbers, by one read for a device."""
    tensors = [v for log in logs for v in log.values() if _is_tensor(v)]
    numbers: dict[int, float] = {}
    for device in {tensor.device for tensor in tensors}:
        there = [t for t in tensors if t.device == device]
        # What float32 and counts below 2**53 are in, exactly.
        values = torch.stack([t.detach().double().reshape(()) for t in there])
        numbers.update(zip(map(id, there), values.tolist()))
    return [
        {
            key: _as_item(value, numbers) if _is_tensor(value) else value
            for key, value in log.items()
        }
        for log in logs
    ]


def _is_tensor(value: Any) -> bool:
    """Returns whether a value is a tensor of one number."""
    return isinstance(value, torch.Tensor) and value.numel() == 1


def _as_item(value: torch.Tensor, numbers: dict[int, float]) -> float:
    """Returns what ``value.item()`` would, a count as an integer."""
    number = numbers[id(value)]
    return number if value.is_floating_point() else int(number)
