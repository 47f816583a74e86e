"""What a metric is after how much training."""

import time
from typing import Any, Optional

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner


class TrainingCurve(Hook):
    """Notes a metric of every validation and the training time before it.

    Building the models and validating count for nothing; checkpoints count.

    Args:
        metric (str): Name of the metric, as the evaluator gives it.

    Attributes:
        points (list[dict]): For every validation ``steps`` (the runner's
            iterations), ``seconds`` by the clock, ``cpu_seconds`` that all
            threads of this process took (not those of its data loader's
            workers), and ``score``.
    """

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.points: list[dict[str, Any]] = []
        self._seconds = self._cpu_seconds = 0.0
        self._running_since = (0.0, 0.0)

    def before_train(self, runner: Runner) -> None:
        """Starts the clocks."""
        self._resume()

    def before_val(self, runner: Runner) -> None:
        """Stops the clocks, once the device has come to the end."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        wall, cpu = self._running_since
        self._seconds += time.perf_counter() - wall
        self._cpu_seconds += time.process_time() - cpu

    def after_val_epoch(
        self, runner: Runner, metrics: Optional[dict[str, float]] = None
    ) -> None:
        """Adds a point.

        Args:
            runner (Runner): Whose iterations count.
            metrics (dict, optional): What the evaluator found.

        Raises:
            ValueError: There is no such metric.
        """
        if metrics is None or self.metric not in metrics:
            raise ValueError(
                f'`metric` must be one of {sorted(metrics or {})}, but got '
                f'{self.metric!r}'
            )
        self.points.append(
            dict(
                steps=runner.iter,
                seconds=round(self._seconds, 2),
                cpu_seconds=round(self._cpu_seconds, 2),
                score=float(metrics[self.metric]),
            )
        )

    def after_val(self, runner: Runner) -> None:
        """Lets the clocks run on."""
        self._resume()

    def _resume(self) -> None:
        self._running_since = (time.perf_counter(), time.process_time())
