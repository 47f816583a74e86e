"""Segments of training and floor by turns, and what they took."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmrazor_ssdkd.models.algorithms import SSDKD

from .floor import Floor
from .machine import clock, matrix_rate, peak_memory

# Owner's attribute ('' for the algorithm), method, part. The buffer's `extend`
# runs inside `admit_best`.
TIMED = (
    ('', 'synthesize', 'synthesis'),
    ('', 'admit_best', 'candidates'),
    ('', '_buffer_vars', 'insert'),
    ('', 'refresh_priorities', 'draw'),
    ('distillation', 'view', 'student'),
    ('', 'distill', 'student'),
    ('replay_buffer', 'extend', 'insert'),
    ('replay_buffer', 'sample', 'draw'),
    ('replay_buffer', 'update_priority', 'draw'),
)
Row = dict[str, Any]


class Measured(Exception):
    """Everything was: the training may end where it is."""


class SegmentHook(Hook):
    """Hands over to a plan after each segment of training.

    As the last hook of an iteration, so that a segment has everything that
    the Runner does between two hand-overs.

    Args:
        steps (int): Iterations in a segment.
        plan (Iterator): Goes on until its next ``yield``, where it wants a
            segment trained.
    """

    priority = 'LOWEST'

    def __init__(self, steps: int, plan: Iterator[None]) -> None:
        self.steps = steps
        self.plan = plan

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Goes on with the plan where a segment ends.

        Raises:
            Measured: The plan is at its end. mmengine's own flag would let
                the epoch run on.
        """
        if self.every_n_train_iters(runner, self.steps):
            try:
                next(self.plan)
            except StopIteration:
                raise Measured from None


@contextmanager
def timed_parts(algorithm: SSDKD) -> Iterator[dict[str, float]]:
    """Adds up the seconds of the algorithm's parts inside.

    On a GPU this waits for the device around each part.
    """
    seconds: dict[str, float] = defaultdict(float)
    device = algorithm.generator.device

    def wrap(method: Any, part: str) -> Any:
        def timed(*args: Any, **kwargs: Any) -> Any:
            before = sum(seconds.values())
            start = clock(device)
            result = method(*args, **kwargs)
            # Without what parts inside have taken.
            inside = sum(seconds.values()) - before
            seconds[part] += clock(device) - start - inside
            return result

        return timed

    owners = [
        getattr(algorithm, owner) if owner else algorithm
        for owner, *_ in TIMED
    ]
    for owner, (_, name, part) in zip(owners, TIMED):
        setattr(owner, name, wrap(getattr(owner, name), part))
    try:
        yield seconds
    finally:
        # The class's own methods come to light again.
        for owner, (_, name, _) in zip(owners, TIMED):
            delattr(owner, name)


def measure(
    runner: Runner, steps: int, repeats: int, found: Row
) -> Iterator[None]:
    """Alternates between training and floor.

    Args:
        runner (Runner): Of the training.
        steps (int): Student steps in a segment.
        repeats (int): How often all kinds of segments come.
        found (dict): Takes the figures of each segment, lists by name, and
            what the machine can do.

    Yields:
        None: Where a segment is to be trained.
    """
    algorithm = runner.model
    device = algorithm.generator.device
    found.update(peak_memory=peak_memory(device))
    floor = Floor(
        algorithm, runner.optim_wrapper, runner.train_dataloader.batch_size
    )
    floor.seconds(algorithm.synthesis.interval)
    floor.seconds(algorithm.synthesis.interval, algorithm.bn_loss)
    for _ in range(repeats):
        start = clock(device)
        yield
        found['step'].append((clock(device) - start) / steps)
        found['floor'].append(floor.seconds(steps))
        with timed_parts(algorithm) as parts:
            start = clock(device)
            yield
            total = clock(device) - start
            parts['rest'] = total - sum(parts.values())
        found['parts'].append({k: v / steps for k, v in parts.items()})
        found['bn'].append(floor.seconds(steps, algorithm.bn_loss)['rounds'])
    found['flops'] = floor.flops()
    found['dtype'] = floor.dtype
    found['matrix_rate'] = matrix_rate(device, floor.dtype)


def figures(found: Row) -> Row:
    """Makes a row's figures out of those of each segment."""
    floors = [sum(seconds.values()) for seconds in found['floor']]
    step, floor = map(statistics.median, (found['step'], floors))
    ratios = [step / floor for step, floor in zip(found['step'], floors)]
    names = dict.fromkeys([*(part for *_, part in TIMED), 'rest'])
    parts = {name: median_of(found['parts'], name) for name in names}
    rounds = median_of(found['floor'], 'rounds')
    rate = found['flops'] / step
    return dict(
        step_seconds=step,
        floor_seconds=floor,
        ratio=step / floor,
        ratio_range=[min(ratios), max(ratios)],
        parts=parts,
        floor_parts=dict(
            student=median_of(found['floor'], 'student'), rounds=rounds
        ),
        bn_seconds=statistics.median(found['bn']) - rounds,
        buffer_share=(parts['insert'] + parts['draw']) / sum(parts.values()),
        peak_memory=found['peak_memory'],
        flops_per_step=found['flops'],
        matrix_rate=found['matrix_rate'],
        matrix_share=rate / found['matrix_rate'],
    )


def median_of(segments: list[dict[str, float]], name: str) -> float:
    """Returns the median of a figure that some segments may not have."""
    return statistics.median(segment.get(name, 0.0) for segment in segments)
