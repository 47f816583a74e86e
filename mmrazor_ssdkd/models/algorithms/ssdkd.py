"""SSD-KD, the algorithm: the only place that knows the order of the steps."""

import math
from collections.abc import Iterator
from typing import Any, Optional, Union

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmrazor.models.algorithms import BaseAlgorithm
from mmrazor.models.utils import add_prefix
from torch import nn

from mmrazor_ssdkd.blame import blamed, check_config, check_init_cfg
from mmrazor_ssdkd.distributed import (
    average_buffers,
    broadcast_weights,
    num_processes,
)
from mmrazor_ssdkd.engine.random_stream import RandomStream
from mmrazor_ssdkd.models.building import build_part
from mmrazor_ssdkd.models.forward import frozen, predict_logits
from mmrazor_ssdkd.models.generators import ImageGenerator
from mmrazor_ssdkd.models.inheritance import (
    FeatureHints,
    build_student_init,
)
from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.losses import (
    BNStatisticsLoss,
    ModulatedTaskLoss,
    check_modulation,
    mean_over_pixels,
)
from mmrazor_ssdkd.models.memory_layout import use_channels_last
from mmrazor_ssdkd.models.noise_images import draw_pixels
from mmrazor_ssdkd.models.student_building import build_student
from mmrazor_ssdkd.models.teacher_ensemble import (
    build_teachers,
    named_teachers,
)
from mmrazor_ssdkd.models.unchanged import unchanged
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.renaming import refuses
from mmrazor_ssdkd.replay import PrioritizedReplayBuffer
from mmrazor_ssdkd.validation import check_bool, check_int, shown

from .data_inversion import DataInversion
from .distillation import Distillation
from .distiller_slot import DistillerSlot
from .latent_draws import check_draws
from .loss_guard import LossGuard
from .model_checks import check_models
from .model_pairs import check_pair, check_unwrapped
from .optimizers import pick_wrappers, update_together
from .renamed_keys import RENAMED
from .shared_state import SharedState

Batch = dict[str, torch.Tensor]
LogVars = dict[str, torch.Tensor]


@MODELS.register_module()
class SSDKD(BaseAlgorithm):
    r"""Distils a student from a teacher without any data.

    Noise goes through the generator into the replay buffer, and from there,
    drawn by priority, to the student. One iteration of the runner is one
    student step; a synthesis round runs before every
    ``synthesis.interval``-th of them.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876.

    Args:
        architecture (dict | nn.Module): The student, as a model config,
            ``dict(cfg_path=...)`` or built.
        generator (dict): Config of an ``ImageGenerator``.
        replay_buffer (dict): Config of the ``PrioritizedReplayBuffer``.
        bn_loss (dict): Config of ``BNStatisticsLoss``; weight 0 turns it off.
        task_loss (dict): Config of ``ModulatedTaskLoss``; weight 0 turns it
            off, but phi still orders the candidates.
        teacher (dict | nn.Module, optional): The teacher, as the student.
            Defaults to None: there are ``teachers``.
        teacher_ckpt (str, optional): Path or URL of the teacher's weights.
            Defaults to None: those that ``teacher`` comes with.
        teachers (dict, optional): In place of ``teacher`` several of one
            task, ``NAME=dict(build_cfg=..., ckpt_path=...)`` as in MMRazor,
            see :class:`TeacherEnsemble`. Defaults to None.
        student_init (str | dict): Where the student's weights come from:
            'random', its own initialisation and the paper's protocol;
            'teacher', copied from the teacher's; or the config of a
            ``StudentInit``: :class:`TeacherWeights`, :class:`PrunedWeights`
            or :class:`CheckpointWeights`. Defaults to 'random'.
        synthesis (dict, optional): Config of :class:`DataInversion`, which it
            is without a ``type``: how and when the generator makes samples.
            Defaults to None: as it comes.
        distillation (dict, optional): Config of :class:`Distillation`,
            likewise: what the student minimises. Defaults to None.
        distiller (dict, optional): Config of MMRazor's
            ``ConfigurableDistiller``, whose losses the student minimises too,
            unweighted by w. Connectors with weights need a ``distiller``
            entry in ``optim_wrapper``. Defaults to None.
        save_images_interval (int): A checkpoint holds the buffer's samples
            where its iteration is a multiple of this, and never if 0. A run
            resumed from one without makes its images anew. Defaults to 1.
        channels_last (bool): Whether images and weights lie in memory with
            their channels last, which takes a third off a round on a CPU and
            changes nothing else. Defaults to True.
        data_preprocessor (dict, optional): For a student or a teacher whose
            config has none. Defaults to None.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range, the checkpoint is unfit, the
            models (and what their logits mean) and the generator do not fit
            together, or a model cannot work (its gradients stop, it is random,
            frozen or in a wrapper).

    Example:
        >>> model = dict(
        ...     type='mmrazor_ssdkd.SSDKD',
        ...     teacher=dict(
        ...         cfg_path='mmpretrain::resnet/resnet34_8xb16_cifar10.py'),
        ...     teacher_ckpt='resnet34.pth',
        ...     architecture=dict(
        ...         cfg_path='mmpretrain::resnet/resnet18_8xb16_cifar10.py'),
        ...     generator=dict(
        ...         type='mmrazor_ssdkd.SSDKDGenerator', image_size=32),
        ...     replay_buffer=dict(
        ...         type='mmrazor_ssdkd.PrioritizedReplayBuffer',
        ...         max_size=50000),
        ...     bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss'),
        ...     task_loss=dict(type='mmrazor_ssdkd.ModulatedTaskLoss'))
    """

    # Of those parts whose config may leave out its type.
    default_types = dict(synthesis=DataInversion, distillation=Distillation)

    @refuses(RENAMED)
    def __init__(
        self,
        architecture: Union[dict, nn.Module],
        generator: dict,
        replay_buffer: dict,
        bn_loss: dict,
        task_loss: dict,
        teacher: Optional[Union[dict, nn.Module]] = None,
        teacher_ckpt: Optional[str] = None,
        teachers: Optional[dict[str, dict]] = None,
        student_init: Union[str, dict] = 'random',
        synthesis: Optional[dict] = None,
        distillation: Optional[dict] = None,
        distiller: Optional[dict] = None,
        save_images_interval: int = 1,
        channels_last: bool = True,
        data_preprocessor: Optional[dict] = None,
        init_cfg: Optional[dict] = None,
    ) -> None:
        check_init_cfg(init_cfg)
        check_config('data_preprocessor', data_preprocessor, optional=True)
        student = build_student(architecture, data_preprocessor)
        check_unwrapped('architecture', student)
        with blamed('architecture', "a model of mmengine's kind"):
            super().__init__(student, None, init_cfg, module_inplace=True)
        self.teacher = build_teachers(
            teacher, teacher_ckpt, teachers, data_preprocessor
        )
        check_pair(student, named_teachers(self.teacher))
        self.label_model = find_label_model(
            {**named_teachers(self.teacher), 'architecture': student}
        )
        self.generator = build_part(generator, 'generator', ImageGenerator)
        self.bn_loss = build_part(bn_loss, 'bn_loss', BNStatisticsLoss)
        self.task_loss = build_part(task_loss, 'task_loss', ModulatedTaskLoss)
        self.replay_buffer = build_part(
            replay_buffer, 'replay_buffer', PrioritizedReplayBuffer
        )
        self.synthesis = build_part(
            synthesis, 'synthesis', DataInversion, optional=True
        )
        self.distillation = build_part(
            distillation, 'distillation', Distillation, optional=True
        )
        self.save_images_interval = check_int(
            'save_images_interval', save_images_interval, 0
        )
        self.loss_guard = LossGuard()
        self.synthesis.prepare(self.generator)
        self.synthesis.rounds_held = math.ceil(
            self.replay_buffer.max_size / self.round_size
        )
        self.distiller: Optional[nn.Module] = None
        self._slot: Optional[DistillerSlot] = None
        if distiller is not None:
            self._slot = DistillerSlot(
                distiller, self.teacher, self.student, self.label_model
            )
            self.distiller = self._slot.distiller
        self.iteration = 0
        self.num_synthesized = 0
        self.random_stream = RandomStream()
        self._shared_state = SharedState()
        self.channels_last = check_bool('channels_last', channels_last)
        if self.channels_last:
            for part in (self.generator, self.teacher, self.student):
                use_channels_last(part)
        self.num_classes = check_models(self)
        self._check_buffer()
        self._check_distiller()
        self._student_init = build_student_init(student_init, architecture)
        if self._student_init is not None:
            self._student_init.prepare(
                self.student,
                named_teachers(self.teacher),
                torch.full(self._image_shape, 127.0),
            )
        self._hints = self._build_hints()
        self._check_hints()

    @property
    def _image_shape(self) -> tuple[int, ...]:
        """The shape of two of the generator's images."""
        return (2, self.generator.channels, *self.generator.image_size)

    @property
    def round_size(self) -> int:
        """How many samples a round puts into the buffer."""
        return self.synthesis.admit * max(1, self.distillation.stored_views)

    @torch.no_grad()
    def _check_buffer(self) -> None:
        """Raises a ValueError for a buffer that cannot do what it is to."""
        if self.replay_buffer.evict == 'phi':
            check_modulation(self.task_loss)
        images = torch.full(self._image_shape, 127.0)
        logits = self.predict_teacher(images)
        self.replay_buffer.check_memory(images.shape[1:], logits.shape[1:])

    def _check_distiller(self) -> None:
        """Raises a ValueError for losses that cannot be, or are none."""
        if self._slot is not None:
            number, *size = self._image_shape
            self._slot.check(draw_pixels(number, tuple(size)))
        else:
            self.distillation.check_alone()

    def _build_hints(self) -> FeatureHints:
        """Finds the features that the student shares with its teacher."""
        weight = self.distillation.feature_weight
        if not weight:
            return FeatureHints(None, weight)
        student_init = self._student_init
        pair = student_init.features if student_init is not None else None
        if pair is None:
            raise ValueError(
                '`distillation.feature_weight` must be 0 unless '
                "`student_init` is 'teacher' or PrunedWeights and both have a "
                "feature map of one size, all of whose channels the student's "
                f'came from, but got {weight}'
            )
        return FeatureHints(pair, weight)

    def _check_hints(self) -> None:
        """Raises a ValueError for features that training cannot compare."""
        if not self._hints.on:
            return
        number, *size = self._image_shape
        batch = dict(images=draw_pixels(number, tuple(size)))
        student, teacher = self.student, self.teacher
        with unchanged(student, teacher), torch.enable_grad():
            student.train()
            self._answers(batch, self._targets(batch))
            self._hints.losses()
        if self._shared_slot is not None:
            self._shared_slot.forget()

    @property
    def student(self) -> nn.Module:
        """Alias for ``architecture``, as MMRazor has it."""
        return self.architecture

    def init_weights(self) -> None:
        """Initialises all parts, then the student from its teacher."""
        super().init_weights()
        if self._student_init is not None:
            self._student_init.initialize()

    def train(self, mode: bool = True) -> 'SSDKD':
        """Sets the mode of all but the teacher, which stays in eval mode."""
        super().train(mode)
        self.teacher.eval()
        return self

    def train_step(
        self, data: dict, optim_wrapper: OptimWrapperDict
    ) -> LogVars:
        """Noise, generator, buffer, student: one student step.

        Args:
            data (dict): A batch of ``LatentDataset``; only its length counts.
            optim_wrapper (OptimWrapperDict): With the keys ``generator``,
                ``architecture`` and, for connectors, ``distiller``.

        Returns:
            dict[str, torch.Tensor]: What to log.

        Raises:
            ValueError: A loss is not finite, see :class:`LossGuard`, or the
                batch is one of images.
        """
        check_draws(data)
        generator, student, connectors = pick_wrappers(
            optim_wrapper, self.distiller
        )
        self.loss_guard.start(self.iteration)
        device = self.generator.device
        # A checkpoint may have been loaded to another device.
        self._prepare_buffer(device)
        log_vars: LogVars = {}
        with self.random_stream(device):
            for _ in self.synthesis.due(
                self.iteration, len(self.replay_buffer)
            ):
                images, log_vars = self.synthesize(generator)
                self.num_synthesized += len(images) * num_processes()
                self.admit_best(images)
                log_vars.update(self._buffer_vars())
            self.settle_student()
            self.refresh_priorities(student)
            batch = self.distillation.view(
                self.replay_buffer.sample(len(data['inputs']))
            )
            delta, student_vars = self.distill(batch, student, connectors)
            self.replay_buffer.update_priority(
                batch['index'], delta, batch['weight']
            )
        self.iteration += 1
        return {**log_vars, **student_vars}

    def synthesize(
        self, optim_wrapper: OptimWrapper
    ) -> tuple[torch.Tensor, LogVars]:
        """Runs a synthesis round; the student comes out as it went in.

        Args:
            optim_wrapper (OptimWrapper): The generator's.

        Returns:
            tuple: Candidates, uint8 (N, channels, H, W), and what to log.
        """
        with frozen(self.student):
            images, losses = self.synthesis.run(self, optim_wrapper)
        # Those of the steps and of the candidates after them.
        average_buffers(self.generator)
        detached = {name: loss.detach() for name, loss in losses.items()}
        return images, add_prefix(detached, 'generator')

    @torch.no_grad()
    def admit_best(self, images: torch.Tensor) -> None:
        """Puts the candidates of the largest phi into the buffer.

        Args:
            images (torch.Tensor): uint8 candidates, (N, channels, H, W). All
                that is stored beside them is computed from these, so that
                recomputing it gives the same numbers.
        """
        preds_T = self.predict_teacher(images)
        phi = mean_over_pixels(
            self.task_loss.phi(preds_T, self.class_frequency)
        )
        best = self.synthesis.choose(phi)
        for stored, targets in self._entering(images[best], preds_T[best]):
            with frozen(self.student):
                preds_S = self.predict_student(stored, targets)
            delta = self.distillation.priority(
                preds_S, targets, torch.ones_like(phi[best])
            )
            self.replay_buffer.extend(
                stored, targets, delta, phi=self._stored_phi
            )

    def _entering(
        self, images: torch.Tensor, preds_T: torch.Tensor
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yields what enters the buffer of admitted images, with logits."""
        if not self.distillation.stored_views:
            yield images, preds_T
        for views in self.distillation.views_to_store(images):
            yield views, self.predict_teacher(views)

    def settle_student(self) -> None:
        """Mends a student on replayed images, before its first step."""
        if self._student_init is None or self.iteration:
            return
        if count := self._student_init.num_images:
            # Each process has its part of the images, and what it finds in
            # them is added up.
            batch = self.distillation.view(
                self.replay_buffer.sample(
                    math.ceil(count / num_processes()), uniform=True
                )
            )
            self._student_init.settle(batch['images'])
            # Processors of two kinds round differently.
            broadcast_weights(self.student)

    @torch.no_grad()
    def refresh_priorities(self, optim_wrapper: OptimWrapper) -> None:
        """Computes the divergences of all stored samples anew, where due.

        Of the images as stored, as when they entered.

        Args:
            optim_wrapper (OptimWrapper): The student's.
        """
        interval = self.distillation.refresh_interval
        if not interval or self.iteration % interval:
            return
        fields = ['images', 'weight']
        if self.replay_buffer.store_logits:
            fields.append('preds_T')
        places = torch.arange(
            len(self.replay_buffer), device=self.generator.device
        )
        for index in places.split(self.synthesis.batch_size):
            batch = self.replay_buffer.stored(*fields, index=index)
            preds_T = batch.get('preds_T')
            if preds_T is None:
                preds_T = self.predict_teacher(batch['images'])
            with frozen(self.student):
                preds_S = self.predict_student(batch['images'], preds_T)
            self.loss_guard.check(
                'architecture',
                optim_wrapper,
                dict(logits=preds_S.sum()),
                dict(teacher=preds_T, student=preds_S),
            )
            delta = self.distillation.priority(
                preds_S, preds_T, batch['weight']
            )
            self.replay_buffer.refresh_priority(index, delta)

    def distill(
        self,
        batch: Batch,
        optim_wrapper: OptimWrapper,
        connectors: Optional[OptimWrapper] = None,
    ) -> tuple[torch.Tensor, LogVars]:
        """Runs one student step on a drawn batch.

        Args:
            batch (dict[str, torch.Tensor]): From the buffer's ``sample``, or
                a view of it, see :class:`Distillation`.
            optim_wrapper (OptimWrapper): The student's.
            connectors (OptimWrapper, optional): The distiller's, whose
                connectors learn with the student. Defaults to None.

        Returns:
            tuple: The batch's new priorities, (N,), and what to log.
        """
        with optim_wrapper.optim_context(self.student):
            # The teacher, where it runs here, in the student's precision.
            preds_T = self._targets(batch)
            others = self._uniform_batch(len(preds_T))
            preds_S = self._answers(batch, preds_T)
            losses = self.distillation.losses(self, batch, preds_S, preds_T)
            losses.update(self._hints.losses())
            losses.update(self._distiller_losses(others))
        self.loss_guard.check(
            'architecture',
            optim_wrapper,
            losses,
            dict(teacher=preds_T, student=preds_S),
        )
        loss, log_vars = self.parse_losses(losses)
        buffers = self.student.buffers()
        update_together(loss, optim_wrapper, connectors, buffers)
        delta = self.distillation.priority(preds_S, preds_T, batch['weight'])
        detached = {name: value.detach() for name, value in log_vars.items()}
        total = detached.pop('loss')
        return delta, {'loss': total, **add_prefix(detached, 'distill')}

    @property
    def class_frequency(self) -> torch.Tensor:
        """Each class's share of the buffer; zeros while it is empty.

        (C,), or of several labels (2, L), see :class:`SeveralLabels`.
        """
        self._prepare_buffer(self.generator.device)
        return self.replay_buffer.class_frequency

    def predict_teacher(self, images: torch.Tensor) -> torch.Tensor:
        """Returns the teacher's logits of images in 0 to 255.

        Of a softmax over classes: (N, C) or (N, C, H, W); (N, 2, L) where
        each image has several labels, see :class:`SeveralLabels`.
        """
        preprocessor = getattr(self.teacher, 'data_preprocessor', None)
        logits = predict_logits(self.teacher, images, preprocessor)
        return self.label_model.split(logits)

    def predict_student(
        self, images: torch.Tensor, preds_T: torch.Tensor
    ) -> torch.Tensor:
        """Returns the student's logits, at the resolution of the teacher's."""
        logits = predict_logits(
            self.student, images, self.data_preprocessor, preds_T.shape[2:]
        )
        return self.label_model.split(logits)

    def _prepare_buffer(self, device: torch.device) -> None:
        """Tells the buffer what it will count."""
        number, *labels = self.label_model.table_shape(self.num_classes)
        self.replay_buffer.prepare(number, device, *labels)

    def gather_state(self) -> None:
        """Collects what the next checkpoint holds of every process.

        All processes must call it before the first one saves.
        """
        self._shared_state.gather(self._own_state())

    def get_extra_state(self) -> dict[str, Any]:
        """Returns what a checkpoint holds beside weights and optimizers.

        Raises:
            ValueError: An earlier step had losses that were not finite.
        """
        self.loss_guard.raise_noted()
        return dict(
            iteration=self.iteration,
            num_synthesized=self.num_synthesized,
            feature_index=self._hints.index,
            student_origin=self._student_origin,
            **self._shared_state.collected(self._own_state),
        )

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Takes over what a checkpoint held.

        Raises:
            TypeError: A count is no integer.
            ValueError: A part of it is none that an SSD-KD saved.
        """
        own = self._shared_state.pick(state, self.replay_buffer.max_size)
        iteration, num_synthesized = (
            check_int(name, state[name], 0, maximum=2**62)
            for name in ('iteration', 'num_synthesized')
        )
        self._check_origin(state.get('student_origin'))
        # Checkpoints from before have none.
        if (index := state.get('feature_index')) is not None:
            self._hints.resume(index)
        self.random_stream.load_state_dict(own['random_stream'])
        self.replay_buffer.load_state_dict(own['replay_buffer'])
        self.loss_guard.forget()
        self.iteration = iteration
        self.num_synthesized = num_synthesized

    @property
    def _student_origin(self) -> str:
        """Where the student came from, in a word or two."""
        start = self._student_init
        return 'random' if start is None else start.origin

    def _check_origin(self, origin: Any) -> None:
        """Raises a ValueError for features of which a student has none.

        Args:
            origin (str, optional): Where a checkpoint's student came from;
                older ones do not say.
        """
        own = self._student_origin
        if self._hints.on and origin is not None and origin != own:
            raise ValueError(
                '`student_init` must be that of the checkpoint, '
                f'{shown(origin)}, while `distillation.feature_weight` holds '
                f'features to where they came from, but got {own!r}'
            )

    def _own_state(self) -> dict[str, Any]:
        """Returns what every process has one of."""
        self.loss_guard.raise_noted()
        interval = self.save_images_interval
        return dict(
            random_stream=self.random_stream.state_dict(),
            replay_buffer=self.replay_buffer.state_dict(
                samples=bool(interval) and self.iteration % interval == 0
            ),
        )

    def _stored_phi(
        self, labels: torch.Tensor, confidence: torch.Tensor
    ) -> torch.Tensor:
        """Recomputes phi of stored samples, (N,) or (N, H, W)."""
        return self.task_loss.modulate(
            labels, confidence, self.class_frequency
        )

    @property
    def _shared_slot(self) -> Optional[DistillerSlot]:
        """The distiller's slot where it looks at the batch of L_KD."""
        return None if self.distillation.distiller_uniform else self._slot

    @torch.no_grad()
    def _targets(self, batch: Batch) -> torch.Tensor:
        """Returns the teacher's logits of a batch; a distiller records them.

        It has them from a forward pass of its own, and so have hints, since
        stored logits come without features.
        """
        if 'preds_T' in batch and not (self._shared_slot or self._hints.on):
            return batch['preds_T']
        with self._hints.watch('teacher'):
            if self._shared_slot is not None:
                return self._shared_slot.run_teacher(batch['images'])
            return self.predict_teacher(batch['images'])

    def _answers(self, batch: Batch, preds_T: torch.Tensor) -> torch.Tensor:
        """Returns the student's logits; a distiller records them."""
        with self._hints.watch('student'):
            if self._shared_slot is not None:
                return self._shared_slot.run_student(batch['images'], preds_T)
            return self.predict_student(batch['images'], preds_T)

    def _uniform_batch(self, batch_size: int) -> Optional[Batch]:
        """Draws the distiller's own batch and records the teacher on it."""
        if self._slot is None or self._shared_slot is not None:
            return None
        batch = self.distillation.view(
            self.replay_buffer.sample(batch_size, uniform=True)
        )
        batch['preds_T'] = self._slot.run_teacher(batch['images'])
        return batch

    def _distiller_losses(self, batch: Optional[Batch]) -> LogVars:
        """Returns the distiller's losses, of its own batch if it has one."""
        if self._slot is None:
            return {}
        if batch is not None:
            self._slot.run_student(batch['images'], batch['preds_T'])
        return self._slot.losses()

    def _buffer_vars(self) -> LogVars:
        """Returns what to log of the buffer.

        No key says loss, so that nothing takes it for one.
        """
        return {
            'buffer.size': self.replay_buffer.size,
            'buffer.synthesized': torch.tensor(self.num_synthesized),
            'buffer.class_balance': self.replay_buffer.class_balance,
            'buffer.confidence': self.replay_buffer.confidence,
        }
