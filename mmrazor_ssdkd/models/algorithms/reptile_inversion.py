"""Data inversion from a start that is learnt over the rounds."""

from typing import TYPE_CHECKING, Any

import torch
from mmengine.optim import OptimWrapper

from mmrazor_ssdkd.models.generators import ImageGenerator
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_number

from .data_inversion import DataInversion, Losses

if TYPE_CHECKING:
    from .ssdkd import SSDKD


@MODELS.register_module()
class ReptileInversion(DataInversion):
    r"""Rounds that begin from meta-learnt weights of the generator.

    A round's steps start from :math:`\theta` with a new optimizer and end in
    :math:`\theta'`, which makes the images. The next round starts from

    .. math::
        \theta + \eta (\theta' - \theta)

    so that what rounds have in common is learnt and what is special to one is
    left behind: Reptile (*On First-Order Meta-Learning Algorithms*,
    arXiv:1803.02999), as Fast-Datafree (arXiv:2112.06253) has it for data
    inversion.

    Args:
        meta_rate (float): :math:`\eta`, in (0, 1]. At 1 only the optimizer is
            new in each round. Defaults to 0.5.
        **kwargs: Those of :class:`DataInversion`.

    Raises:
        TypeError: ``meta_rate`` is no number.
        ValueError: ``meta_rate`` is out of range.

    Example:
        >>> synthesis = dict(type='mmrazor_ssdkd.ReptileInversion', iters=5)
    """

    def __init__(self, meta_rate: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.meta_rate = check_number(
            'synthesis.meta_rate', meta_rate, exclusive=True, maximum=1.0
        )

    def run(
        self, algorithm: 'SSDKD', optim_wrapper: OptimWrapper
    ) -> tuple[torch.Tensor, Losses]:
        """Trains from the learnt start, makes candidates and moves the start.

        Args:
            algorithm (SSDKD): Whose generator it is.
            optim_wrapper (OptimWrapper): The generator's.

        Returns:
            tuple: As for :class:`DataInversion`.
        """
        generator = algorithm.generator
        start = {
            name: value.detach().clone()
            for name, value in _learnt(generator).items()
        }
        optim_wrapper.optimizer.state.clear()
        images, losses = super().run(algorithm, optim_wrapper)
        # Gradients that wait for more are of where the steps went.
        optim_wrapper.optimizer.zero_grad()
        with torch.no_grad():
            for name, value in _learnt(generator).items():
                value.copy_(start[name].lerp(value, self.meta_rate))
        return images, losses


def _learnt(generator: ImageGenerator) -> dict[str, torch.Tensor]:
    """Returns the generator's weights by name, without a round's noise."""
    return {
        name: value
        for name, value in generator.named_parameters()
        if value is not generator.latent
    }
