"""How every tool takes its command line, and how it ends on a mistake."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, Optional

from mmrazor_ssdkd.blame import names_rule
from mmrazor_ssdkd.compat.own_configs import own_folder
from mmrazor_ssdkd.validation import check_int

__all__ = ['Parser', 'seed_number', 'tool']

_OURS = (str(Path(__file__).parents[1]), str(own_folder() / 'tools'))
# Files, modules and configs are the user's, wherever one is missing.
_USERS = (OSError, ImportError, SyntaxError, MemoryError)
# What other packages raise for what they do not accept.
_REFUSALS = (ValueError, TypeError, KeyError, AssertionError)
# Whatever fails in here fails on what a config says.
_BUILDERS = ('mmengine/registry/build_functions.py', 'mmengine/config/')
# What shells give for a command that SIGINT ends.
_INTERRUPTED = 130
# Of numpy's.
_LARGEST_SEED = 2**32 - 1


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and that knows ``--debug``.

    Args:
        description (str): What the tool does.
        example (str): Arguments that it takes, which its help shows.
        whole (bool): Whether its help shows all lines of that, as they are,
            and not the first alone. Defaults to False.
    """

    def __init__(
        self, description: Optional[str], example: str, whole: bool = False
    ) -> None:
        text = description or ''
        super().__init__(
            description=text if whole else text.split('\n')[0],
            epilog=f'example:\n  {_call()} {example}',
            # Neither breaks the lines of an example.
            formatter_class=argparse.RawTextHelpFormatter
            if whole
            else argparse.RawDescriptionHelpFormatter,
        )
        self.add_argument(
            '--debug',
            action='store_true',
            help='show where an error comes from',
        )

    def error(self, message: str) -> NoReturn:
        """Ends the tool with a line on standard error and code 2.

        Args:
            message (str): What is wrong.
        """
        self.exit(2, _line(self.prog, message))


def seed_number(text: str) -> int:
    """Reads a seed, as the ``type`` of an argument.

    Args:
        text (str): What the command line says.

    Returns:
        int: One that all random streams take.

    Raises:
        ArgumentTypeError: numpy takes no such seed.
        ValueError: It is no integer.
    """
    try:
        return check_int('seed', int(text), 0, _LARGEST_SEED)
    except ValueError as error:
        if names_rule(error):
            raise argparse.ArgumentTypeError(str(error)) from error
        raise


def tool(main: Callable[[], None]) -> Callable[[], None]:
    """Lets a tool end with one line and code 2 for a user's mistake.

    Whoever interrupts it has a line, too. Any other error is a fault of the
    tool and keeps its traceback, as all have with ``--debug``. To torchrun
    each is the reason why a process failed, that of the first one to fail
    being the last that it says.

    Args:
        main (Callable): The tool.

    Returns:
        Callable: The same.
    """

    @wraps(main)
    def run() -> None:
        try:
            _recorded(main)()
        except Exception as error:
            message = _mistake(error)
            if message is None or '--debug' in sys.argv:
                raise
            sys.stderr.write(_line(Path(sys.argv[0]).name, message))
            raise SystemExit(2) from error
        except KeyboardInterrupt as error:
            if '--debug' in sys.argv:
                raise
            sys.stderr.write(f'\n{Path(sys.argv[0]).name}: interrupted\n')
            raise SystemExit(_INTERRUPTED) from error

    return run


def _recorded(main: Callable[[], None]) -> Callable[[], Any]:
    """Returns a tool that writes down its error where torchrun looks."""
    if 'TORCHELASTIC_ERROR_FILE' not in os.environ:
        return main
    # Not every build of torch has it.
    from torch.distributed.elastic.multiprocessing.errors import record

    return record(main)


def _call() -> str:
    """Returns how the running tool was called."""
    called = Path(sys.argv[0])
    if called.suffix != '.py':
        return sys.argv[0]
    place = called.resolve()
    for folder in place.parents:
        if folder.name == 'tools':
            called = place.relative_to(folder.parent)
            break
    return f'python {called.as_posix()}'


def _line(prog: str, message: str) -> str:
    """Returns an error as one line."""
    return f'{prog}: error: {" ".join(message.split())}\n'


def _mistake(error: BaseException) -> Optional[str]:
    """Returns what to say of a user's mistake, None for another error."""
    for link in _chain(error):
        # Registries of some versions wrap what they get, in its own type.
        if names_rule(link):
            return str(link)
    text = f'{type(error).__name__}: {_text(error)}'
    if isinstance(error, OSError) and error.strerror:
        text = str(error)
    if isinstance(error, _USERS):
        return text
    files = _files(error)
    if any(files[-1].startswith(folder) for folder in _OURS):
        return None
    built = any(part in file for file in files for part in _BUILDERS)
    return text if built or isinstance(error, _REFUSALS) else None


def _text(error: BaseException) -> str:
    """Returns a message; that of a KeyError is quoted otherwise."""
    if isinstance(error, KeyError) and len(error.args) == 1:
        return str(error.args[0])
    return str(error)


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    """Yields an error and those that it is from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _files(error: BaseException) -> list[str]:
    """Returns the files that an error went through, the innermost last."""
    files, frame = [''], error.__traceback__
    while frame is not None:
        files.append(frame.tb_frame.f_code.co_filename)
        frame = frame.tb_next
    return files
