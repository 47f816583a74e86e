"""What images look like, where no BatchNorm remembers it."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import normalize
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_number

__all__ = ['ImagePrior']


@MODELS.register_module()
class ImagePrior(nn.Module):
    r"""Total variation, norm and statistics of the images a teacher sees.

    Of images as the teacher's data preprocessor normalises them, :math:`x`:

    .. math::
        \lambda_{tv} \, \overline{(\Delta_h x)^2 + (\Delta_v x)^2}
        + \lambda_{norm} \, \overline{x^2}
        + \lambda_{stat} \sum_c (|\mu_c(x)| + |\sigma^2_c(x) - 1|) / C

    The first two, means over pixels, are those of DeepInversion
    (arXiv:1912.08795). The third is L_BN at the one place whose statistics a
    teacher without BatchNorm does tell, its images: it means something where
    mean and standard deviation are those of the teacher's data, as they
    usually are, and nothing where they only scale to 0 to 1. Not of the
    paper.

    Args:
        tv_weight (float): Weight of the total variation, >= 0. Defaults to
            0.1.
        norm_weight (float): Weight of the norm, >= 0. Defaults to 0.0.
        statistics_weight (float): Weight of the statistics, >= 0. Defaults to
            1.0.

    Raises:
        TypeError: A weight is no number.
        ValueError: A weight is negative.

    Example:
        >>> @MODELS.register_module()
        ... class DarkPrior(ImagePrior):
        ...     def forward(self, images, *teachers):
        ...         return (images / 255).mean()
    """

    def __init__(
        self,
        tv_weight: float = 0.1,
        norm_weight: float = 0.0,
        statistics_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.tv_weight = check_number('tv_weight', tv_weight)
        self.norm_weight = check_number('norm_weight', norm_weight)
        self.statistics_weight = check_number(
            'statistics_weight', statistics_weight
        )

    def watch(self, *teachers: nn.Module) -> AbstractContextManager:
        """Is entered while the teachers see the images.

        Args:
            *teachers (nn.Module): The networks, for a subclass that looks
                into them.
        """
        return nullcontext()

    def forward(self, images: torch.Tensor, *teachers: Any) -> torch.Tensor:
        """Returns the loss, the mean over the teachers.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).
            *teachers (nn.Module): Whose data preprocessors count.

        Returns:
            torch.Tensor: A scalar >= 0.
        """
        losses = [
            self._loss(
                normalize(images, getattr(teacher, 'data_preprocessor', None))
            )
            for teacher in teachers
        ]
        return torch.stack(losses).mean()

    def _loss(self, inputs: torch.Tensor) -> torch.Tensor:
        """Returns the loss of normalised images."""
        loss = inputs.new_zeros(())
        if self.tv_weight:
            loss = loss + self.tv_weight * _total_variation(inputs)
        if self.norm_weight:
            loss = loss + self.norm_weight * inputs.square().mean()
        if self.statistics_weight:
            var, mean = torch.var_mean(inputs, dim=(0, 2, 3))
            distance = (mean.abs() + (var - 1).abs()).mean()
            loss = loss + self.statistics_weight * distance
        return loss


def _total_variation(inputs: torch.Tensor) -> torch.Tensor:
    """Returns the mean square of what neighbours differ by, a scalar."""
    total = inputs.new_zeros(())
    for dim in (2, 3):
        # One pixel has no neighbour.
        if inputs.shape[dim] > 1:
            total = total + inputs.diff(dim=dim).square().mean()
    return total
