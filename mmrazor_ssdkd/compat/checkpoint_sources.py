"""Lets mmengine read files and addresses as this package does."""

from typing import Any

from mmengine.runner import checkpoint
from mmengine.runner.checkpoint import CheckpointLoader

from mmrazor_ssdkd.checkpoints import read_checkpoint

_SCHEMES = ('', 'http://', 'https://')


def check_checkpoint_sources() -> None:
    """Takes the place of mmengine's readers of files and addresses.

    Its own go by torch's default for ``weights_only``, which an environment
    variable turns off, take a file in which bits flipped, and keep whatever
    an address sends under the last part of its path.
    """
    CheckpointLoader.register_scheme(_SCHEMES, _load_from_source, force=True)
    # What names of model zoos are turned into addresses for.
    checkpoint.load_from_http = _load_from_source


def _load_from_source(
    filename: Any, map_location: Any = None, **_: Any
) -> dict[str, Any]:
    """Reads a checkpoint; the further arguments are those of a download.

    mmengine says which reader it takes by the name, from its 11th character.
    """
    return read_checkpoint(filename, 'checkpoint', map_location)
