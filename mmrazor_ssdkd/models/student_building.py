"""Builds a student, with the weights that it brings along, if any."""

from typing import Optional, Union

from torch import nn

from .building import build_model, mark_initialized
from .loaded_weights import note_loading, read_all

__all__ = ['build_student']


def build_student(
    cfg: Union[dict, nn.Module], data_preprocessor: Optional[dict] = None
) -> nn.Module:
    """Builds a student, which a runner initialises.

    Unless it has read all of its weights while it was built, as a pruned
    network may that a function of the user's makes: it keeps those.

    Args:
        cfg (dict | nn.Module): As for :func:`build_model`.
        data_preprocessor (dict, optional): As there. Defaults to None.

    Returns:
        nn.Module: The student.

    Raises:
        TypeError: As in :func:`build_model`.
        ValueError: As in :func:`build_model`.
    """
    with note_loading():
        student = build_model(cfg, 'architecture', data_preprocessor)
    if read_all(student, 'architecture'):
        mark_initialized(student)
    return student
