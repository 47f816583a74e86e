"""A segmentor that is not mmsegmentation's."""

from typing import Any, Optional

import torch
from mmseg.models.segmentors import BaseSegmentor
from mmseg.models.utils import resize

from mmrazor_ssdkd.blame import blamed, check_config
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_bool, check_int

from .logits_head import LogitsHead
from .torch_model import TorchModel

__all__ = ['TorchSegmentor']


@MODELS.register_module()
class TorchSegmentor(TorchModel, BaseSegmentor):
    """Adapter for segmentors of torchvision, transformers or your own.

    Trains, predicts and is measured as mmsegmentation's ``EncoderDecoder``
    is, on whole images. Its ``decode_head`` has no weights: it takes logits
    to losses.

    Args:
        module (str | dict | nn.Module): As for :class:`TorchModel`, as all
            that is not named here. Gives logits of any height and width,
            (N, C, H, W).
        loss (dict, optional): Config of a loss of mmseg for training on data.
            Defaults to None: cross entropy. One with ``use_sigmoid`` is of
            two classes for each pixel, as is then the network's one logit.
        align_corners (bool): How logits are resized. Defaults to False.
        ignore_index (int): Which label counts for nothing. Defaults to 255.
        **kwargs: Those of :class:`TorchModel`.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: As in :class:`TorchModel`.

    Example:
        >>> teacher = dict(
        ...     type='mmrazor_ssdkd.TorchSegmentor',
        ...     module=dict(
        ...         type='torchvision.models.segmentation:deeplabv3_resnet50',
        ...         num_classes=11, weights_backbone=None),
        ...     mean=[123.675, 116.28, 103.53],
        ...     std=[58.395, 57.12, 57.375],
        ...     output='out')
    """

    dimensions = 4

    def __init__(
        self,
        module: Any,
        loss: Optional[dict] = None,
        align_corners: bool = False,
        ignore_index: int = 255,
        **kwargs: Any,
    ) -> None:
        super().__init__(module, **kwargs)
        self.align_corners = check_bool('align_corners', align_corners)
        loss = check_config('loss', loss, optional=True)
        loss = loss or dict(type='CrossEntropyLoss')
        check_int('ignore_index', ignore_index, -(2**31))
        with blamed('loss', 'the config of a loss of mmseg'):
            self.decode_head = LogitsHead(
                {'_scope_': 'mmseg', **loss}, align_corners, ignore_index
            )

    @staticmethod
    def preprocessor(mean: Any, std: Any, swap: bool) -> dict:
        """Returns the config of mmseg's data preprocessor."""
        # It wants to be told that a batch is of one size.
        return dict(
            type='mmseg.SegDataPreProcessor',
            mean=mean,
            std=std,
            bgr_to_rgb=swap,
            size_divisor=1,
        )

    def extract_feat(self, inputs: torch.Tensor) -> Any:
        """Returns all that the network gives."""
        return self.network(inputs)

    def encode_decode(
        self, inputs: torch.Tensor, batch_data_samples: Any = None
    ) -> torch.Tensor:
        """Returns logits of the images' size."""
        return resize(
            self.logits(inputs),
            size=inputs.shape[2:],
            mode='bilinear',
            align_corners=self.align_corners,
        )

    def loss(self, inputs: torch.Tensor, data_samples: Any) -> dict:
        """Returns the loss of a batch of mmseg's ``SegDataSample``."""
        return self.decode_head.loss_by_feat(self.logits(inputs), data_samples)

    def predict(
        self, inputs: torch.Tensor, data_samples: Any = None
    ) -> list[Any]:
        """Returns data samples with ``pred_sem_seg`` and ``seg_logits``."""
        logits = self.encode_decode(inputs)
        return self.postprocess_result(logits, data_samples)

    def _forward(
        self, inputs: torch.Tensor, data_samples: Any = None
    ) -> torch.Tensor:
        """Returns the logits, as mmseg's tensor mode does."""
        return self._tensor(inputs)
