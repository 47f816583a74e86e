"""What a run holds must not grow with its length."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_nothing_grows(tmp_path):
    """Memory, open files, threads; and all weights stay finite."""
    done = subprocess.run(
        [
            sys.executable,
            str(TESTS / 'endurance_run.py'),
            *('--steps', '400', '--json', str(tmp_path / 'notes.json')),
        ],
        env={**os.environ, 'PYTHONPATH': str(TESTS), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    notes = json.loads((tmp_path / 'notes.json').read_text())
    assert len(notes) == 20 and all(note['finite'] for note in notes)
    # The first steps fill the buffer and the allocator's pools.
    early, late = notes[9], notes[-1]
    assert late['files'] <= early['files'] + 2
    assert late['threads'] <= early['threads']
    assert late['megabytes'] < early['megabytes'] + 30
