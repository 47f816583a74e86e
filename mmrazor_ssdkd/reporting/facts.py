"""Figures with the text that a person reads in their place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Optional

from .networks import Network
from .scalars import Scalars

__all__ = [
    'FIDELITY',
    'Fact',
    'duration',
    'metric_facts',
    'number',
    'size_facts',
]

# What the keys of a metric without data begin with.
FIDELITY = 'fidelity/'


@dataclass(frozen=True)
class Fact:
    """A figure, or a text.

    Attributes:
        key (str): As logs and checkpoints have it.
        label (str): What it is called.
        value (object): All of its digits; None where it is no figure.
        text (str): What is shown.
    """

    key: str
    label: str
    value: Any
    text: str


def number(key: str, label: str, value: Any, form: str = ',') -> Fact:
    """Returns a figure.

    Args:
        key (str): As logs and checkpoints have it.
        label (str): What it is called.
        value (int | float): All of its digits.
        form (str): How Python shows it. Defaults to ',', for whole numbers.
    """
    return Fact(key, label, value, format(value, form))


def duration(key: str, label: str, seconds: float) -> Fact:
    """Returns a time in hours, minutes and seconds."""
    text = str(timedelta(seconds=round(seconds)))
    return Fact(key, label, seconds, text)


def metric_facts(scalars: Scalars, fidelity: bool) -> list[Fact]:
    """Returns what the last validation measured.

    Args:
        scalars (Scalars): What a run logged.
        fidelity (bool): Whether of the metrics without data, or the others.
    """
    return [
        Fact(key, key.removeprefix(FIDELITY), value, f'{value:.4g}')
        for key in scalars.metrics
        if key.startswith(FIDELITY) == fidelity
        for value in [scalars.last(key)]
    ]


def size_facts(network: Network) -> list[Optional[Fact]]:
    """Returns parameters, MACs, size and latency, None for the unknown."""
    role = network.role
    macs, milliseconds = network.macs, network.milliseconds
    return [
        number(f'{role}.params', 'parameters', network.params),
        None
        if macs is None
        else Fact(f'{role}.macs', 'MACs', macs, f'{macs / 1e6:,.2f} M'),
        Fact(
            f'{role}.nbytes',
            'size',
            network.nbytes,
            f'{network.nbytes / 1e6:,.2f} MB',
        ),
        None
        if milliseconds is None
        else Fact(
            f'{role}.milliseconds',
            'latency',
            milliseconds,
            f'{milliseconds:.2f} ms',
        ),
    ]


def ratios(networks: Iterable[Network]) -> list[Optional[str]]:
    """Returns by how much a teacher outdoes its student, in each column.

    Args:
        networks (Iterable[Network]): Of a run.

    Returns:
        list[str | None]: Empty unless there are these two.
    """
    found = {network.role: network for network in networks}
    if set(found) != {'teacher', 'student'}:
        return []
    columns = zip(size_facts(found['teacher']), size_facts(found['student']))
    return [
        f'{teacher.value / student.value:.2f} times'
        if teacher is not None and student is not None and student.value
        else None
        for teacher, student in columns
    ]
