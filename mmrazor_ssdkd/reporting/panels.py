"""Which curves a page shows of what was logged."""

from collections.abc import Sequence

from .curves import Line, Panel
from .facts import FIDELITY
from .scalars import Scalars

__all__ = ['panels_of', 'side_by_side']

# Titles and what they are of; what was not logged is left out.
_TRAINING = {
    "The student's loss": ('loss',),
    "The generator's losses": ('generator.loss_task', 'generator.loss_kd'),
    'L_BN': ('generator.loss_bn',),
    'The buffer': ('buffer.class_balance', 'buffer.confidence'),
    'Images in the buffer, and made': ('buffer.size', 'buffer.synthesized'),
    'Learning rates': ('lr', 'architecture.lr', 'generator.lr'),
}


def panels_of(scalars: Scalars, unit: str) -> list[Panel]:
    """Returns the curves of one run.

    Args:
        scalars (Scalars): What it logged.
        unit (str): What validation counts, 'epochs' or 'iterations'.

    Returns:
        list[Panel]: Only of what was logged.
    """
    panels = []
    for title, keys in _TRAINING.items():
        lines = [(key, scalars) for key in keys]
        panels.append(_panel(title, 'iterations', lines))
    others = _other_losses(scalars)
    panels.append(_panel('Other losses', 'iterations', others))
    for key in scalars.metrics:
        title = f'Real data: {key}'
        if key.startswith(FIDELITY):
            title = f'Fidelity: {key.removeprefix(FIDELITY)}'
        panels.append(_panel(title, unit, [(key, scalars)]))
    return [panel for panel in panels if panel.lines]


def side_by_side(
    runs: Sequence[tuple[str, Scalars]], unit: str
) -> list[Panel]:
    """Returns the curves of several runs, each in the same axes.

    Args:
        runs (Sequence[tuple[str, Scalars]]): Names, and what each logged.
        unit (str): What validation counts.

    Returns:
        list[Panel]: The student's loss, and all that validation measured.
    """
    metrics = dict.fromkeys(key for _, s in runs for key in s.metrics)
    panels = []
    for key in ['loss', *metrics]:
        lines = [Line(name, *s.series(key)) for name, s in runs]
        lines = [line for line in lines if line.steps]
        panels.append(
            Panel(key, unit if key in metrics else 'iterations', lines)
        )
    return [panel for panel in panels if panel.lines]


def _panel(
    title: str, xlabel: str, keys: Sequence[tuple[str, Scalars]]
) -> Panel:
    """Returns a panel of the keys that were logged."""
    lines = [Line(key, *scalars.series(key)) for key, scalars in keys]
    return Panel(title, xlabel, [line for line in lines if line.steps])


def _other_losses(scalars: Scalars) -> list[tuple[str, Scalars]]:
    """Returns the losses that no other panel shows, such as a distiller's."""
    shown = {key for keys in _TRAINING.values() for key in keys}
    keys = dict.fromkeys(key for entry in scalars.train for key in entry)
    loss = scalars.series('loss')[1]
    return [
        (key, scalars)
        for key in keys
        if 'loss' in key
        and key not in shown
        # The only one of several is their sum.
        and scalars.series(key)[1] != loss
    ]
