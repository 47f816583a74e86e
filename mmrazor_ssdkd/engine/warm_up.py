"""Says how far a warm-up is, before a training has a step to log."""

import time
from collections.abc import Iterator
from datetime import timedelta

from mmengine.logging import print_log

__all__ = ['rounds_with_eta']


def rounds_with_eta(rounds: int) -> Iterator[int]:
    """Yields the numbers of rounds and logs a line after each.

    Args:
        rounds (int): How many there are.
    """
    start = time.perf_counter()
    for number in range(1, rounds + 1):
        yield number
        passed = time.perf_counter() - start
        each = passed / number
        left = timedelta(seconds=round(each * (rounds - number)))
        print_log(
            f'Warm-up: round {number} of {rounds}, {each:.2g} s a round, '
            f'{left} left',
            logger='current',
        )
