"""Keeps mmengine from running the config text that a checkpoint holds."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mmengine.runner.checkpoint import CheckpointLoader

# Where mmengine, its inferencers and MMRazor look for a text to run.
_TEXTS = (('meta', 'config'), ('meta', 'cfg'), ('runtime_info', 'cfg'))


def disarm_checkpoint_text() -> None:
    """Makes every checkpoint that mmengine loads come without config text.

    A runner that resumes hands ``meta.config`` to ``Config.fromstring``, which
    executes it, for a number of GPUs that it has not written since mmcv 1.
    Inferencers without a config do the same with the message hub's ``cfg``,
    and so does MMRazor with the hub's after it was resumed. All of them load
    through one function, which now keeps each text under ``KEY_text``.
    """
    if not hasattr(CheckpointLoader.load_checkpoint, '__wrapped__'):
        CheckpointLoader.load_checkpoint = classmethod(
            _disarmed(CheckpointLoader.load_checkpoint.__func__)
        )


def _disarmed(load: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a loader whose checkpoints hold no text to run."""

    @wraps(load)
    def load_checkpoint(*args: Any, **kwargs: Any) -> Any:
        return set_text_aside(load(*args, **kwargs))

    return load_checkpoint


def set_text_aside(checkpoint: Any) -> Any:
    """Renames what would be executed as a config.

    Args:
        checkpoint (dict): Changed in place; anything else is left alone.

    Returns:
        dict: The same checkpoint.
    """
    hub = _dict_under(checkpoint, 'message_hub')
    places = {
        'meta': _dict_under(checkpoint, 'meta'),
        'runtime_info': _dict_under(hub, 'runtime_info'),
    }
    for place, key in _TEXTS:
        if key in places[place]:
            places[place][f'{key}_text'] = places[place].pop(key)
    # Or the hub warns of a key to resume that is not there.
    _dict_under(hub, 'resumed_keys').pop('cfg', None)
    return checkpoint


def _dict_under(content: Any, key: str) -> dict:
    """Returns the dict under a key, an empty one where there is none."""
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}
