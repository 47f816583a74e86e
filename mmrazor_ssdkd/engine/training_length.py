"""How long a config trains."""

import logging
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, Optional

from mmengine.config import Config
from mmengine.logging import print_log

from mmrazor_ssdkd.validation import check_int

__all__ = ['set_epochs', 'warn_of_unfinished']


def set_epochs(
    cfg: Config, epochs: int, validations: Optional[int] = None
) -> None:
    """Changes how long a config trains, schedules included.

    Where synthesis ends with a period of a schedule, it does so after.

    Args:
        cfg (Config): Of an epoch-based training, changed in place.
        epochs (int): The new number of epochs, >= 1.
        validations (int, optional): How many validations at most, the same
            number of epochs apart; the last epoch has one in any case.
            Defaults to None: as many epochs apart as the config says.

    Raises:
        TypeError: ``epochs`` is no integer.
        ValueError: It is < 1, or the config trains by iterations.
    """
    check_int('epochs', epochs, 1)
    old = cfg.train_cfg.get('max_epochs')
    if old is None:
        raise ValueError(
            '`epochs` must not be given for a training by iterations, but got '
            f'{epochs}; its length is `train_cfg.max_iters`'
        )
    cfg.train_cfg.max_epochs = epochs
    if validations is not None:
        cfg.train_cfg.val_interval = math.ceil(epochs / validations)
    share = Fraction(1)
    for schedule in _schedules(cfg):
        _set_length(schedule, old, epochs)
        periods = schedule.get('periods', [])
        if sum(periods) == old:
            schedule['periods'] = _rescale(periods, epochs)
            # Synthesis ends where the last phase begins, in whole epochs.
            share = Fraction(schedule['periods'][0], periods[0])
    synthesis = cfg.get('model', {}).get('synthesis') or {}
    if (until := synthesis.get('until')) is not None:
        cfg.model.synthesis.until = int(until * share)


def warn_of_unfinished(cfg: Config) -> None:
    """Says where a schedule would still be on its way at a training's end.

    Args:
        cfg (Config): Of a training.
    """
    last = cfg.train_cfg.get('max_epochs')
    ends = [
        s['end']
        for s in _schedules(cfg)
        if s.get('by_epoch', True) and isinstance(s.get('end'), int)
    ]
    if last is not None and max(ends, default=0) > last:
        print_log(
            f'A schedule ends at epoch {max(ends)} and the training at epoch '
            f'{last}, before the learning rate has fallen: --epochs sets both',
            logger='current',
            level=logging.WARNING,
        )


def _schedules(cfg: Config) -> list[dict[str, Any]]:
    """Returns all schedules of a config; what is none ends elsewhere."""
    found: Any = cfg.get('param_scheduler')
    if isinstance(found, dict) and 'type' not in found:
        found = [s for part in found.values() for s in _listed(part)]
    return [s for s in _listed(found) if isinstance(s, dict)]


def _listed(value: Any) -> list[Any]:
    """Returns one or several as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _set_length(schedule: Any, old: int, epochs: int) -> None:
    """Changes how long a schedule is, as the training that it is of.

    Args:
        schedule (dict): Changed in place.
        old (int): The number of epochs before.
        epochs (int): The new one.
    """
    for key in ('end', 'T_max', 'total_steps'):
        if schedule.get(key) == old:
            schedule[key] = epochs

    def share(length: int) -> int:
        return max(1, round(length * epochs / old))

    # Steps keep their share of the epochs.
    if 'milestones' in schedule:
        schedule['milestones'] = list(map(share, schedule['milestones']))
    if 'step_size' in schedule:
        schedule['step_size'] = share(schedule['step_size'])


def _rescale(periods: Sequence[int], total: int) -> list[int]:
    """Returns periods in the same proportions, of another sum."""
    ends = [round(end * total / sum(periods)) for end in accumulate(periods)]
    return [end - start for start, end in pairwise([0, *ends])]
