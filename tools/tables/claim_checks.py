"""Finds claims that no page could show, before anything is read or written."""

from collections import Counter
from pathlib import Path

from mmengine.config import Config

__all__ = ['check_claims']


def check_claims(plan: Config, folder: Path) -> None:
    """Checks a plan of claims.

    Args:
        plan (Config): As for ``page``.
        folder (Path): Where its regimes' plans are.

    Raises:
        ValueError: Two claims have one name, a regime or figure is not
            described, or a row is not in its plan.
    """
    names = Counter(claim.name for claim in plan.claims)
    twice = [name for name, number in names.items() if number > 1]
    if twice:
        raise ValueError(f'`name` must differ between claims, but got {twice}')
    for claim in plan.claims:
        unknown = set(claim.plans) - plan.regimes.keys()
        if unknown or claim.figure not in plan.margins:
            raise ValueError(
                f'{claim.name!r} must have `plans` of {list(plan.regimes)} '
                f'and a `figure` of {list(plan.margins)}, but got '
                f'{list(claim.plans)} and {claim.figure!r}'
            )
    for regime in plan.regimes:
        _check_rows(plan, regime, folder)


def _check_rows(plan: Config, regime: str, folder: Path) -> None:
    """Raises a ValueError for a claim on a row that a regime has not."""
    rows = list(Config.fromfile(folder / f'{regime}.py').rows)
    for claim in plan.claims:
        missing = {claim.on, claim.off} - set(rows)
        if regime in claim.plans and missing:
            raise ValueError(
                f'{claim.name!r} must be on rows of {regime!r}, {rows}, but '
                f'got {sorted(missing)}'
            )
