#!/usr/bin/env bash
# Sets up .venv and runs the quickstart in it; passes its arguments on.
source "$(dirname "${BASH_SOURCE[0]}")/setup_venv.sh" ''
exec .venv/bin/python tools/quickstart.py "$@"
