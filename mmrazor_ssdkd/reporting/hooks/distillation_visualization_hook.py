"""Shows a distillation while it runs."""

import time
from typing import Any, Optional

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.registry import HOOKS
from mmrazor_ssdkd.reporting.live import History, draw_live
from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import check_int

# What the picture draws of the message hub, by the names it shows.
_DRAWN = {
    "student's loss": 'train/loss',
    'L_BN': 'train/generator.loss_bn',
    'balance': 'train/buffer.class_balance',
    'confidence': 'train/buffer.confidence',
}
_PICTURES = 10
# Of the time that a run has taken, what pictures may have.
_SHARE, _SHARE_AT_END = 0.01, 0.015


@HOOKS.register_module()
class DistillationVisualizationHook(Hook):
    """Gives the visualizer a picture of what SSD-KD makes and learns from.

    It has the newest images by class, beside maps for a segmentor, the shares
    of the classes, the losses, and how sure the teacher is. Where it goes is
    the visualizer's: files in ``vis_data/vis_image`` by default, and with

    ``visualizer=dict(vis_backends=[dict(type='LocalVisBackend'),
    dict(type='TensorboardVisBackend')])``

    TensorBoard, too; W&B and MLflow likewise. Nothing is drawn at random, so
    that the student is the same with it and without. Of several processes the
    first one shows its shard of the buffer. Another algorithm is left alone.

    Args:
        interval (int, optional): Student steps between two pictures, >= 1;
            the last step has one, too. Defaults to None: ten in a run, of
            which those are left out that would take the pictures' time, all
            together, over 1% of the run's, or 1.5% at its end.

    Raises:
        TypeError: ``interval`` is no integer.
        ValueError: ``interval`` is smaller than 1.

    Example:
        >>> default_hooks = dict(visualization=dict(
        ...     type='mmrazor_ssdkd.DistillationVisualizationHook',
        ...     interval=100))
    """

    priority = 'LOW'

    def __init__(self, interval: Optional[int] = None) -> None:
        if interval is not None:
            check_int('visualization.interval', interval)
        self.interval = interval
        self._start = self._spent = self._taken = 0.0
        self._failed = False

    def before_train(self, runner: Runner) -> None:
        """Starts the clock.

        Args:
            runner (Runner): Not looked at.
        """
        self._start = time.perf_counter()
        self._spent = self._taken = 0.0

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Optional[dict] = None,
    ) -> None:
        """Draws a picture where one is due.

        Args:
            runner (Runner): Whose step it was.
            batch_idx (int): Its number in the epoch.
            data_batch (dict, optional): Not looked at. Defaults to None.
            outputs (dict, optional): Not looked at. Defaults to None.
        """
        if self._failed or not is_main_process() or not self._due(runner):
            return
        algorithm = unwrapped(runner.model)
        if not isinstance(algorithm, SSDKD):
            return
        start = time.perf_counter()
        try:
            picture = draw_live(algorithm, _meta(runner.cfg), _history(runner))
            runner.visualizer.add_image(
                'distillation', picture, runner.iter + 1
            )
        # A picture is not worth a run.
        except Exception as error:
            self._failed = True
            runner.logger.warning(
                f'No more pictures, since one could not be drawn: {error!r}'
            )
        self._taken = time.perf_counter() - start
        self._spent += self._taken

    def _due(self, runner: Runner) -> bool:
        """Returns whether a picture is to be drawn after this step."""
        step, steps = runner.iter + 1, runner.max_iters
        last = step == steps
        if self.interval is not None:
            return last or step % self.interval == 0
        if not last and step % max(1, steps // _PICTURES):
            return False
        # The next will take as long as the one before did.
        passed = time.perf_counter() - self._start
        share = _SHARE_AT_END if last else _SHARE
        return self._spent + self._taken <= share * passed


def _meta(config: Any) -> dict[str, Any]:
    """Returns names and colours of the classes; none that cannot be read."""
    try:
        return dataset_meta(config)
    except Exception:
        return {}


def _history(runner: Runner) -> History:
    """Returns all values so far of what is drawn, by name."""
    scalars = runner.message_hub.log_scalars
    return {
        name: scalars[key].data[0]
        for name, key in _DRAWN.items()
        if key in scalars
    }
