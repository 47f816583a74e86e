"""Runs the quick tests in a new environment of a given Python and torch.

pip chooses the other packages, as it does for a user, within the ranges of
the package. Writes what was installed and how the tests ended.
"""

import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Optional

from mmrazor_ssdkd.cli.junit import counts, run_pytest
from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, tool

ROOT = Path(__file__).resolve().parents[2]
# What else decides whether the stack runs.
NAMED = (
    'python',
    'torch',
    'torchvision',
    'numpy',
    'opencv-python',
    'mmengine',
    'mmcv-lite',
    'setuptools',
)
VERSIONS = """
import json, platform
from importlib.metadata import distributions
found = {d.name: d.version for d in distributions()}
print(json.dumps({'python': platform.python_version(), **found}))
"""


def clean_environment() -> dict[str, str]:
    """Returns this process's variables, less those of its own packages."""
    taken = ('PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV')
    kept = {k: v for k, v in os.environ.items() if k not in taken}
    return {**kept, 'OMP_NUM_THREADS': '1'}


def run(*command: object) -> str:
    """Runs a command in the clone and returns what it printed.

    Args:
        *command (object): Its words.

    Raises:
        ValueError: It failed; with its last lines.
    """
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        said = done.stdout[-1500:]
        raise ValueError(f'`{" ".join(words[:6])}` must succeed, but {said}')
    return done.stdout


def install(environment: Path, python: str, torch: Optional[str]) -> None:
    """Makes an environment of the package and its tests.

    Args:
        environment (Path): Its folder; one that is there is kept as it is.
        python (str): The interpreter.
        torch (str, optional): The version of torch; None for the newest that
            the package takes.
    """
    if environment.exists():
        return
    run(python, '-m', 'venv', environment)
    # In one command, so that torchvision fits.
    wanted = ['torch' if torch is None else f'torch=={torch}', 'torchvision']
    pip = (environment / 'bin' / 'python', '-m', 'pip', 'install', '--quiet')
    run(*pip, *wanted, '--editable', f'{ROOT}[tests]')


def quick_tests(
    environment: Path, tests: Sequence[str]
) -> list[dict[str, str]]:
    """Runs the tests that are not slow.

    Args:
        environment (Path): Whose python runs them.
        tests (Sequence[str]): Files or folders.

    Raises:
        ValueError: pytest did not come to its end.
    """
    python = str(environment / 'bin' / 'python')
    options = ('-q', '-m', 'not slow', '-p', 'no:cacheprovider')
    command = [python, '-m', 'pytest', *options, *tests]
    rows, ended = run_pytest(command, ROOT, clean_environment())
    if rows is None:
        raise ValueError(f'pytest must end, but {ended}')
    return rows


def installed(environment: Path) -> Mapping[str, str]:
    """Returns the versions in an environment.

    Args:
        environment (Path): Its folder.
    """
    python = environment / 'bin' / 'python'
    lines = run(python, '-W', 'ignore', '-c', VERSIONS).splitlines()
    return json.loads(lines[-1])


def attempt(
    environment: Path, python: str, torch: Optional[str], tests: Sequence[str]
) -> dict[str, Any]:
    """Returns how one pair of versions did.

    Args:
        environment (Path): The folder of the environment.
        python (str): The interpreter.
        torch (str, optional): As in :func:`install`.
        tests (Sequence[str]): Files or folders.
    """
    start = time.perf_counter()
    install(environment, python, torch)
    made = time.perf_counter()
    rows = quick_tests(environment, tests)
    versions = installed(environment)
    return dict(
        date=date.today().isoformat(),
        machine=platform.machine(),
        versions={name: versions.get(name) for name in NAMED},
        tests=list(tests),
        counts=counts(rows),
        failed=[r for r in rows if r['outcome'] in ('failure', 'error')],
        seconds_to_install=round(made - start),
        seconds_of_tests=round(time.perf_counter() - made),
        all_versions=versions,
    )


@tool
def main() -> None:
    """Tries one pair."""
    parser = Parser(
        __doc__,
        example='versions.json --python python3.13 --torch 2.15.0',
    )
    parser.add_argument('json', type=Path, help='where to write the result')
    parser.add_argument(
        '--python', default='python3', help='the interpreter; %(default)s'
    )
    parser.add_argument('--torch', help='its version; the newest by default')
    parser.add_argument(
        '--tests', nargs='+', default=['tests'], help='%(default)s by default'
    )
    parser.add_argument(
        '--environment',
        type=Path,
        help='keep it in this folder, or use what is there',
    )
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'json')
    with tempfile.TemporaryDirectory() as folder:
        place = (args.environment or Path(folder) / 'venv').absolute()
        result = attempt(place, args.python, args.torch, args.tests)
    write_json(args.json, result)
    print(json.dumps({k: result[k] for k in ('versions', 'counts')}))


if __name__ == '__main__':
    main()
