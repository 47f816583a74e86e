"""Distillation: what the student minimises on a drawn batch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Optional, cast

import torch
from mmengine.model import BaseModule
from torch import nn

from mmrazor_ssdkd.distributed import pooled_mean
from mmrazor_ssdkd.models.building import build_part
from mmrazor_ssdkd.models.losses import (
    MIN_TAU,
    class_weight,
    cross_entropy,
    kl_divergence,
    look_up,
    losses_of_samples,
)
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.replay import RandomView, priority, to_pixels
from mmrazor_ssdkd.validation import check_bool, check_int, check_number

if TYPE_CHECKING:
    from .ssdkd import SSDKD

Batch = dict[str, torch.Tensor]
Losses = dict[str, torch.Tensor]


@MODELS.register_module()
class Distillation(BaseModule):
    r"""The student's own losses, and the views that it sees.

    .. math::
        \lambda_{kd} \overline{w L_{KD}}
        + \lambda_{task} \overline{\phi L_{Task}}

    The second one, with the teacher's class as the target, is not of the
    paper.

    Args:
        tau (float): Temperature of L_KD, >= 0.001. Defaults to 4.0: 82.9% on
            the digits, where 1 gave 56.1%, 2 81.7% and 8 77.2% (120 student
            steps, three seeds, as all figures of the digits here).
        kd_weight (float): Weight of w times L_KD, >= 0; 0 leaves the student
            to the distiller. Defaults to 1.0.
        class_weight_power (float): How much more rare classes count in L_KD,
            >= 0, see :func:`class_weight`. Not of the paper. Defaults to 0.0,
            not at all; on CamVid, where classes fill between 0.1 and 32% of
            the pixels, 1.0 gave 42.7 mIoU in 600 steps on a fixed buffer, 0.5
            41.7 and 0.0 37.7 (one seed).
        task_weight (float): Weight, >= 0, of phi times the cross entropy.
            Defaults to 0.0: 82.9% on the digits, where 1 gave 79.0%.
        feature_weight (float): Weight, >= 0, of how far the features of a
            student that is born from its teacher are from those that they
            came from, see :class:`FeatureHints`. Not of the paper. Defaults
            to 0.0.
        augmentation (dict, optional): Config of a ``RandomView`` of replayed
            images. The teacher then looks at the same views, since stored
            logits are those of the images as stored. Defaults to None. On
            CIFAR-10 2,000 student steps on flipped and moved images gave
            76.2%; on the stored ones and their mirror images, all with stored
            logits, 72.9% in a fifth less time (one seed).
        stored_views (int): How many views of an image, drawn once, enter the
            buffer in its place, >= 0, so that its ``max_size`` counts views.
            The teacher's logits of them are stored, and it leaves the
            student's step. Defaults to 0: every draw makes a new view, which
            the teacher looks at, too. Relative: *A Fast Knowledge
            Distillation Framework for Visual Recognition* (arXiv:2112.01528).
        distiller_uniform (bool): Whether the losses of a ``distiller`` get a
            batch of their own that is drawn uniformly, since no weight
            corrects their gradient for the priorities. Defaults to False.
        normalize_weights (bool): Whether w is divided by its mean over the
            batch, those of all processes. As printed it is not: where draws
            are uneven w is smaller than 1 on average, and so is the student's
            step. The new priorities keep the raw w. Defaults to False: under
            a teacher of long-tailed digits it gave 0.3 +- 1.0 points (five
            seeds).
        priority_tau (float): Temperature of the priorities' divergence, 0.001
            to 50. Defaults to 1.0, the paper's. There the
            divergence is large where the teacher itself is unsure: the quarter
            of images that it doubts most gets 61% of the draws on the digits,
            the surest quarter 2%. At ``tau`` each gets 23 to 27%, and what
            L_KD still has to teach decides. configs/claims.md has what either
            is worth.
        refresh_interval (int): Every how many student steps the divergences
            of all stored samples are computed anew before the draw, >= 0; a
            sample's w stays that of its last draw. With 1 priorities follow
            every update of the student, as the paper's delta does. That costs
            a forward pass of the student over the whole buffer, and one of
            the teacher where logits are not stored. Defaults to 0: a sample
            keeps the priority of its last draw. configs/claims.md has what it
            is worth.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: A number is out of range.

    Example:
        >>> @MODELS.register_module()
        ... class Reversed(Distillation):
        ...     def losses(self, algorithm, batch, preds_S, preds_T):
        ...         divergence = kl_divergence(preds_T, preds_S, self.tau)
        ...         return dict(loss_kd=(batch['weight'] * divergence).mean())
    """

    def __init__(
        self,
        tau: float = 4.0,
        kd_weight: float = 1.0,
        class_weight_power: float = 0.0,
        task_weight: float = 0.0,
        feature_weight: float = 0.0,
        augmentation: Optional[dict] = None,
        stored_views: int = 0,
        distiller_uniform: bool = False,
        normalize_weights: bool = False,
        priority_tau: float = 1.0,
        refresh_interval: int = 0,
    ) -> None:
        super().__init__()
        self.tau = check_number('distillation.tau', tau, MIN_TAU)
        self.kd_weight = check_number('distillation.kd_weight', kd_weight)
        self.class_weight_power = check_number(
            'distillation.class_weight_power', class_weight_power
        )
        self.task_weight = check_number(
            'distillation.task_weight', task_weight
        )
        self.feature_weight = check_number(
            'distillation.feature_weight', feature_weight
        )
        self.augmentation: Optional[nn.Module] = None
        if augmentation is not None:
            self.augmentation = build_part(
                augmentation, 'distillation.augmentation', RandomView
            )
        self.stored_views = check_int(
            'distillation.stored_views', stored_views, 0
        )
        if self.stored_views and self.augmentation is None:
            raise ValueError(
                '`distillation.stored_views` must be 0 without a '
                f'`distillation.augmentation`, but got {stored_views}'
            )
        if self.stored_views and self.feature_weight:
            raise ValueError(
                '`distillation.stored_views` must be 0 beside a '
                '`distillation.feature_weight`, for which the teacher runs in '
                f"the student's step, but got {stored_views}"
            )
        self.distiller_uniform = check_bool(
            'distillation.distiller_uniform', distiller_uniform
        )
        self.normalize_weights = check_bool(
            'distillation.normalize_weights', normalize_weights
        )
        self.priority_tau = check_number(
            'distillation.priority_tau',
            priority_tau,
            MIN_TAU,
            maximum=50.0,
        )
        self.refresh_interval = check_int(
            'distillation.refresh_interval', refresh_interval, 0
        )

    def check_alone(self) -> None:
        """Looks whether the student learns without a distiller.

        Raises:
            ValueError: It has no loss, or one wants a distiller.
        """
        if self.distiller_uniform:
            raise ValueError(
                '`distillation.distiller_uniform` must be False without a '
                '`distiller`, but got True'
            )
        if not self.kd_weight + self.task_weight + self.feature_weight:
            raise ValueError(
                '`distillation.kd_weight` must be > 0 where there is neither '
                'a `distiller`, a `distillation.task_weight` nor a '
                f'`distillation.feature_weight`, but got {self.kd_weight}'
            )

    def views_to_store(self, images: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yields the views of images that are to enter the buffer.

        Args:
            images (torch.Tensor): uint8, (N, channels, H, W).

        Yields:
            torch.Tensor: ``stored_views`` times uint8 images of that shape.
        """
        for _ in range(self.stored_views):
            yield to_pixels(cast(nn.Module, self.augmentation)(images))

    def view(self, batch: Batch) -> Batch:
        """Replaces the images of a drawn batch by views of them.

        Args:
            batch (dict[str, torch.Tensor]): From the buffer's ``sample``.

        Returns:
            dict[str, torch.Tensor]: The same without ``augmentation``, or
            where views are stored; otherwise without the stored logits, which
            are not the views'.
        """
        if self.augmentation is None or self.stored_views:
            return batch
        batch = dict(batch, images=self.augmentation(batch['images']))
        batch.pop('preds_T', None)
        return batch

    def losses(
        self,
        algorithm: 'SSDKD',
        batch: Batch,
        preds_S: torch.Tensor,
        preds_T: torch.Tensor,
    ) -> Losses:
        """Returns what the student minimises, beside a distiller's losses.

        Args:
            algorithm (SSDKD): Whose buffer counts the classes, and whose
                ``task_loss`` knows phi.
            batch (dict[str, torch.Tensor]): A :meth:`view` of a drawn batch.
            preds_S (torch.Tensor): The student's logits of it, (N, C),
                (N, C, L) or (N, C, H, W).
            preds_T (torch.Tensor): The teacher's, of the same shape.

        Returns:
            dict[str, torch.Tensor]: Scalars by name, to be summed and logged.
        """
        weight = self._pixel_weight(algorithm, preds_T)
        divergence = kl_divergence(preds_S, preds_T, self.tau, weight)
        loss_kd = (self._importance(batch['weight']) * divergence).mean()
        losses = dict(loss_kd=self.kd_weight * loss_kd)
        if self.task_weight:
            phi = algorithm.task_loss.phi(preds_T, algorithm.class_frequency)
            task = cross_entropy(preds_S, preds_T.argmax(dim=1))
            task = losses_of_samples(phi * task)
            losses['loss_task'] = self.task_weight * task.mean()
        return losses

    def priority(
        self,
        preds_S: torch.Tensor,
        preds_T: torch.Tensor,
        weight: torch.Tensor,
    ) -> torch.Tensor:
        """Returns how much the student can still learn from samples, (N,).

        Args:
            preds_S (torch.Tensor): The student's logits, (N, C), (N, C, L) or
                (N, C, H, W).
            preds_T (torch.Tensor): The teacher's, of the same shape.
            weight (torch.Tensor): Importance weights, (N,).
        """
        return priority(
            preds_S=preds_S,
            preds_T=preds_T,
            weight=weight,
            tau=self.priority_tau,
        )

    def _importance(self, weight: torch.Tensor) -> torch.Tensor:
        """Returns what a batch's samples count, (N,)."""
        if not self.normalize_weights:
            return weight
        return weight / pooled_mean(weight.mean())

    def _pixel_weight(
        self, algorithm: 'SSDKD', preds_T: torch.Tensor
    ) -> Optional[torch.Tensor]:
        """Returns what a batch's pixels count in L_KD, None for 1 each."""
        if not self.class_weight_power:
            return None
        weight = class_weight(
            algorithm.class_frequency, self.class_weight_power
        )
        return look_up(weight, preds_T.argmax(dim=1))
