"""What a run says of itself: its command, seed, versions and how long."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Optional

from .runs import RECORD, Run, time_of

__all__ = ['RECORD', 'Record', 'read_record']

_TIME = re.compile(r'^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) - mmengine', re.M)
_FORMAT = '%Y/%m/%d %H:%M:%S'
# What mmengine writes at the top of a log.
_VERSIONS = {
    'python': re.compile(r'^    Python: (\S+)', re.M),
    'torch': re.compile(r'^    PyTorch: (\S+)', re.M),
    'mmengine': re.compile(r'^    MMEngine: (\S+)', re.M),
}
_SEED = re.compile(r'^    seed: (\d+)', re.M)


@dataclass
class Record:
    """What is known of how a run was made; None where nothing says it.

    Attributes:
        started (datetime, optional): Of its first start.
        seconds (float): From each start to the last line of its log, or to
            the checkpoint where that is later, all together.
        command (str, optional): What started it last.
        seed (int, optional): Of everything random.
        versions (dict[str, str]): Of packages.
        input_shape (list[int], optional): Of an image in a batch.
        finished (bool, optional): Whether its last start came to the end.
    """

    started: Optional[datetime] = None
    seconds: float = 0.0
    command: Optional[str] = None
    seed: Optional[int] = None
    versions: dict[str, str] = field(default_factory=dict)
    input_shape: Optional[list[int]] = None
    finished: Optional[bool] = None


def read_record(run: Run, saved: str = '') -> Record:
    """Reads what the starts of a run left, the logs where no hook wrote.

    Args:
        run (Run): Whose starts they are.
        saved (str): When its checkpoint was written, as it notes. Defaults
            to '', unknown.

    Returns:
        Record: With what was found.
    """
    record = Record()
    for start in run.starts:
        log = _read_text(start / f'{start.name}.log')
        begun = time_of(start.name)
        end = time_of(saved) if start == run.starts[-1] else None
        record.started = record.started or begun
        record.seconds += _passed(begun, end, log)
        for name, pattern in _VERSIONS.items():
            if found := pattern.search(log):
                record.versions[name] = found[1]
        if found := _SEED.search(log):
            record.seed = int(found[1])
        _add_noted(record, _read_json(start / RECORD))
    return record


def _passed(
    begun: Optional[datetime], end: Optional[datetime], log: str
) -> float:
    """Returns the seconds to a log's last line, or to a later end."""
    if begun is None:
        return 0.0
    times = [datetime.strptime(t, _FORMAT) for t in _TIME.findall(log)]
    last = max(time for time in [begun, *times, end] if time is not None)
    return (last - begun).total_seconds()


def _add_noted(record: Record, noted: dict[str, Any]) -> None:
    """Adds what a hook noted."""
    for name in ('command', 'seed', 'input_shape'):
        if noted.get(name) is not None:
            setattr(record, name, noted[name])
    record.versions.update(noted.get('versions') or {})
    record.finished = noted.get('finished')


def _read_text(path: Path) -> str:
    """Returns a file's text; nothing where it is missing."""
    if not path.is_file():
        return ''
    return path.read_text('utf-8', errors='replace')


def _read_json(path: Path) -> dict[str, Any]:
    """Returns a file's content; nothing where it is missing or broken."""
    try:
        content = json.loads(_read_text(path) or '{}')
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
