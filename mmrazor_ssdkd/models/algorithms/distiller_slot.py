"""MMRazor's distillers on a batch of synthetic images."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Optional

import torch
from torch import nn

from mmrazor_ssdkd.compat.inplace_layers import work_out_of_place
from mmrazor_ssdkd.models.forward import frozen, predict_logits
from mmrazor_ssdkd.models.label_models import LabelModel
from mmrazor_ssdkd.models.teacher_ensemble import TeacherEnsemble

from .distiller_building import MISTAKES, build_distiller, initialize
from .pseudo_labels import check_no_loss, compute_task_loss, looks_at_loss

Losses = dict[str, torch.Tensor]


class DistillerSlot:
    """Runs teacher and student under a distiller's recorders.

    Both run in tensor mode, which has no losses. Where a recorder's source
    names a loss (``head.loss_module``, from which MMRazor's configs take
    ``gt_labels``), the head's own loss is computed too, against the teacher's
    classes as pseudo labels, and discarded.

    A delivery acts on the whole forward pass, so also on the logits of L_KD
    where both share it. No layer of either network works in place any more,
    so that none overwrites what was recorded before it. Only a residual block
    still adds to what its last norm gave out: a record of that norm holds the
    sum.

    Args:
        distiller (dict): Config of a ``ConfigurableDistiller``.
        teacher (nn.Module): The frozen teacher.
        student (nn.Module): The student.
        label_model (LabelModel): What the logits of both mean.

    Raises:
        TypeError: ``distiller`` is not a ``ConfigurableDistiller``.
        ValueError: A recorder's source does not exist or is the loss of one
            of several teachers, a loss has no mapping or a name that is
            taken, or a mapping is wrong.
    """

    def __init__(
        self,
        distiller: dict,
        teacher: nn.Module,
        student: nn.Module,
        label_model: LabelModel,
    ) -> None:
        self.distiller = build_distiller(distiller)
        self.label_model = label_model
        self.teacher = teacher
        self.student = student
        self._hooked: dict[Any, nn.Module] = {}
        if isinstance(teacher, TeacherEnsemble):
            check_no_loss(self.distiller.teacher_recorders)
        for name, model in (('student', student), ('teacher', teacher)):
            work_out_of_place(model)
            recorders = getattr(self.distiller, f'{name}_recorders').recorders
            initialize(recorders, model, f'distiller.{name}_recorders')
            self._hook_again(recorders, model)
        if hasattr(self.distiller, 'init_ofd_connectors'):
            self.distiller.init_ofd_connectors(teacher)

    def run_teacher(self, images: torch.Tensor) -> torch.Tensor:
        """Records the teacher.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).

        Returns:
            torch.Tensor: Its logits, as those of ``predict_teacher``.
        """
        # Of a step that broke off.
        self.forget()
        recorders = self.distiller.teacher_recorders
        with torch.no_grad(), recorders, self._deliveries(override=False):
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
        recorders = self.distiller.student_recorders
        with recorders, self._deliveries(override=True):
            return self._run(self.student, recorders, images, preds_T)

    def losses(self) -> Losses:
        """Returns the losses of what was recorded, by name, and forgets it.

        What backward needs the losses hold themselves; the records would keep
        it until the next step.
        """
        losses = self._losses()
        self.forget()
        return losses

    def forget(self) -> None:
        """Drops what is recorded and what is not delivered."""
        for recorder in self._recorders():
            recorder.reset_data_buffer()
        for delivery in self.distiller.deliveries.deliveries.values():
            delivery.data_queue.clear()

    def _losses(self) -> Losses:
        """Computes the losses."""
        for recorder in self._recorders():
            buffer = recorder.data_buffer
            buffer[:] = map(_channels_first, list(buffer))
        return self.distiller.compute_distill_losses()

    @torch.no_grad()
    def check(self, images: torch.Tensor) -> None:
        """Computes each loss once, in eval mode.

        Args:
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: A loss cannot be computed from what is recorded, or
                the student does not take all that is delivered.
        """
        with frozen(self.student), frozen(self.distiller):
            if self.distiller.deliveries.deliveries:
                self._check_deliveries(images)
            self.run_student(images, self.run_teacher(images))
            mappings = self.distiller.loss_forward_mappings
            try:
                for name in mappings:
                    with _only(self.distiller, name):
                        self._losses()
            except MISTAKES as error:
                raise ValueError(
                    f'`distiller.loss_forward_mappings.{name}` must map to '
                    'records that the loss can compare (give shapes that '
                    f'differ a connector), but got: {error}'
                ) from error
        self.forget()

    def _check_deliveries(self, images: torch.Tensor) -> None:
        """Raises a ValueError unless all that is given is taken."""
        deliveries = self.distiller.deliveries.deliveries
        try:
            preds_T = self.run_teacher(images)
            given = {key: len(d.data_queue) for key, d in deliveries.items()}
            self.run_student(images, preds_T)
        except MISTAKES as error:
            raise ValueError(
                '`distiller.distill_deliveries` must name what the teacher '
                'calls as often as the student and at most `max_keep_data` '
                f'times, but got: {error}'
            ) from error
        for key, delivery in deliveries.items():
            left = len(delivery.data_queue)
            if left or not given[key]:
                raise ValueError(
                    f'`distiller.distill_deliveries.{key}` must name what the '
                    'teacher calls as often as the student, but they call it '
                    f'{given[key]} and {given[key] - left} times'
                )

    def _recorders(self) -> list[Any]:
        """Returns those of both sides."""
        distiller = self.distiller
        sides = (distiller.student_recorders, distiller.teacher_recorders)
        return [r for side in sides for r in side.recorders.values()]

    @contextmanager
    def _deliveries(self, override: bool) -> Iterator[None]:
        """Keeps what the deliveries name, or puts in what was kept."""
        self.distiller.set_deliveries_override(override)
        # Their manager leaves some of them entered where one fails.
        with ExitStack() as stack:
            for delivery in self.distiller.deliveries.deliveries.values():
                stack.enter_context(delivery)
            yield

    def _run(
        self,
        model: Any,
        recorders: Any,
        images: torch.Tensor,
        preds_T: Optional[torch.Tensor] = None,
    ) -> torch.Tensor:
        """Returns logits of softmaxes of a model under its recorders."""
        self._hook_again(recorders.recorders, model)
        size = None if preds_T is None else preds_T.shape[2:]
        preprocessor = getattr(model, 'data_preprocessor', None)
        logits = predict_logits(model, images, preprocessor, size)
        preds = self.label_model.split(logits)
        if looks_at_loss(recorders):
            targets = preds if preds_T is None else preds_T
            compute_task_loss(model, logits, targets.argmax(dim=1))
        return preds

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
