"""The modulated task loss where there is no replay buffer."""

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_int, check_logits

from .modulated_task_loss import ModulatedTaskLoss


@MODELS.register_module()
class RecentTaskLoss(nn.Module):
    """phi times L_Task as a loss of MMRazor's ``generator_distiller``.

    :class:`ModulatedTaskLoss` with the class shares of the last ``window``
    samples that the loss has seen: those of a replay buffer of that size that
    takes in all that its generator is trained on and lets the oldest leave.
    Several processes count each for itself. Without phi, that is with
    ``gamma=0`` and ``diversity=False``, it is MMRazor's ``OnehotLikeLoss``.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876, the
    product of phi and L_Task in the objective.

    Args:
        num_classes (int): C, >= 2.
        window (int): How many samples the class shares are of, >= 1. Defaults
            to 5000.
        gamma (float): As for :class:`ModulatedTaskLoss`. Defaults to 2.0.
        diversity (bool): Likewise. Defaults to True.
        detach (bool): Likewise. Defaults to True.
        loss_weight (float): Likewise. Defaults to 1.0.

    Raises:
        TypeError: A number is none, or a switch no bool.
        ValueError: A number is out of range.

    Example:
        >>> loss_task = dict(
        ...     type='mmrazor_ssdkd.RecentTaskLoss', num_classes=10)
    """

    def __init__(
        self,
        num_classes: int,
        window: int = 5000,
        gamma: float = 2.0,
        diversity: bool = True,
        detach: bool = True,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.task_loss = ModulatedTaskLoss(
            gamma, diversity, detach, loss_weight
        )
        size = (
            check_int('window', window),
            check_int('num_classes', num_classes, 2),
        )
        check_memory(
            'the histograms',
            8 * window * num_classes,
            window=window,
            num_classes=num_classes,
        )
        # In the checkpoint: a resumed run goes on with the same shares.
        self.histograms: torch.Tensor
        self.register_buffer('histograms', torch.zeros(size, dtype=torch.long))
        self.num_seen: torch.Tensor
        self.register_buffer('num_seen', torch.zeros((), dtype=torch.long))

    @property
    def class_frequency(self) -> torch.Tensor:
        """Each class's share of the window's pixels, (C,); zeros at first."""
        total = self.histograms.sum(dim=0)
        return total / total.sum().clamp(min=1)

    def forward(self, preds_T: torch.Tensor) -> torch.Tensor:
        """Returns the loss; in training mode remembers the classes after it.

        Args:
            preds_T (torch.Tensor): The teacher's logits, (N, C) or
                (N, C, H, W).

        Returns:
            torch.Tensor: A scalar >= 0.

        Raises:
            TypeError: ``preds_T`` is no float tensor.
            ValueError: It has another number of classes.
        """
        check_logits('preds_T', preds_T)
        num_classes = self.histograms.shape[1]
        if preds_T.shape[1] != num_classes:
            raise ValueError(
                f'`num_classes` must be {preds_T.shape[1]}, as `preds_T` has, '
                f'but got {num_classes}'
            )
        loss = self.task_loss(preds_T, self.class_frequency)
        if self.training:
            self._remember(preds_T.argmax(dim=1))
        return loss

    def _remember(self, labels: torch.Tensor) -> None:
        """Puts samples' classes, (N,) or (N, H, W), over the oldest ones."""
        window, num_classes = self.histograms.shape
        labels = labels[-window:]
        order = torch.arange(len(labels), device=labels.device)
        pixels = F.one_hot(labels.reshape(len(labels), -1), num_classes)
        self.histograms[(self.num_seen + order) % window] = pixels.sum(dim=1)
        self.num_seen += len(labels)
