"""What a metric is after how much training."""

import time
from typing import Any, Optional

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner


class TrainingCurve(Hook):
    """Notes a metric of every validation and the training time before it.

    Building the models and validating count for nothing; checkpoints count.
    Both go into the checkpoints, so that a resumed run counts on; what was
    lost after its last checkpoint counts once.

    Args:
        metric (str): Name of the metric, as the evaluator gives it.

    Attributes:
        points (list[dict]): For every validation ``steps`` (the runner's
            iterations), ``seconds`` by the clock, ``cpu_seconds`` that all
            threads of this process took (not those of its data loader's
            workers), ``score``, and ``fidelity`` by metric where there is.
    """

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.points: list[dict[str, Any]] = []
        self._seconds = self._cpu_seconds = 0.0
        self._running_since = (0.0, 0.0)

    def before_train(self, runner: Runner) -> None:
        """Starts the clocks, and makes up for a validation that is missing.

        An epoch's checkpoint is saved before its validation, so that a run
        cut off in between never comes back to it.
        """
        self._resume()
        last = self.points[-1]['steps'] if self.points else 0
        due = (
            runner.epoch == runner.max_epochs
            or runner.epoch % runner.val_interval == 0
        )
        if due and last < runner.iter:
            runner.val_loop.run()

    def before_val(self, runner: Runner) -> None:
        """Stops the clocks."""
        self._stop()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Saves the points and the time so far."""
        self._stop()
        self._resume()
        checkpoint['training_curve'] = dict(
            points=self.points,
            seconds=self._seconds,
            cpu_seconds=self._cpu_seconds,
        )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Takes over what was saved; zero of a checkpoint without."""
        saved = checkpoint.get('training_curve', {})
        self.points = saved.get('points', [])
        self._seconds = saved.get('seconds', 0.0)
        self._cpu_seconds = saved.get('cpu_seconds', 0.0)

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
                **_fidelity(metrics),
            )
        )

    def after_val(self, runner: Runner) -> None:
        """Lets the clocks run on."""
        self._resume()

    def _stop(self) -> None:
        # The device may be behind.
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        wall, cpu = self._running_since
        self._seconds += time.perf_counter() - wall
        self._cpu_seconds += time.process_time() - cpu

    def _resume(self) -> None:
        self._running_since = (time.perf_counter(), time.process_time())


def _fidelity(metrics: dict[str, float]) -> dict[str, dict[str, float]]:
    """Returns what is measured without data."""
    found = {
        name: float(value)
        for name, value in metrics.items()
        if name.startswith('fidelity/')
    }
    return dict(fidelity=found) if found else {}
