"""MMRazor's distillers on a batch of synthetic images."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

import torch
from mmengine.dist import get_world_size
from mmengine.structures import PixelData
from mmpretrain.structures import DataSample
from mmrazor.models.distillers import ConfigurableDistiller
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from mmseg.structures import SegDataSample
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, predict_logits

Losses = dict[str, torch.Tensor]
# What MMRazor's distillers raise for a mistake in a config.
_MISTAKES = (
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)
# Names that the algorithm's own losses have in the log.
_RESERVED = ('loss', 'loss_kd', 'loss_task')


class DistillerSlot:
    """Runs teacher and student under a distiller's recorders.

    Both run in tensor mode, which has no losses. Where a recorder's source
    names a loss (``head.loss_module``, from which MMRazor's configs take
    ``gt_labels``), the head's own loss is computed too, against the teacher's
    classes as pseudo labels, and discarded.

    A delivery acts on the whole forward pass, so also on the logits of L_KD
    where both share it. A residual block adds to what its last norm gave out
    in place: a record of that norm holds the sum.

    Args:
        distiller (dict): Config of a ``ConfigurableDistiller``.
        teacher (nn.Module): The frozen teacher.
        student (nn.Module): The student.

    Raises:
        TypeError: ``distiller`` is not a ``ConfigurableDistiller``.
        ValueError: A recorder's source does not exist, a loss has no mapping
            or a name that is taken, a mapping is wrong, or several processes
            train.
    """

    def __init__(
        self, distiller: dict, teacher: nn.Module, student: nn.Module
    ) -> None:
        self.distiller = _build(distiller)
        self.teacher = teacher
        self.student = student
        self._hooked: dict[Any, nn.Module] = {}
        for name, model in (('student', student), ('teacher', teacher)):
            recorders = getattr(self.distiller, f'{name}_recorders').recorders
            _initialize(recorders, model, f'distiller.{name}_recorders')
            self._hook_again(recorders, model)
        if hasattr(self.distiller, 'init_ofd_connectors'):
            self.distiller.init_ofd_connectors(teacher)

    def run_teacher(self, images: torch.Tensor) -> torch.Tensor:
        """Records the teacher.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).

        Returns:
            torch.Tensor: Its logits, (N, C) or (N, C, H, W).
        """
        self.distiller.set_deliveries_override(False)
        recorders = self.distiller.teacher_recorders
        with torch.no_grad(), recorders, self.distiller.deliveries:
            return self._run(self.teacher, recorders, images)

    def run_student(
        self, images: torch.Tensor, preds_T: torch.Tensor
    ) -> torch.Tensor:
        """Records the student; the teacher must have run before it.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).
            preds_T (torch.Tensor): The teacher's logits of them.

        Returns:
            torch.Tensor: Its logits, at the resolution of the teacher's.
        """
        self.distiller.set_deliveries_override(True)
        recorders = self.distiller.student_recorders
        with recorders, self.distiller.deliveries:
            return self._run(self.student, recorders, images, preds_T)

    def losses(self) -> Losses:
        """Returns the distiller's losses of what was recorded, by name."""
        for side in ('student', 'teacher'):
            recorders = getattr(self.distiller, f'{side}_recorders').recorders
            for recorder in recorders.values():
                buffer = recorder.data_buffer
                buffer[:] = map(_channels_first, list(buffer))
        return self.distiller.compute_distill_losses()

    @torch.no_grad()
    def check(self, images: torch.Tensor) -> None:
        """Computes each loss once, in eval mode.

        Args:
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: A loss cannot be computed from what is recorded.
        """
        with frozen(self.student), frozen(self.distiller):
            preds_T = self.run_teacher(images)
            self.run_student(images, preds_T)
            mappings = self.distiller.loss_forward_mappings
            try:
                for name in mappings:
                    with _only(self.distiller, name):
                        self.losses()
            except _MISTAKES as error:
                raise ValueError(
                    f'`distiller.loss_forward_mappings.{name}` must map to '
                    'records that the loss can compare (give shapes that '
                    f'differ a connector), but got: {error}'
                ) from error

    def _run(
        self,
        model: Any,
        recorders: Any,
        images: torch.Tensor,
        preds_T: Optional[torch.Tensor] = None,
    ) -> torch.Tensor:
        """Returns a model's logits under its recorders."""
        self._hook_again(recorders.recorders, model)
        size = None if preds_T is None else preds_T.shape[2:]
        preprocessor = getattr(model, 'data_preprocessor', None)
        logits = predict_logits(model, images, preprocessor, size)
        if _record_loss(recorders):
            targets = logits if preds_T is None else preds_T
            _task_loss(model, logits, targets.argmax(dim=1))
        return logits

    def _hook_again(self, recorders: dict, model: nn.Module) -> None:
        """Hooks what the runner has replaced since (SyncBN) once more."""
        for recorder in recorders.values():
            # Those of functions, methods and parameters hook no module.
            if not hasattr(recorder, 'forward_hook'):
                continue
            module = model.get_submodule(recorder.source)
            if self._hooked.setdefault(recorder, module) is not module:
                module.register_forward_hook(recorder.forward_hook)
                self._hooked[recorder] = module


def _build(cfg: dict) -> ConfigurableDistiller:
    """Builds a distiller that ignores nothing."""
    try:
        distiller = MMRAZOR_MODELS.build(cfg)
    except (AssertionError, TypeError, KeyError, ValueError) as error:
        raise ValueError(
            '`distiller` must be the config of a ConfigurableDistiller, but '
            f'building it fails: {error}'
        ) from error
    if not isinstance(distiller, ConfigurableDistiller):
        raise TypeError(
            '`distiller` must be a ConfigurableDistiller, but got '
            f'{type(distiller).__name__}'
        )
    if get_world_size() > 1:
        raise ValueError(
            '`distiller` must be None where several processes train, since '
            'its forward passes would not average their gradients, but got '
            f'{type(distiller).__name__}'
        )
    if not any('loss' in name for name in distiller.loss_forward_mappings):
        raise ValueError(
            '`distiller.loss_forward_mappings` must map a loss, with "loss" '
            f'in its name, but got {list(distiller.loss_forward_mappings)}'
        )
    for name in distiller.distill_losses:
        if name in _RESERVED:
            raise ValueError(
                '`distiller.distill_losses` must not have the names '
                f'{_RESERVED}, which are taken, but got {name!r}'
            )
        if name not in distiller.loss_forward_mappings:
            raise ValueError(
                '`distiller.loss_forward_mappings` must have an entry for '
                f'each of `distiller.distill_losses`, but {name!r} has none'
            )
    return distiller


def _initialize(recorders: dict, model: nn.Module, name: str) -> None:
    """Hooks recorders into a model."""
    for key, recorder in recorders.items():
        try:
            recorder.initialize(model)
        except AssertionError as error:
            raise ValueError(
                f'`{name}.{key}.source` must name a part of '
                f'{type(model).__name__}, but got {recorder.source!r}'
            ) from error


@contextmanager
def _only(distiller: Any, name: str) -> Iterator[None]:
    """Leaves a distiller with one of its losses."""
    mappings = distiller.loss_forward_mappings
    distiller.loss_forward_mappings = {name: mappings[name]}
    try:
        yield
    finally:
        distiller.loss_forward_mappings = mappings


def _channels_first(record: Any) -> Any:
    """Lays recorded maps out as MMRazor's losses, which `view` them, want."""
    if isinstance(record, (tuple, list)):
        return type(record)(map(_channels_first, record))
    if isinstance(record, torch.Tensor) and not isinstance(
        record, nn.Parameter
    ):
        return record.contiguous()
    return record


def _record_loss(recorders: Any) -> bool:
    """Returns whether a recorder looks at a task loss."""
    return any(
        'loss' in recorder.source.lower()
        for recorder in recorders.recorders.values()
    )


def _task_loss(model: Any, logits: torch.Tensor, labels: torch.Tensor) -> None:
    """Has a model compute its own loss against pseudo labels.

    Args:
        model (nn.Module): An mmpretrain classifier or an mmseg segmentor.
        logits (torch.Tensor): Its logits, (N, C) or (N, C, H, W).
        labels (torch.Tensor): The teacher's classes, (N,) or (N, H, W).
    """
    if logits.dim() == 4:
        maps = [
            SegDataSample(gt_sem_seg=PixelData(data=label[None]))
            for label in labels
        ]
        model.decode_head.loss_by_feat(logits, maps)
        return
    samples = [DataSample().set_gt_label(label) for label in labels]
    # `head.loss` would run the head a second time.
    model.head._get_loss(logits, samples)
