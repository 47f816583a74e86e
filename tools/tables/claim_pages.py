"""The claims' page as Markdown."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from shlex import quote
from statistics import median
from typing import Any, Optional

from mmengine.config import Config
from paired import Effect, paired_effect

__all__ = ['decide', 'page']

Record = dict[str, Any]


def figure(record: Record, name: str) -> float:
    """Returns a run's score or a figure of its buffer.

    Args:
        record (dict): Of a run.
        name (str): 'score', or one of ``buffer_figures``'s names.

    Raises:
        ValueError: The run has none.
    """
    figures = {'score': record['score'], **record.get('buffer', {})}
    if name not in figures:
        raise ValueError(
            f'`figure` must be one of {sorted(figures)}, but got {name!r}'
        )
    return figures[name]


def decide(
    claim: Mapping[str, Any], plan: str, records: Iterable[Record]
) -> Optional[Effect]:
    """Compares a claim's two rows in one plan.

    Args:
        claim (dict): With ``on``, ``off`` and ``figure``.
        plan (str): The plan's name.
        records (Iterable[dict]): All runs.

    Returns:
        Effect | None: Of the seeds that both rows have; None without any.

    Raises:
        ValueError: A row was run for several lengths, which are no further
            seeds, or a run lacks the figure.
    """
    found: dict[str, dict[int, float]] = {claim['on']: {}, claim['off']: {}}
    lengths = set()
    for record in records:
        if record['plan'] == plan and record['row'] in found:
            lengths.add(record['epochs'])
            value = figure(record, claim['figure'])
            found[record['row']][record['seed']] = value
    if len(lengths) > 1:
        raise ValueError(
            f'`runs` must have {plan!r} of one length, but got rows of '
            f'{sorted(lengths)} epochs for {claim["name"]!r}'
        )
    on, off = found[claim['on']], found[claim['off']]
    pairs = sorted(on.keys() & off.keys())
    if not pairs:
        return None
    return paired_effect([on[p] for p in pairs], [off[p] for p in pairs])


def page(plan: Config, records: Sequence[Record]) -> str:
    """Renders what holds.

    Args:
        plan (Config): Of claims: ``head``, ``regimes``, ``margins``,
            ``claims`` and, if there is something to say, ``seen``.
        records (Sequence[dict]): Of all runs.

    Returns:
        str: The page, ending in a newline.
    """
    effects = {
        claim.name: {
            regime: decide(claim, regime, records) for regime in claim.plans
        }
        for claim in plan.claims
    }
    parts = [plan.head.strip(), _summary(plan, effects)]
    if 'seen' in plan:
        parts.append(plan.seen.strip())
    for claim in plan.claims:
        parts.append(_section(plan, claim, effects[claim.name]))
    parts.append(_regimes(plan, records))
    return '\n\n'.join(parts) + '\n'


def _verdict(plan: Config, claim: Config, effect: Optional[Effect]) -> str:
    if effect is None:
        return 'not measured'
    return effect.verdict(plan.margins[claim.figure])


def _summary(plan: Config, effects: Mapping) -> str:
    lines = ['| claim | ' + ' | '.join(_VERDICTS) + ' |']
    lines.append('|---' * (1 + len(_VERDICTS)) + '|')
    for claim in plan.claims:
        count = Counter(
            _verdict(plan, claim, effect)
            for effect in effects[claim.name].values()
        )
        cells = ' | '.join(str(count[v] or '') for v in _VERDICTS)
        lines.append(f'| {claim.name} | {cells} |')
    return '\n'.join(['In how many regimes a claim:', '', *lines])


_VERDICTS = (
    'holds',
    'no effect',
    'the contrary',
    'cannot tell',
    'not measured',
)


def _section(plan: Config, claim: Config, effects: Mapping) -> str:
    digits = 3 if plan.margins[claim.figure] < 0.1 else 2
    lines = [
        f'## {claim.name}',
        '',
        f'*{claim.on}* against *{claim.off}*: {claim.figure}.',
        '',
        '| regime | effect, 95% interval | detectable | seeds | |',
        '|---|---|---|---|---|',
    ]
    for regime, effect in effects.items():
        cells = [plan.regimes[regime], *_cells(effect, digits)]
        cells.append(_verdict(plan, claim, effect))
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _cells(effect: Optional[Effect], digits: int) -> list[str]:
    if effect is None:
        return ['', '', '']
    if math.isnan(effect.half_width):
        return [f'{effect.mean:+.{digits}f}', '', '1']
    return [
        f'{effect.mean:+.{digits}f} ± {effect.half_width:.{digits}f}',
        f'{effect.detectable:.{digits}f}',
        str(effect.number),
    ]


def _regimes(plan: Config, records: Sequence[Record]) -> str:
    lines = ['## The regimes', '']
    for name, words in plan.regimes.items():
        runs = [record for record in records if record['plan'] == name]
        if not runs:
            continue
        seeds = sorted({record['seed'] for record in runs})
        machines = '; '.join(sorted({record['machine'] for record in runs}))
        lines += [
            f'- **{words}**: {len(runs)} runs, {_lengths(runs)}, on '
            f'{machines}.',
            '',
            '  ```bash',
            f'  python tools/tables/run_table.py '
            f'tools/tables/plans/modules/{name}.py --out runs/{name} '
            f'--seeds {" ".join(map(str, seeds))} --rows {_named(runs)}',
            '  ```',
        ]
    return '\n'.join(lines)


def _lengths(runs: Sequence[Record]) -> str:
    """Says how long runs of each number of steps took, in the median."""
    seconds = defaultdict(list)
    for record in runs:
        seconds[record['steps']].append(record['cpu_seconds'])
    return ', '.join(
        f'{len(each)} of {steps} steps and {median(each):.0f} processor '
        'seconds (the median)'
        for steps, each in sorted(seconds.items())
    )


def _named(runs: Sequence[Record]) -> str:
    """Returns the rows of runs as a command line has them."""
    rows = dict.fromkeys(record['row'] for record in runs)
    return ' '.join(map(quote, rows))
