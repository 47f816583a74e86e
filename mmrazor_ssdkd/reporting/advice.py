"""What looks wrong about a distillation, and what to try against it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from .scalars import Scalars

__all__ = ['Advice', 'Evidence', 'advise']

# A class that fills so much of a buffer leaves nothing for the others.
_ALMOST_ALL = 0.95
_SURE = 0.999
# A loss that has not lost a twentieth has not fallen.
_FALLEN = 0.95
_FEWEST = 4
_DISAGREE = 0.5


@dataclass(frozen=True)
class Advice:
    """Something that looks wrong.

    Attributes:
        key (str): Which of them it is.
        problem (str): What was seen.
        remedy (str): What to try.
    """

    key: str
    problem: str
    remedy: str


@dataclass
class Evidence:
    """What there is to judge a distillation by.

    Attributes:
        scalars (Scalars): What it logged.
        model (dict): Its section of the config.
        names (list[str]): Of the classes; empty without a buffer.
        counts (list[int]): Images, or pixels, of each in the buffer.
        agreement (float, optional): Of both networks on the buffer.
    """

    scalars: Scalars
    model: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    agreement: Optional[float] = None


def advise(evidence: Evidence) -> list[Advice]:
    """Returns what looks wrong.

    Args:
        evidence (Evidence): Of a distillation by SSD-KD.
    """
    found = [check(evidence) for check in _CHECKS]
    return [advice for advice in found if advice is not None]


def _one_class(seen: Evidence) -> Optional[Advice]:
    total = sum(seen.counts)
    if not total or max(seen.counts) <= _ALMOST_ALL * total:
        return None
    most = seen.names[seen.counts.index(max(seen.counts))]
    share = max(seen.counts) / total
    return Advice(
        'one-class',
        f'{share:.1%} of the buffer is of one class, {most!r}.',
        "Draw the generator's targets: `model.synthesis.labels='rare'`. Give "
        'it more rounds before the first step '
        '(`model.synthesis.warmup_rounds`) and a larger '
        '`model.bn_loss.loss_weight`. Check that the generator makes images '
        'as the teacher expects them (channels, size, 0 to 255).',
    )


def _missing_classes(seen: Evidence) -> Optional[Advice]:
    missing = [n for n, count in zip(seen.names, seen.counts) if not count]
    if not missing or not sum(seen.counts):
        return None
    few = ', '.join(missing[:10]) + (', …' if len(missing) > 10 else '')
    return Advice(
        'missing-class',
        f'{len(missing)} of {len(seen.names)} classes are not in the buffer: '
        f'{few}.',
        "Draw the generator's targets: `model.synthesis.labels='rare'`, or "
        "'uniform'. "
        'Make more images: a larger `model.replay_buffer.max_size` and '
        '`model.synthesis.batch_size`, a smaller `model.synthesis.interval`.',
    )


def _sure_teacher(seen: Evidence) -> Optional[Advice]:
    confidence = seen.scalars.last('buffer.confidence')
    # Nor is one that is NaN.
    if confidence is None or not confidence >= _SURE:
        return None
    return Advice(
        'confidence',
        f'The teacher is sure of all images (mean confidence '
        f'{confidence:.4f}): they teach little beyond their class.',
        'Raise `model.synthesis.adversarial_weight` or '
        '`model.task_loss.gamma`, lower '
        '`model.task_loss.loss_weight`, and raise the temperature '
        '`model.distillation.tau`.',
    )


def _bn_loss_stays(seen: Evidence) -> Optional[Advice]:
    weight = (seen.model.get('bn_loss') or {}).get('loss_weight', 1.0)
    ends = _ends(_changes(seen.scalars.series('generator.loss_bn')[1]))
    if not weight or ends is None or ends[1] < _FALLEN * ends[0]:
        return None
    return Advice(
        'bn-loss',
        f'L_BN does not fall: {ends[0]:.4g} at first, {ends[1]:.4g} at last.',
        'Raise `model.bn_loss.loss_weight` against the other two, take more '
        'steps in a round (`model.synthesis.iters`), or another learning rate '
        'of `optim_wrapper.generator`. A teacher whose BatchNorms have no '
        'statistics of their data cannot be matched.',
    )


def _student_stays(seen: Evidence) -> Optional[Advice]:
    ends = _ends(seen.scalars.series('loss')[1])
    if ends is None or ends[1] < _FALLEN * ends[0]:
        return None
    return Advice(
        'student-loss',
        f"The student's loss stays: {ends[0]:.4g} at first, {ends[1]:.4g} at "
        'last.',
        'Change the learning rate of `optim_wrapper.architecture` (0.2 suits '
        "random weights, 0.05 its teacher's), start from the teacher's "
        'weights (`model.student_init`), train for longer, or take a larger '
        'student. A loss that rises while the generator makes harder images '
        'is no fault: lower `model.synthesis.adversarial_weight` to see.',
    )


def _disagreement(seen: Evidence) -> Optional[Advice]:
    if seen.agreement is None or seen.agreement >= _DISAGREE:
        return None
    return Advice(
        'disagreement',
        f'The student gives {seen.agreement:.1%} of the images that it '
        "learnt from its teacher's class.",
        'It has not learnt what it was shown: train for longer, or see to '
        'its learning rate first.',
    )


def _changes(values: Sequence[float]) -> list[float]:
    """Returns values without those that were logged again.

    Between two rounds the log repeats the generator's last ones.
    """
    pairs = zip(values, [None, *values])
    return [value for value, before in pairs if value != before]


def _ends(values: Sequence[float]) -> Optional[tuple[float, float]]:
    """Returns the means of a tenth at each end, None of too few values."""
    if len(values) < _FEWEST:
        return None
    number = max(1, len(values) // 10)
    first, last = values[:number], values[-number:]
    return sum(first) / number, sum(last) / number


_CHECKS: tuple[Callable[[Evidence], Optional[Advice]], ...] = (
    _one_class,
    _missing_classes,
    _sure_teacher,
    _bn_loss_stays,
    _student_stays,
    _disagreement,
)
