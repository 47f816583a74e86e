"""The lines that a person at the console reads during a training."""

import time
from datetime import timedelta
from typing import Any

from mmengine.runner import LogProcessor

from mmrazor_ssdkd.registry import LOG_PROCESSORS
from mmrazor_ssdkd.validation import check_number

from .console import ConsoleText, quiet_next_logger

__all__ = ['ConsoleLogProcessor']

# What is shown of a step, by the names that it is shown under.
_SHOWN = {
    'loss': 'loss',
    'generator.loss_bn': 'L_BN',
    'buffer.class_balance': 'balance',
    'buffer.confidence': 'confidence',
}
_FIDELITY = 'val/fidelity/agreement'
_TIMES = ('time', 'data_time')


@LOG_PROCESSORS.register_module()
class ConsoleLogProcessor(LogProcessor):
    """Logs as mmengine does, and shows a person what a person needs.

    The log file and the JSON keep every line and every key. The console has
    epoch, share, time left, the student's loss, L_BN, the buffer's balance
    and confidence, and the last fidelity, those that there are; a line for
    each validation; and neither the reports that a runner starts with nor the
    warnings of the stack that nobody can act on.

    Args:
        seconds (float): Between two lines of training, >= 0, however often
            the logger hook logs; 0 shows all. Defaults to 5.0.
        **kwargs: mmengine's own, see ``LogProcessor``.

    Raises:
        TypeError: ``seconds`` is no number.
        ValueError: ``seconds`` is negative.

    Example:
        >>> log_processor = dict(
        ...     type='mmrazor_ssdkd.ConsoleLogProcessor', seconds=30.0)
    """

    def __init__(self, seconds: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seconds = check_number('seconds', seconds)
        self._shown = float('-inf')
        quiet_next_logger()

    def get_log_after_iter(
        self, runner: Any, batch_idx: int, mode: str
    ) -> tuple[dict, str]:
        """Returns what to log after a step.

        Args:
            runner (Runner): Whose step it was.
            batch_idx (int): Its number in the epoch.
            mode (str): 'train', 'val' or 'test'.

        Returns:
            tuple: Values by key, and the line, with the console's beside it.
        """
        tag, text = super().get_log_after_iter(runner, batch_idx, mode)
        console = ''
        if mode == 'train' and self._is_time(runner):
            console = f'{self._place(runner)}  {_values(runner, tag)}'
        return tag, ConsoleText(text, console)

    def get_log_after_epoch(
        self,
        runner: Any,
        batch_idx: int,
        mode: str,
        with_non_scalar: bool = False,
    ) -> tuple[dict, str]:
        """Returns what to log after a validation or a test.

        Args:
            runner (Runner): Whose it was.
            batch_idx (int): How many batches it had.
            mode (str): 'val' or 'test'.
            with_non_scalar (bool): Whether other values than numbers, too.
                Defaults to False.

        Returns:
            tuple: Values by key, and the line, with the console's beside it.
        """
        tag, text = super().get_log_after_epoch(
            runner, batch_idx, mode, with_non_scalar
        )
        if mode == 'test':
            return tag, text
        values = [
            f'{key.removeprefix("val/")} {value:.4g}'
            for key, value in tag.items()
            if isinstance(value, (int, float))
            and key.removeprefix('val/') not in _TIMES
        ]
        console = '  '.join([self._tested(runner), *values])
        return tag, ConsoleText(text, console)

    def _is_time(self, runner: Any) -> bool:
        """Returns whether a line of training is due; the last one is."""
        now = time.monotonic()
        last = runner.iter + 1 == runner.max_iters
        if not last and now - self._shown < self.seconds:
            return False
        self._shown = now
        return True

    def _place(self, runner: Any) -> str:
        """Returns where a training is, and how long it will take."""
        step, steps = runner.iter + 1, runner.max_iters
        place = f'step {step}/{steps}'
        if self.by_epoch:
            number = str(runner.epoch + 1).rjust(len(str(runner.max_epochs)))
            place = f'epoch {number}/{runner.max_epochs}'
        place += f'  {step / steps:4.0%}'
        eta = runner.message_hub.runtime_info.get('eta')
        if eta is not None:
            place += f'  {timedelta(seconds=int(eta))} left'
        return place

    def _tested(self, runner: Any) -> str:
        """Returns after what a validation was."""
        # To ask a runner that only validates would build its training.
        train_loop = runner._train_loop
        if train_loop is None or isinstance(train_loop, dict):
            return 'validation'
        if not self.by_epoch:
            return f'step {runner.iter}  validation'
        return f'epoch {runner.epoch}  validation'


def _values(runner: Any, tag: dict) -> str:
    """Returns what training is like, in few words."""
    plain = {key.removeprefix('train/'): value for key, value in tag.items()}
    found = [
        f'{name} {plain[key]:.4g}'
        for key, name in _SHOWN.items()
        if isinstance(plain.get(key), (int, float))
    ]
    fidelity = runner.message_hub.log_scalars.get(_FIDELITY)
    if fidelity is not None:
        found.append(f'fidelity {fidelity.current():.4g}')
    return '  '.join(found)
