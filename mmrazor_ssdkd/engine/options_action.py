"""Settings on a command line, as KEY=VALUE."""

import re
from typing import Any

from mmengine.config import DictAction

__all__ = ['OptionsAction']

# What stands for a blank while mmengine looks, which would remove it.
_BLANK = '\x1f'
# Blanks that are between the values of a list.
_BETWEEN = re.compile(r' *(,) *|([(\[]) +| +([)\]])')


class OptionsAction(DictAction):
    """Reads settings as mmengine does, but keeps the blanks in a text.

    A path may have some.

    Example:
        >>> parser.add_argument('--options', nargs='+', action=OptionsAction)
    """

    @staticmethod
    def _parse_iterable(val: str) -> Any:
        """Returns a value, or a list or tuple of some."""
        packed = _BETWEEN.sub(r'\1\2\3', val.strip().strip('\'"').strip())
        found = DictAction._parse_iterable(packed.replace(' ', _BLANK))
        return _with_blanks(found)


def _with_blanks(value: Any) -> Any:
    """Returns a value whose texts have their blanks again."""
    if isinstance(value, str):
        return value.replace(_BLANK, ' ')
    if isinstance(value, (list, tuple)):
        return type(value)(map(_with_blanks, value))
    return value
