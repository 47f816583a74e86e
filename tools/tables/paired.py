"""What two rows of a table differ by, seed by seed."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scipy.optimize import brentq
from scipy.stats import nct, t

__all__ = ['Effect', 'paired_effect']

# Of the interval; and how likely an effect as large as `detectable` is found.
_LEVEL = 0.95
_POWER = 0.8


@dataclass(frozen=True)
class Effect:
    """A mean difference of paired runs and how sure it is.

    Attributes:
        mean (float): Of the differences.
        half_width (float): Half of its 95% interval, from Student's t; NaN
            of a single pair.
        detectable (float): The smallest effect that as many pairs of this
            spread show with a chance of 80%, from the noncentral t; NaN of a
            single pair.
        number (int): How many pairs.
    """

    mean: float
    half_width: float
    detectable: float
    number: int

    def verdict(self, margin: float) -> str:
        """Returns what the interval says.

        Args:
            margin (float): What is too small to matter, > 0.

        Returns:
            str: 'holds' where all of it is above 0; 'the contrary' where all
            is below; 'no effect' where it holds 0 and lies within the margin;
            'cannot tell' else.
        """
        lower, upper = self.mean - self.half_width, self.mean + self.half_width
        if lower > 0:
            return 'holds'
        if upper < 0:
            return 'the contrary'
        if -margin <= lower and upper <= margin:
            return 'no effect'
        return 'cannot tell'


def paired_effect(on: Sequence[float], off: Sequence[float]) -> Effect:
    """Returns what it does to turn something on.

    Args:
        on (Sequence[float]): A figure with it, one for each seed.
        off (Sequence[float]): Without it, of the same seeds in their order.

    Returns:
        Effect: Of the differences.

    Raises:
        ValueError: There is no pair, or not as many of one as of the other.
    """
    if not on or len(on) != len(off):
        raise ValueError(
            '`on` and `off` must be of one length >= 1, but got '
            f'{len(on)} and {len(off)}'
        )
    differences = [with_it - without for with_it, without in zip(on, off)]
    number = len(differences)
    mean = statistics.mean(differences)
    if number == 1:
        return Effect(mean, math.nan, math.nan, number)
    error = statistics.stdev(differences) / math.sqrt(number)
    quantile = float(t.ppf((1 + _LEVEL) / 2, number - 1))
    shown = _detectable(quantile, number - 1)
    return Effect(mean, quantile * error, shown * error, number)


@cache
def _detectable(quantile: float, freedom: int) -> float:
    """Returns the effect, in standard errors, that passes a quantile of t.

    Args:
        quantile (float): What a t value has to pass.
        freedom (int): Degrees of freedom.
    """

    def missing(effect: float) -> float:
        return float(nct.sf(quantile, freedom, effect)) - _POWER

    return brentq(missing, 0.0, 2 * quantile)
