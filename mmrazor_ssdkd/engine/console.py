"""What of a run's log its console shows."""

import copy
import functools
import logging
import re
from typing import Any

from mmengine.logging import MMLogger

__all__ = ['ConsoleText', 'quiet_next_logger']

# What the stack says in every run and nobody who runs it can act on, and
# reports of many lines. All of it goes to the log file.
_NOISE = re.compile(
    r"""
    \s*-+\nSystem\ environment
    | Config:\n
    | Hooks\ will\ be\ executed\ in\ the\ following\ order
    | Distributed\ training\ is\ not\ used,\ all\ SyncBatchNorm
    | Name\ of\ parameter\ -\ Initialization\ information
    | Exp\ name:
    | Dataset\ \S+\ has\ no\ metainfo
    | "FileClient"\ will\ be\ deprecated
    | "HardDiskBackend"\ is\ the\ alias
    | The\ prefix\ is\ not\ set\ in\ metric\ class
    | \s*\S+\ -\ torch\.Size\(\[[\d,\ ]*\]\):
    """,
    re.VERBOSE,
)
_waiting = False


class ConsoleText(str):
    """A message whose console has another text than its file.

    Attributes:
        console (str): What the console shows; nothing where it is empty.
    """

    console: str

    def __new__(cls, text: str, console: str) -> 'ConsoleText':
        """Makes a text of the file's, with the console's beside it."""
        made = super().__new__(cls, text)
        made.console = console
        return made


def quiet_next_logger() -> None:
    """Lets the console of the next logger that is made leave out the noise.

    A runner builds its log processor just before its logger, and writes its
    longest reports as soon as it has that.
    """
    global _waiting
    if not hasattr(MMLogger.__init__, '__wrapped__'):
        # mmengine has no setting for the handler of the console.
        MMLogger.__init__ = _quieted(MMLogger.__init__)
    _waiting = True


def _quieted(init: Any) -> Any:
    """Returns a logger's initialisation that heeds what was asked for."""

    @functools.wraps(init)
    def wrapped(logger: MMLogger, *args: Any, **kwargs: Any) -> None:
        global _waiting
        init(logger, *args, **kwargs)
        if not _waiting:
            return
        _waiting = False
        for handler in logger.handlers:
            # That of the file is one, too.
            if type(handler) is logging.StreamHandler:
                handler.addFilter(_is_for_console)
                handler.setFormatter(_ConsoleFormatter(handler.formatter))
        if logger.log_file:
            logger.info(f'All that is logged: {logger.log_file}')

    return wrapped


def _is_for_console(record: logging.LogRecord) -> bool:
    """Returns whether a person at the console should see a record."""
    if isinstance(record.msg, ConsoleText):
        return bool(record.msg.console)
    if record.levelno > logging.WARNING:
        return True
    return not _NOISE.match(str(record.msg))


class _ConsoleFormatter(logging.Formatter):
    """Formats as another does, with the console's text."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line.

        Args:
            record (logging.LogRecord): Which a file may get after this.
        """
        text: Any = record.msg
        if isinstance(text, ConsoleText):
            record = copy.copy(record)
            record.msg = text.console
        return self._inner.format(record)
