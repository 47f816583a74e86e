"""A network with all that stands before and behind it."""

import torch
from mmengine.model import revert_sync_batchnorm
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.forward import predict_logits

__all__ = ['DeployedModel']


class DeployedModel(nn.Module):
    """Images in, logits out: what a network is where it is used.

    The normalisation and the swap of channels of its data preprocessor are in
    it, and a segmentor's maps are of the images' size, as its head predicts
    them.

    Args:
        model (nn.Module): An mmpretrain classifier or an mmseg segmentor. It
            is put into eval mode and its weights want no gradients any more.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        # Another's only run on a GPU and in several processes.
        self.model = revert_sync_batchnorm(model)
        self.eval().requires_grad_(False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Returns logits.

        Args:
            images (torch.Tensor): In 0 to 255, uint8 or float, (N, channels,
                H, W), their channels in the order that the data preprocessor
                takes, which with OpenMMLab's pipelines is BGR.

        Returns:
            torch.Tensor: (N, C) of a classifier, (N, C, H, W) of a segmentor.
        """
        preprocessor = getattr(self.model, 'data_preprocessor', None)
        logits = predict_logits(self.model, images, preprocessor)
        if logits.dim() == 4:
            logits = F.interpolate(
                logits,
                size=images.shape[2:],
                mode='bilinear',
                align_corners=getattr(self.model, 'align_corners', False),
            )
        return logits
