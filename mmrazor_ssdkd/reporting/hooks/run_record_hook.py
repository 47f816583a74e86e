"""Notes how a run was started, and whether it came to its end."""

import json
import platform
import shlex
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Optional

import torch
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmrazor_ssdkd.files import write_text
from mmrazor_ssdkd.registry import HOOKS
from mmrazor_ssdkd.reporting.records import RECORD

_PACKAGES = (
    'torch',
    'mmengine',
    'mmpretrain',
    'mmsegmentation',
    'mmrazor',
    'mmrazor_ssdkd',
)


@HOOKS.register_module()
class RunRecordHook(Hook):
    """Writes ``run.json`` beside a start's log, for ``tools/report.py``.

    It holds the command, the seed, versions, how many processes and threads
    there are, the shape of an image in a batch, and whether the training came
    to its end.

    Example:
        >>> default_hooks = dict(
        ...     run_record=dict(type='mmrazor_ssdkd.RunRecordHook'))
    """

    priority = 'VERY_LOW'

    def __init__(self) -> None:
        self._record: dict[str, Any] = {}

    def before_train(self, runner: Runner) -> None:
        """Writes what is known at the start.

        Args:
            runner (Runner): Whose folder of logs it is.
        """
        self._record = dict(
            command=command_line(sys.argv),
            seed=runner.seed,
            versions=versions(),
            processes=get_world_size(),
            threads=torch.get_num_threads(),
            finished=False,
        )
        self._write(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Optional[dict] = None,
    ) -> None:
        """Adds the shape of an image once a batch has one.

        Args:
            runner (Runner): Whose step it was.
            batch_idx (int): Its number in the epoch.
            data_batch (dict, optional): The batch. Defaults to None.
            outputs (dict, optional): Not looked at. Defaults to None.
        """
        if 'input_shape' in self._record:
            return
        self._record['input_shape'] = _image_shape(data_batch)
        if self._record['input_shape'] is not None:
            self._write(runner)

    def after_train(self, runner: Runner) -> None:
        """Adds that it came to its end.

        Args:
            runner (Runner): Whose end it is.
        """
        self._record['finished'] = True
        self._write(runner)

    def _write(self, runner: Runner) -> None:
        """Writes the record; a run goes on without it."""
        if not is_main_process():
            return
        path = Path(runner.log_dir) / RECORD
        try:
            write_text(path, json.dumps(self._record, indent=2) + '\n')
        except OSError as error:
            runner.logger.warning(f'No record of this run: {error}')


def command_line(arguments: list[str]) -> str:
    """Returns what a user typed.

    Args:
        arguments (list[str]): As Python has them. The command ``ssdkd`` puts
            its tool's name into the first.
    """
    first, rest = arguments[0], shlex.join(arguments[1:])
    if first.endswith('.py'):
        first = f'python {shlex.quote(first)}'
    return f'{first} {rest}'.strip()


def versions() -> dict[str, str]:
    """Returns the versions of Python and of the packages that are there."""
    found = dict(python=platform.python_version())
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _image_shape(batch: Any) -> Optional[list[int]]:
    """Returns (channels, H, W) of a batch's first image, None without one.

    A data-free method's batch holds numbers.
    """
    inputs = batch.get('inputs') if isinstance(batch, dict) else None
    if inputs is None or not len(inputs):
        return None
    shape = getattr(inputs[0], 'shape', ())
    return list(shape) if len(shape) == 3 else None
