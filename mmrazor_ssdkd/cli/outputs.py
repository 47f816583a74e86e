"""What the tools write: never over what exists, and whole or not at all."""

import argparse
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union

from matplotlib.figure import Figure

from mmrazor_ssdkd.files import check_new, write_bytes, write_text

StrPath = Union[str, Path]


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
    inputs: Iterable[StrPath] = (),
) -> None:
    """Ends a tool before its work where its result could not be kept.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
        args (argparse.Namespace): What it found.
        *names (str): The arguments that are paths of files to write, or None.
        inputs (Iterable[str | Path]): What it reads; not replaced even by
            ``--force``.
    """
    for name in names:
        path = getattr(args, name)
        if path is None:
            continue
        try:
            check_output(name, path, args.force, inputs)
        except (ValueError, OSError) as error:
            parser.error(str(error))


def check_output(
    name: str, path: StrPath, force: bool, inputs: Iterable[StrPath]
) -> None:
    """Raises an error where a file may not be written; makes its folder.

    Args:
        name (str): The argument that says where, for the message.
        path (str | Path): Where.
        force (bool): Whether a file may be replaced.
        inputs (Iterable[str | Path]): What is read; never replaced.

    Raises:
        ValueError: It exists, is read, or is a folder.
        OSError: Its folder cannot be made.
    """
    path = Path(path)
    for other in map(Path, inputs):
        # Unlike its namesake it takes what can be no name of a file.
        there = os.path.exists(other) and path.exists()
        if there and path.samefile(other):
            raise ValueError(
                f'`{name}` must not be what is read, but got {str(path)!r}'
            )
    check_new(name, path, force)
    path.parent.mkdir(parents=True, exist_ok=True)


def write_json(path: StrPath, value: Any) -> None:
    """Writes a value as JSON.

    Args:
        path (str | Path): The file.
        value (Any): What it shall hold.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    write_text(path, json.dumps(value, indent=2) + '\n')


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
    kind = Path(path).suffix[1:].lower() or 'png'
    picture = io.BytesIO()
    figure.savefig(picture, dpi=dpi, format=kind)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, picture.getvalue())
    print(f'Wrote {path}', flush=True)
