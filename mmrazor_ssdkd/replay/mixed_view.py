"""Views of replayed images that are mixed in pairs."""

from typing import Any, Literal

import torch

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_choice

from .random_view import RandomView, check_share


@MODELS.register_module()
class MixedView(RandomView):
    r"""Views, some of which hold a part of another image of the batch.

    The teacher looks at what the student sees, so that a mixture needs no
    label of its own (*Knowledge distillation: A good teacher is patient and
    consistent*, arXiv:2106.05237). A sample's new priority is then that of its
    mixture.

    Args:
        mix (str): 'cut' puts a box of the other image into an image, of a
            share of its area that is uniform in (0, 1) (CutMix,
            arXiv:1905.04899); 'blend' weighs both, the weight as uniform
            (mixup with :math:`\alpha = 1`, arXiv:1710.09412). Defaults to
            'cut'.
        share (float): Probability that an image is mixed, in [0, 1]. Defaults
            to 0.5.
        **kwargs: Those of :class:`RandomView`.

    Raises:
        TypeError: A number is none.
        ValueError: An argument is out of range.

    Example:
        >>> distillation = dict(augmentation=dict(
        ...     type='mmrazor_ssdkd.MixedView', mix='blend'))
    """

    def __init__(
        self,
        mix: Literal['cut', 'blend'] = 'cut',
        share: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mix = check_choice('mix', mix, ('cut', 'blend'))
        self.share = check_share('share', share)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Draws a view of each image and mixes some.

        Args:
            images (torch.Tensor): In 0 to 255, uint8 or float,
                (N, channels, H, W).

        Returns:
            torch.Tensor: Float images in 0 to 255 of the same shape.
        """
        views = super().forward(images)
        number, _, height, width = views.shape
        others = views[torch.randperm(number, device=views.device)]
        chosen, part = views.new_empty(2, number, 1, 1, 1).uniform_()
        # What stays of the image itself.
        kept = _outside(part, height, width) if self.mix == 'cut' else 1 - part
        kept = torch.where(chosen < self.share, kept, torch.ones_like(kept))
        return kept * views + (1 - kept) * others


def _outside(area: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Draws a box for each image and returns 1 outside of it, else 0.

    Args:
        area (torch.Tensor): The box's share of the image, (N, 1, 1, 1).
        height (int): Of the image.
        width (int): Of the image.

    Returns:
        torch.Tensor: (N, 1, H, W).
    """
    top, left = area.new_empty(2, *area.shape).uniform_()
    rows = _within(top, area.sqrt(), height).view(-1, 1, height, 1)
    columns = _within(left, area.sqrt(), width).view(-1, 1, 1, width)
    return 1 - rows * columns


def _within(
    start: torch.Tensor, share: torch.Tensor, length: int
) -> torch.Tensor:
    """Returns 1 on a piece of a side, of a share of it, else 0.

    Args:
        start (torch.Tensor): Where it begins, of where it can, in [0, 1].
        share (torch.Tensor): How much of the side it takes.
        length (int): Of the side, in pixels.
    """
    size = (share * length).round()
    first = (start * (length - size + 1)).floor()
    place = torch.arange(length, device=start.device)
    return ((place >= first) & (place < first + size)).to(start)
