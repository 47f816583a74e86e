"""Tests of runs of a table in several processes."""

import json
import subprocess
import sys

import pytest
from mmengine.config import Config
from side_by_side import run_side_by_side
from table_runs import result_path
from tool_calls import DIGITS, ROOT, TINY

ROWS = {'a row': TINY, 'another': {**TINY, 'model.synthesis.iters': 0}}


def write_plan(path):
    """Writes a plan of two short runs on the digits."""
    settings = dict(
        teacher=str(DIGITS.parent / 'resnet18-w16_1xb64-60e_digits.py'),
        teacher_epochs=1,
        config=str(DIGITS),
        metric='accuracy/top1',
        epochs=[4],
        rows=ROWS,
    )
    path.write_text(''.join(f'{k} = {v!r}\n' for k, v in settings.items()))
    return path


@pytest.mark.slow
def test_results_that_are_there_and_one_that_cannot_be(tmp_path):
    """A seed's own error leaves the results of others."""
    plan = Config.fromfile(write_plan(tmp_path / 'plan.py'))
    plan.teacher = '/no/such/config.py'
    (tmp_path / 'teacher_1').mkdir()
    (tmp_path / 'teacher_1' / 'result.json').write_text('{"score": 9.0}')
    for number, row in enumerate(ROWS):
        path = result_path(row, 4, 1, tmp_path)
        path.parent.mkdir()
        path.write_text(json.dumps(dict(score=number)))
    found = {}
    jobs = [(row, 4, 1) for row in ROWS]
    run_side_by_side(plan, jobs, tmp_path, 2, found.__setitem__)
    assert found == {job: dict(score=k) for k, job in enumerate(jobs)}
    with pytest.raises(ValueError, match=r'/no/such/config\.py'):
        run_side_by_side(
            plan, [('a row', 4, 2)], tmp_path, 2, found.__setitem__
        )
    assert len(found) == 2


@pytest.mark.slow
def test_side_by_side_as_one_after_the_other(tmp_path):
    """The same scores, and the same table."""
    plan = write_plan(tmp_path / 'plan.py')
    tables = []
    for jobs in '21':
        out = tmp_path / f'out{jobs}'
        call = [sys.executable, ROOT / 'tools/tables/run_table.py', plan]
        call += ['--out', out, '--seeds', '3', '--jobs', jobs]
        subprocess.run(call, check=True, cwd=tmp_path)
        rows = (out / 'table.md').read_text().splitlines()
        # Without the time.
        tables.append([row.split(',')[0] for row in rows])
        scores = [
            json.loads(result_path(row, 4, 3, out).read_text())['score']
            for row in ROWS
        ]
        tables[-1].append(scores)
    assert tables[0] == tables[1]
