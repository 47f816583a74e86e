"""What a run says of itself."""

import json

from report_runs import start_of

from mmrazor_ssdkd.reporting.records import RECORD, read_record
from mmrazor_ssdkd.reporting.runs import Run

LOG = """2026/01/31 12:00:10 - mmengine - INFO -
------------------------------------------------------------
System environment:
    Python: 3.11.7 (main)
    PyTorch: 2.13.0+cpu
    MMEngine: 0.10.7

Runtime environment:
    seed: 5
2026/01/31 12:01:00 - mmengine - INFO - Epoch(train)
"""


def record(tmp_path, log='', saved='', **noted):
    """Returns what is read of a start at twelve."""
    start = start_of(tmp_path)
    (start / f'{start.name}.log').write_text(log)
    (start / RECORD).write_text(json.dumps(noted))
    return read_record(Run('mine', tmp_path, (start,), True), saved)


def test_from_the_log(tmp_path):
    """Of runs that no hook watched."""
    found = record(tmp_path, LOG)
    assert found.seed == 5 and found.seconds == 60
    versions = dict(python='3.11.7', torch='2.13.0+cpu', mmengine='0.10.7')
    assert found.versions == versions
    assert found.command is None and found.finished is None


def test_a_quiet_log_ends_before_the_checkpoint(tmp_path):
    """Which notes when it was written."""
    assert record(tmp_path, LOG, '20260131_120230').seconds == 150


def test_what_a_hook_noted(tmp_path):
    """Goes before what the log says."""
    noted = dict(command='train.py a.py', seed=7, versions=dict(torch='x'))
    found = record(tmp_path, LOG, finished=True, **noted)
    assert (found.command, found.seed) == ('train.py a.py', 7)
    assert found.versions['torch'] == 'x' and found.finished


def test_broken_record(tmp_path):
    """Says nothing."""
    start = start_of(tmp_path)
    (start / RECORD).write_text('{"command": ')
    found = read_record(Run('mine', tmp_path, (start,), True), 'None')
    assert found.command is None and found.seconds == 0
