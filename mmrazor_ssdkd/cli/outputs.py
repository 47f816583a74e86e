"""What the tools write: never over what exists, and whole or not at all."""

import argparse
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union

from matplotlib.figure import Figure
from mmengine.config import Config

from mmrazor_ssdkd.engine import named_files
from mmrazor_ssdkd.files import check_new, write_bytes, write_text

from .config_files import config_files

StrPath = Union[str, Path]
# A file, a folder of runs, or a config with all that it names.
Input = Union[StrPath, Config]

# What runs leave in their folders, beside which a page or a picture may be.
_OF_RUNS = (
    '*.pth',
    '*.py',
    '*.log',
    'last_checkpoint',
    'result.json',
    'run.json',
    'scalars.json',
    '[0-9]*_[0-9]*.json',
)


def add_force(parser: argparse.ArgumentParser) -> None:
    """Adds the option that lets a tool replace what exists.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
    """
    parser.add_argument(
        '--force', action='store_true', help='replace files that exist'
    )


def check_outputs(
    parser: argparse.ArgumentParser,
    args: argparse.Namespace,
    *names: str,
    inputs: Iterable[Input] = (),
) -> None:
    """Ends a tool before its work where its result could not be kept.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
        args (argparse.Namespace): What it found.
        *names (str): The arguments that are paths of files to write, or None.
        inputs (Iterable[str | Path | Config]): What it reads, as
            :func:`check_output` takes it; not replaced even by ``--force``.
    """
    inputs = list(inputs)
    for name in names:
        path = getattr(args, name)
        if path is None:
            continue
        try:
            check_output(name, path, args.force, inputs)
        except (ValueError, OSError) as error:
            parser.error(str(error))


def check_output(
    name: str, path: StrPath, force: bool, inputs: Iterable[Input]
) -> None:
    """Raises an error where a file may not be written; makes its folder.

    Args:
        name (str): The argument that says where, for the message.
        path (str | Path): Where.
        force (bool): Whether a file may be replaced.
        inputs (Iterable[str | Path | Config]): What is read and never
            replaced: files; of folders what runs left in them; configs, with
            what they inherit from and the files that they name.

    Raises:
        ValueError: It exists, is read, or is a folder.
        OSError: Its folder cannot be made.
    """
    path = Path(path)
    if os.path.exists(path) and any(_reads(value, path) for value in inputs):
        raise ValueError(
            f'`{name}` must not be what is read, but got {str(path)!r}'
        )
    check_new(name, path, force)
    path.parent.mkdir(parents=True, exist_ok=True)


def _reads(value: Input, path: Path) -> bool:
    """Returns whether an existing file is, or is part of, what is read."""
    if isinstance(value, Config):
        files = [*config_files(value.filename), *named_files(value.to_dict())]
        return any(map(path.samefile, files))
    other = Path(os.path.expanduser(value))
    # Unlike their namesakes they take what can be no name of a file.
    if not os.path.isdir(other):
        return os.path.exists(other) and path.samefile(other)
    inside = other.resolve() in path.resolve().parents
    return inside and any(map(path.match, _OF_RUNS))


def write_json(path: StrPath, value: Any) -> None:
    """Writes a value as JSON.

    Args:
        path (str | Path): The file.
        value (Any): What it shall hold.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    write_text(path, json.dumps(value, indent=2) + '\n')


def picture_path(text: str) -> Path:
    """Returns where to draw a picture, as a type of the command line's.

    Args:
        text (str): What it was told.

    Raises:
        argparse.ArgumentTypeError: Its suffix is of no format that
            :func:`write_figure` knows.
    """
    known = sorted(Figure().canvas.get_supported_filetypes())
    if _format(text) not in known:
        raise argparse.ArgumentTypeError(
            f'its suffix must be one of {", ".join(known)}, but got {text!r}'
        )
    return Path(text)


def _format(path: StrPath) -> str:
    """Returns the format that a picture's name says."""
    return Path(path).suffix[1:].lower() or 'png'


def write_figure(path: StrPath, figure: Figure, dpi: float = 100) -> None:
    """Writes a picture in the format that its name says, and says so.

    PNG where the name says none.

    Args:
        path (str | Path): The file.
        figure (Figure): The picture.
        dpi (float): Pixels an inch. Defaults to 100.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    picture = io.BytesIO()
    figure.savefig(picture, dpi=dpi, format=_format(path))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, picture.getvalue())
    print(f'Wrote {path}', flush=True)
