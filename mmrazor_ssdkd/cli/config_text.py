"""Writes configs that may hold classes and imports of the user's own."""

from typing import Any, Optional

from mmengine.config import ConfigDict

__all__ = ['merge_imports', 'with_names']

_OURS = 'mmrazor_ssdkd'


def with_names(cfg: Any) -> Any:
    """Returns a config with the names of classes and functions for them.

    Pure-Python configs have them as types; a name with its module builds the
    same.

    Args:
        cfg (Any): A config, or what is in one.

    Returns:
        Any: The same of built-in types.
    """
    if isinstance(cfg, ConfigDict):
        # What is not imported yet has a name, too.
        cfg = cfg.to_dict()
    if isinstance(cfg, dict):
        return {key: with_names(value) for key, value in cfg.items()}
    if isinstance(cfg, (list, tuple)):
        return type(cfg)(map(with_names, cfg))
    if hasattr(cfg, '__qualname__') and hasattr(cfg, '__module__'):
        return f'{cfg.__module__}.{cfg.__qualname__}'
    return cfg


def merge_imports(text: str, *sources: Optional[dict]) -> dict[str, Any]:
    """Returns the `custom_imports` of a config that is part of others.

    Args:
        text (str): The part.
        *sources (dict, optional): The others' `custom_imports`.

    Returns:
        dict: Their modules; this package is among them where the part names
        MMRazor or mmcls, which plain OpenMMLab finds, on today's torch,
        through it. Empty where there are none.
    """
    needed = any(name in text for name in ('mmrazor', 'mmcls'))
    names = [_OURS] if needed else []
    may_fail = False
    for source in sources:
        if not source:
            continue
        imports = source['imports']
        names += [imports] if isinstance(imports, str) else imports
        may_fail |= bool(source.get('allow_failed_imports'))
    kept = [name for name in dict.fromkeys(names) if name != _OURS or needed]
    if not kept:
        return {}
    failing = dict(allow_failed_imports=True) if may_fail else {}
    return dict(imports=kept, **failing)
