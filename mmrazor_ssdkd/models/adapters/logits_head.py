"""mmseg's losses on maps that are made elsewhere."""

from typing import Any

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import nn

from mmrazor_ssdkd.models.label_meaning import by_sigmoids

__all__ = ['LogitsHead']


class LogitsHead(BaseDecodeHead):
    """A decode head without weights: its inputs are the logits.

    Args:
        loss_decode (dict): Config of a loss of mmseg.
        align_corners (bool): How maps are resized.
        ignore_index (int): The label that counts for nothing.
    """

    def __init__(
        self, loss_decode: dict, align_corners: bool, ignore_index: int
    ) -> None:
        # Any number of classes does, where the logits have one already.
        super().__init__(
            in_channels=1,
            channels=1,
            num_classes=3,
            dropout_ratio=0,
            loss_decode=loss_decode,
            align_corners=align_corners,
            ignore_index=ignore_index,
            init_cfg=None,
        )
        if by_sigmoids(self):
            # One logit, which mmseg compares with a threshold.
            self.num_classes, self.out_channels, self.threshold = 2, 1, 0.5
        self.conv_seg = nn.Identity()

    def forward(self, inputs: Any) -> Any:
        """Returns the logits."""
        return inputs
