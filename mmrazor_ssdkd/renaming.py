"""Says the new name of an argument to whom still uses the old one."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from .validation import shown

__all__ = ['refuses', 'renamed']

Call = TypeVar('Call', bound=Callable[..., None])


def refuses(names: dict[str, str]) -> Callable[[Call], Call]:
    """Makes a function refuse old names of its arguments.

    Its signature stays as it is, so that names which were never there are
    refused as ever.

    Args:
        names (dict[str, str]): New names by old ones.

    Returns:
        Callable: Decorates the function, whose calls then raise a ValueError
        that says the new name.
    """

    def decorate(call: Call) -> Call:
        @wraps(call)
        def checked(*args: Any, **kwargs: Any) -> None:
            for old in names:
                if old in kwargs:
                    raise ValueError(
                        f'`{old}` must be given as `{names[old]}`, but got '
                        f'{shown(kwargs[old])}'
                    )
            call(*args, **kwargs)

        checked.renamed = names  # type: ignore[attr-defined]
        return cast('Call', checked)

    return decorate


def renamed(kind: Any) -> dict[str, str]:
    """Returns the new names by the old ones of a class's arguments.

    Args:
        kind (type): Any class, or None.

    Returns:
        dict[str, str]: Also those of the classes that it inherits from.
    """
    found: dict[str, str] = {}
    for base in getattr(kind, '__mro__', ()):
        found.update(getattr(vars(base).get('__init__'), 'renamed', {}))
    return found
