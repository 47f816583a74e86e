# Makes or reuses .venv beside this folder and installs the project into it.
# In the versions of constraints.txt, which were tried together.
# Sourced by quickstart.sh and run_tests.sh as: source setup_venv.sh EXTRAS,
# with '' for none (without it $1 would be the caller's).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# One that was interrupted has a python, but not yet pip.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=${PYTHON:-python3}
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
        echo "Python >= 3.10 is needed, but $("$python" --version) is there:" \
            "set PYTHON to another one" >&2
        exit 1
    }
    "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --constraint tools/constraints.txt \
    --editable ".$1"
