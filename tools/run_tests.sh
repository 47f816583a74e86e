#!/usr/bin/env bash
# Sets up .venv and runs linter, type checker and tests in it; passes its
# arguments on to pytest.
source "$(dirname "${BASH_SOURCE[0]}")/setup_venv.sh" '[tests]'
bin=.venv/bin
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/interrogate" --quiet --fail-under 90 --ignore-init-method \
    --ignore-nested-functions mmrazor_ssdkd tools
"$bin/codespell" mmrazor_ssdkd tools tests configs README.md
# One process for a core, each of one thread; a file's tests share what is slow
# to set up, and tests/conftest.py knows which files come first.
export OMP_NUM_THREADS=1
exec "$bin/python" -m pytest tests -n auto --maxprocesses 8 --dist loadfile \
    --no-loadscope-reorder "$@"
