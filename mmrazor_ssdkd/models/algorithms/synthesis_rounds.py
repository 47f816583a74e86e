"""When synthesis rounds run, and what of them enters the buffer."""

import math
from collections.abc import Iterator
from typing import Optional

import torch
from mmengine.model import BaseModule

from mmrazor_ssdkd.engine.warm_up import rounds_with_eta
from mmrazor_ssdkd.validation import check_int

__all__ = ['SynthesisRounds']


class SynthesisRounds(BaseModule):
    """Says which rounds are due and which of their candidates are kept.

    Args:
        interval (int): Student steps between two rounds, >= 1.
        until (int, optional): Student steps, >= 0, after which no round runs
            any more, so that a last phase at a low learning rate is spent on
            the whole buffer; with 0 all rounds, the warm-up's and one more,
            come before the first step. None: rounds run to the end. On CamVid
            such a phase gave 0.5 and 0.8 points of mIoU with FitNets, -0.3
            and 1.0 without.
        batch_size (int): Candidates of a round, >= 2.
        warmup_rounds (int): Further rounds before the first student step,
            >= 0.
        admit (int, optional): How many of a round's candidates, those of the
            largest phi, enter the buffer. None: all.

    Attributes:
        rounds_held (int, optional): Of how many rounds the buffer holds the
            samples, as the algorithm says at build time.

    Raises:
        TypeError: A count is no integer.
        ValueError: A count is out of range.
    """

    def __init__(
        self,
        interval: int,
        until: Optional[int],
        batch_size: int,
        warmup_rounds: int,
        admit: Optional[int],
    ) -> None:
        super().__init__()
        self.interval = check_int('synthesis.interval', interval)
        self.rounds_held: Optional[int] = None
        self.until: Optional[int] = None
        if until is not None:
            self.until = check_int('synthesis.until', until, 0)
        self.batch_size = check_int('synthesis.batch_size', batch_size, 2)
        self.warmup_rounds = check_int(
            'synthesis.warmup_rounds', warmup_rounds, 0
        )
        self.admit = check_int(
            'synthesis.admit', batch_size if admit is None else admit
        )
        if self.admit > batch_size:
            raise ValueError(
                '`synthesis.admit` must be <= `synthesis.batch_size` = '
                f'{batch_size}, but got {admit}'
            )

    def due(self, iteration: int, stored: int) -> Iterator[int]:
        """Yields once for each round that comes before a student step.

        The warm-up's, of which each logs a line, and then the step's own.

        Args:
            iteration (int): How many steps were done before.
            stored (int): How many samples the buffer holds. With none a run
                starts, or goes on without those that it had and makes as many
                rounds anew as it holds.
        """
        until = math.inf if self.until is None else self.until
        if stored:
            is_due = iteration % self.interval == 0 and iteration < until
            yield from range(int(is_due))
            return
        # Later rounds would not make up for those that came between steps.
        past = self._between(iteration)
        rounds = self.warmup_rounds + len(past)
        if past and self.rounds_held is not None:
            rounds = max(self.warmup_rounds, min(rounds, self.rounds_held))
        yield from rounds_with_eta(rounds)
        # The first step's own, which no setting counts.
        yield 0

    def count(self, steps: int) -> int:
        """Returns how many rounds a run has, those of :meth:`due` together.

        Args:
            steps (int): The student's, >= 1.
        """
        return self.warmup_rounds + 1 + len(self._between(steps - 1))

    def _between(self, iteration: int) -> range:
        """Returns the steps after the first, up to one, that have a round."""
        until = math.inf if self.until is None else self.until
        return range(
            self.interval, int(min(iteration + 1, until)), self.interval
        )

    def choose(self, phi: torch.Tensor) -> torch.Tensor:
        """Chooses the candidates that enter the buffer.

        Args:
            phi (torch.Tensor): Of each candidate, (N,).

        Returns:
            torch.Tensor: Indices of the ``admit`` largest.
        """
        best = phi.topk(min(self.admit, len(phi))).indices
        # In the order they were made, or the best would be the oldest.
        return best.sort().values
