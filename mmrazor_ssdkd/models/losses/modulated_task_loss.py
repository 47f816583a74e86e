"""The paper's modulating function and the task loss that it weighs."""

from typing import Optional

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_bool, check_logits, check_number

from .class_tables import look_up
from .pixels import classes_first, losses_of_samples


def modulating_function(
    preds_T: torch.Tensor,
    class_frequency: torch.Tensor,
    gamma: float,
    labels: Optional[torch.Tensor] = None,
) -> torch.Tensor:
    r"""How much the task loss of a sample should count.

    .. math::
        \phi(x) = \Bigl(1 - \frac{1}{|B|} \sum_{x' \in B}
        1[c_T(x') = c_T(x)]\Bigr) (1 - p_T(x))^\gamma

    The first factor is small for classes that fill the replay buffer, the
    second for samples the teacher finds easy. Differentiable in ``preds_T``.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876,
    the modulating function.

    Args:
        preds_T (torch.Tensor): The teacher's logits, (N, C), (N, C, L) or
            (N, C, H, W).
        class_frequency (torch.Tensor): Each class's share of the buffer, in
            [0, 1], (C,), or of several labels (C, L), see
            :class:`SeveralLabels`; all zeros while the buffer is empty.
        gamma (float): Exponent of the difficulty term, >= 0; 0 turns the term
            off.
        labels (torch.Tensor, optional): Classes that stand for ``c_T``, (N,),
            (N, L) or (N, H, W); ``p_T`` is then their probability. Defaults to
            the teacher's own predictions.

    Returns:
        torch.Tensor: Values in [0, 1], (N,), (N, L) or (N, H, W).

    Raises:
        TypeError: ``preds_T`` is no float tensor.
        ValueError: A shape or ``gamma`` is wrong.
    """
    check_logits('preds_T', preds_T)
    # Of several labels, (N, C, L), each one's own.
    shape = preds_T.shape[1:] if preds_T.dim() == 3 else preds_T.shape[1:2]
    if class_frequency.shape != shape:
        name = '(C,)' if len(shape) == 1 else '(C, L)'
        raise ValueError(
            f'`class_frequency` must have shape {name} = {tuple(shape)}, but '
            f'got {tuple(class_frequency.shape)}'
        )
    probability = F.softmax(classes_first(preds_T), dim=0)
    if labels is None:
        confidence, labels = probability.max(dim=0)
    else:
        _check_labels(labels, preds_T)
        confidence = probability.gather(0, labels.unsqueeze(0)).squeeze(0)
    return modulation(labels, confidence, class_frequency, gamma)


def modulation(
    labels: torch.Tensor,
    confidence: torch.Tensor,
    class_frequency: torch.Tensor,
    gamma: float,
) -> torch.Tensor:
    """:func:`modulating_function` of a class and a confidence at hand.

    Args:
        labels (torch.Tensor): Class indices of any shape.
        confidence (torch.Tensor): The teacher's probabilities of those
            classes, in [0, 1], of the same shape.
        class_frequency (torch.Tensor): Shares of the buffer, (C,) or (C, L).
        gamma (float): Exponent of the difficulty term, >= 0.

    Returns:
        torch.Tensor: Values in [0, 1], of the shape of ``labels``.
    """
    check_number('gamma', gamma)
    diversity = 1 - look_up(class_frequency, labels)
    return diversity * _difficulty(confidence, gamma) if gamma else diversity


def _difficulty(confidence: torch.Tensor, gamma: float) -> torch.Tensor:
    """Returns (1 - p) ** gamma with a finite gradient at p = 1."""
    doubt = 1 - confidence
    # At 0, and below by a rounding error, a fractional power has no gradient.
    sure = doubt <= 0
    return (doubt.masked_fill(sure, 1.0) ** gamma).masked_fill(sure, 0.0)


def _check_labels(labels: torch.Tensor, preds_T: torch.Tensor) -> None:
    """Raises a ValueError unless there is one label per prediction."""
    expected = preds_T.shape[:1] + preds_T.shape[2:]
    if labels.shape != expected:
        raise ValueError(
            f'`labels` must have shape {tuple(expected)}, but got '
            f'{tuple(labels.shape)}'
        )


def cross_entropy(preds: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """L_Task of every pixel, without reduction.

    Args:
        preds (torch.Tensor): Logits, (N, C), (N, C, L) or (N, C, H, W).
        labels (torch.Tensor): Classes, (N,), (N, L) or (N, H, W).

    Returns:
        torch.Tensor: Values >= 0, of the shape of ``labels``.
    """
    loss = F.nll_loss(
        F.log_softmax(classes_first(preds), dim=0).flatten(1).t(),
        labels.flatten(),
        reduction='none',
    )
    return loss.view_as(labels)


def check_modulation(task_loss: nn.Module) -> None:
    """Raises a ValueError for a loss whose stored samples keep another phi.

    Logits may be gone by then, so that ``modulate`` does it.

    Args:
        task_loss (nn.Module): A ``ModulatedTaskLoss``.
    """
    for kind in type(task_loss).__mro__:
        if 'modulate' in vars(kind):
            return
        if 'phi' in vars(kind):
            raise ValueError(
                "`replay_buffer.evict` must not be 'phi' where `task_loss` "
                'has a `phi` of its own and no `modulate` for what is stored, '
                f'but got {kind.__name__}'
            )


@MODELS.register_module()
class ModulatedTaskLoss(nn.Module):
    """Cross entropy of the teacher's output, weighted by phi.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876, the
    product of phi and L_Task in the objective. Whether phi is differentiated
    it leaves open, and on the digits (120 student steps, three seeds) it made
    no difference: 82.9% as a constant, 82.7% differentiated.

    Args:
        gamma (float): Exponent of phi's difficulty term, >= 0; 0 turns the
            term off. Defaults to 2.0.
        diversity (bool): Whether phi has its diversity term; without it the
            term is 1. Defaults to True.
        detach (bool): Whether phi is a constant weight. Otherwise it is
            differentiated too, as in focal loss. Defaults to True.
        loss_weight (float): Weight of the loss, >= 0. Defaults to 1.0.

    Raises:
        TypeError: A number is none, or a switch no bool.
        ValueError: ``gamma`` or ``loss_weight`` is negative.

    Example:
        >>> @MODELS.register_module()
        ... class Unsure(ModulatedTaskLoss):
        ...     def phi(self, preds_T, class_frequency, labels=None):
        ...         return 1 - preds_T.softmax(dim=1).amax(dim=1)
    """

    def __init__(
        self,
        gamma: float = 2.0,
        diversity: bool = True,
        detach: bool = True,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.gamma = check_number('gamma', gamma)
        self.diversity = check_bool('diversity', diversity)
        self.detach = check_bool('detach', detach)
        self.loss_weight = check_number('loss_weight', loss_weight)

    def phi(
        self,
        preds_T: torch.Tensor,
        class_frequency: torch.Tensor,
        labels: Optional[torch.Tensor] = None,
    ) -> torch.Tensor:
        """:func:`modulating_function` with this loss's settings."""
        return modulating_function(
            preds_T, self._seen(class_frequency), self.gamma, labels
        )

    def modulate(
        self,
        labels: torch.Tensor,
        confidence: torch.Tensor,
        class_frequency: torch.Tensor,
    ) -> torch.Tensor:
        """:func:`modulation` with this loss's settings."""
        return modulation(
            labels, confidence, self._seen(class_frequency), self.gamma
        )

    def _seen(self, class_frequency: torch.Tensor) -> torch.Tensor:
        """Returns the shares that phi sees: zeros without diversity."""
        if self.diversity:
            return class_frequency
        return torch.zeros_like(class_frequency)

    def forward(
        self,
        preds_T: torch.Tensor,
        class_frequency: torch.Tensor,
        labels: Optional[torch.Tensor] = None,
    ) -> torch.Tensor:
        """Returns the mean over samples and pixels of phi times L_Task.

        The losses of several labels are added.

        Args:
            preds_T (torch.Tensor): Logits, (N, C), (N, C, L) or (N, C, H, W).
            class_frequency (torch.Tensor): Shares of the buffer, (C,) or
                (C, L).
            labels (torch.Tensor, optional): Target classes, (N,), (N, L) or
                (N, H, W). Defaults to the teacher's own predictions.

        Returns:
            torch.Tensor: A scalar >= 0.
        """
        phi = self.phi(preds_T, class_frequency, labels)
        if self.detach:
            phi = phi.detach()
        if labels is None:
            labels = preds_T.argmax(dim=1)
        task = losses_of_samples(phi * cross_entropy(preds_T, labels))
        return self.loss_weight * task.mean()
