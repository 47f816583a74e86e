"""Trainings that are killed at any moment, inside writes included."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_killed_runs_end_like_one_left_alone():
    """Bit for bit: both networks, the buffer, optimizers and schedules."""
    done = subprocess.run(
        [sys.executable, str(TESTS / 'killed_runs.py'), '--kills', '4'],
        env={**os.environ, 'PYTHONPATH': str(TESTS), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert '"finished"' in done.stdout
