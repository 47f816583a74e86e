"""Reads what a config builds, whether it says so by name or by class."""

from typing import Any

__all__ = ['type_name']


def type_name(cfg: Any) -> str:
    """Returns the bare name of what a config builds.

    Args:
        cfg (Any): A config whose ``type`` is a name, with or without a scope,
            or, in a pure-Python config, a class or a function.

    Returns:
        str: Without scope and module; '' of what is no such config.
    """
    kind = cfg.get('type', '') if isinstance(cfg, dict) else ''
    name = kind if isinstance(kind, str) else getattr(kind, '__name__', '')
    return str(name).rpartition('.')[2]
