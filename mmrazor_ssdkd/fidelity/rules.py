"""Tells mmengine's hooks which fidelity is the better one."""

from mmengine.hooks import CheckpointHook, EarlyStoppingHook

__all__ = ['name_rules']


def name_rules() -> None:
    """Lets ``save_best`` and ``monitor`` name a metric of fidelity alone.

    The hooks know accuracy and mIoU by their names and want a ``rule`` for
    any other.
    """
    for hook in (CheckpointHook, EarlyStoppingHook):
        for keys, name in (
            (hook._default_greater_keys, 'fidelity/agreement'),
            (hook._default_less_keys, 'fidelity/divergence'),
        ):
            if name not in keys:
                keys.append(name)
