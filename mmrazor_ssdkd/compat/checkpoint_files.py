"""Lets mmengine lose no checkpoint, whenever it is stopped."""

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, Union

import mmengine.runner
from mmengine.dist import is_main_process
from mmengine.fileio import LocalBackend
from mmengine.hooks import CheckpointHook, checkpoint_hook

from mmrazor_ssdkd.files import write_bytes, write_text

_Save = Callable[..., None]


def mend_checkpoint_files() -> None:
    """Makes mmengine's saving whole and its automatic resuming forgiving.

    - A file, ``last_checkpoint`` included, is written beside its name, flushed
      to disk and renamed. A write that fails names it and leaves the old one.
    - ``CheckpointHook`` deletes what it no longer keeps after the new
      checkpoint stands, not before it is written.
    - Resuming takes the newest whole checkpoint of the work directory, also
      where ``last_checkpoint`` is missing or names none.
    """
    if LocalBackend.put is _put:
        return
    LocalBackend.put = _put
    LocalBackend.put_text = _put_text
    # The name is looked up in the module before the builtin is.
    checkpoint_hook.open = _WholeText
    for name in ('_save_checkpoint_with_step', '_save_best_checkpoint'):
        saves = getattr(CheckpointHook, name)
        setattr(CheckpointHook, name, _deleting_last(saves))
    for module in (
        mmengine.runner,
        mmengine.runner.checkpoint,
        mmengine.runner.runner,
        mmengine.runner._flexible_runner,
    ):
        module.find_latest_checkpoint = _find_latest_checkpoint


def _put(
    _backend: LocalBackend, obj: bytes, filepath: Union[str, Path]
) -> None:
    """Writes bytes, in place of ``LocalBackend.put``."""
    Path(filepath).parent.mkdir(parents=True, exist_ok=True)
    write_bytes(filepath, obj)


def _put_text(
    _backend: LocalBackend,
    obj: str,
    filepath: Union[str, Path],
    encoding: str = 'utf-8',
) -> None:
    """Writes a text, in place of ``LocalBackend.put_text``."""
    _put(_backend, obj.encode(encoding), filepath)


class _WholeText(io.StringIO):
    """What ``open(path, 'w')`` gives; written when it is left in peace."""

    def __init__(self, path: str, _mode: str) -> None:
        super().__init__()
        self._path = path

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Writes the file, unless an error came first."""
        if kind is None:
            write_text(self._path, self.getvalue())
        super().__exit__(kind, value, traceback)


def _deleting_last(saves: _Save) -> _Save:
    """Returns a method of a CheckpointHook that deletes when it has saved."""

    @wraps(saves)
    def save(hook: Any, *args: Any, **kwargs: Any) -> None:
        # A validation without a training has none, and saves nothing.
        patient = _PatientBackend(getattr(hook, 'file_backend', None))
        hook.file_backend = patient
        try:
            saves(hook, *args, **kwargs)
        finally:
            hook.file_backend = patient.backend
        patient.delete(kept=_saved_by(hook))

    return save


def _saved_by(hook: CheckpointHook) -> set[str]:
    """Returns the paths that a hook has just given to checkpoints."""
    best = getattr(hook, 'best_ckpt_path_dict', {}).values()
    return {hook.last_ckpt, getattr(hook, 'best_ckpt_path', None), *best}


class _PatientBackend:
    """A file backend that only notes what it should delete."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self._doomed: list[tuple[Callable[[str], None], str]] = []

    def __getattr__(self, name: str) -> Any:
        """Returns everything else from the backend itself."""
        return getattr(self.backend, name)

    def remove(self, path: str) -> None:
        """Notes a file."""
        self._doomed.append((self.backend.remove, path))

    def rmtree(self, path: str) -> None:
        """Notes a folder."""
        self._doomed.append((self.backend.rmtree, path))

    def delete(self, kept: set[str]) -> None:
        """Deletes what was noted and not written anew."""
        for delete, path in self._doomed:
            if path not in kept:
                delete(path)


def _find_latest_checkpoint(path: str) -> Optional[str]:
    """Finds what to resume, in place of mmengine's function.

    A note of another one is put right, since a run that has no step left
    would not do it.
    """
    # Its package imports what the other mends mend.
    from mmrazor_ssdkd.engine.latest_checkpoint import find_latest_checkpoint

    found = find_latest_checkpoint(path)
    if found is not None and is_main_process():
        write_text(Path(path) / 'last_checkpoint', found)
    return found
