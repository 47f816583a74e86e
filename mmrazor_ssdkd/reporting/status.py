"""How far a run came, and which checkpoint it left."""

from dataclasses import dataclass
from typing import Any, Optional

from mmengine.config import Config

from mmrazor_ssdkd.engine import find_latest_checkpoint
from mmrazor_ssdkd.models.checkpoint import read_checkpoint

from .records import Record
from .runs import Run
from .scalars import Scalars

__all__ = ['Saved', 'Status', 'read_saved', 'status_of']


@dataclass(frozen=True)
class Saved:
    """The newest whole checkpoint of a run.

    Attributes:
        path (str, optional): Where it is; None where there is none.
        meta (dict): What the runner noted in it.
        note (str): Why there is none.
    """

    path: Optional[str]
    meta: dict[str, Any]
    note: str = ''


@dataclass(frozen=True)
class Status:
    """How far a run came.

    Attributes:
        finished (bool): Whether to its end.
        done (int): Epochs, or iterations where it counts no epochs.
        whole (int, optional): So many there were to be.
        unit (str): 'epochs' or 'iterations'.
        begun (bool): Whether it took a step. Defaults to False.
    """

    finished: bool
    done: int
    whole: Optional[int]
    unit: str
    begun: bool = False

    @property
    def text(self) -> str:
        """The same in words."""
        of = '' if self.whole is None else f' of {self.whole:,}'
        come = f'{self.done:,}{of} {self.unit}'
        if self.finished:
            return f'finished, {come}'
        begun = self.begun or self.done
        return f'not finished, {come}' if begun else 'took no step'


def read_saved(run: Run) -> Saved:
    """Reads the newest whole checkpoint of a run.

    Args:
        run (Run): Whose it is.

    Returns:
        Saved: With a note where there is none.
    """
    if not run.newest:
        note = 'a later run in the same folder replaced its checkpoints'
        return Saved(None, {}, note)
    try:
        path = find_latest_checkpoint(run.work_dir)
        if path is None:
            return Saved(None, {}, 'it left no checkpoint')
        meta = read_checkpoint(path, 'checkpoint').get('meta')
    except (ValueError, OSError) as error:
        return Saved(None, {}, str(error))
    return Saved(path, meta if isinstance(meta, dict) else {})


def status_of(
    config: Optional[Config], scalars: Scalars, record: Record, saved: Saved
) -> Status:
    """Finds out how far a run came.

    Args:
        config (Config, optional): What it was told.
        scalars (Scalars): What it logged.
        record (Record): What it noted.
        saved (Saved): Its checkpoint.

    Returns:
        Status: As far as any of these says.
    """
    told = {} if config is None else config.get('train_cfg') or {}
    by_epoch = 'max_epochs' in told or 'max_iters' not in told
    whole = told.get('max_epochs' if by_epoch else 'max_iters')
    ends = [saved.meta.get('epoch' if by_epoch else 'iter', 0)]
    ends += [entry['step'] for entry in scalars.val[-1:]]
    ended = max(end for end in ends if isinstance(end, int))
    finished = bool(record.finished) or (whole is not None and ended >= whole)
    # Of an epoch that steps were logged of, those before it are done.
    logged = [
        entry.get('epoch', 1) - 1 if by_epoch else entry['step']
        for entry in scalars.train[-1:]
    ]
    done = whole if finished and whole else max([ended, *logged])
    unit = 'epochs' if by_epoch else 'iterations'
    return Status(finished, int(done), whole, unit, bool(scalars.train))
