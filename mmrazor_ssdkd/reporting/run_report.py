"""What a page shows of one run."""

from dataclasses import dataclass, field
from typing import Optional

from .advice import Advice
from .facts import Fact
from .gallery import ClassRow, Shown
from .networks import Network
from .scalars import Scalars
from .status import Status

__all__ = ['RunReport']


@dataclass
class RunReport:
    """What a page shows of one run.

    Attributes:
        name (str): What tells it from the others.
        kind (str): What was trained.
        status (Status): How far it came.
        scalars (Scalars): What it logged.
        origin (list[Fact]): Where it comes from.
        networks (list[tuple]): Each with its facts.
        ratios (list[str | None]): Of teacher and student, by column.
        real (list[Fact]): What validation measured on real data.
        teachers (list[Fact]): The same of its teacher, from its own logs.
        fidelity (list[Fact]): What it measured without data.
        agreement (Fact, optional): Of both networks on the buffer.
        advice (list[Advice]): What looks wrong.
        panels (list[tuple[str, str, list[Fact]]]): Title, SVG, last values.
        classes (list[ClassRow]): Of the buffer.
        num_classes (int): How many there are; of very many some are shown.
        newest (list[Shown]): A segmentor's images and maps.
        worst (list[Shown]): Where student and teacher disagree most.
        missing (list[str]): What could not be shown, and why.
    """

    name: str
    kind: str
    status: Status
    scalars: Scalars
    origin: list[Fact] = field(default_factory=list)
    networks: list[tuple[Network, list[Optional[Fact]]]] = field(
        default_factory=list
    )
    ratios: list[Optional[str]] = field(default_factory=list)
    real: list[Fact] = field(default_factory=list)
    teachers: list[Fact] = field(default_factory=list)
    fidelity: list[Fact] = field(default_factory=list)
    agreement: Optional[Fact] = None
    advice: list[Advice] = field(default_factory=list)
    panels: list[tuple[str, str, list[Fact]]] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)
    num_classes: int = 0
    newest: list[Shown] = field(default_factory=list)
    worst: list[Shown] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
