"""A classifier that is not mmpretrain's."""

from typing import Any, Optional

import torch
from mmpretrain.models import ClsHead, MultiLabelClsHead

from mmrazor_ssdkd.blame import blamed, check_config
from mmrazor_ssdkd.models.label_meaning import by_sigmoids
from mmrazor_ssdkd.registry import MODELS

from .torch_model import TorchModel

__all__ = ['TorchClassifier']


@MODELS.register_module()
class TorchClassifier(TorchModel):
    """Adapter for classifiers of torchvision, timm, transformers or your own.

    Trains, predicts and is measured as mmpretrain's classifiers are. Its
    ``head`` has no weights: it takes logits to losses and predictions.

    Args:
        module (str | dict | nn.Module): As for :class:`TorchModel`, as all
            that is not named here. Gives logits, (N, C).
        loss (dict, optional): Config of a loss of mmpretrain for training on
            data. Defaults to None: cross entropy. One with ``use_sigmoid``, or
            an AsymmetricLoss, is of several labels for each image, as are
            then the logits. So is the default where the ``problem_type`` of
            a network of transformers says it.
        **kwargs: Those of :class:`TorchModel`.

    Raises:
        TypeError: As in :class:`TorchModel`.
        ValueError: As in :class:`TorchModel`.

    Example:
        >>> teacher = dict(
        ...     type='mmrazor_ssdkd.TorchClassifier',
        ...     module=dict(type='torchvision.models:resnet18',
        ...                 num_classes=10),
        ...     mean=[123.675, 116.28, 103.53],
        ...     std=[58.395, 57.12, 57.375])
    """

    def __init__(
        self, module: Any, loss: Optional[dict] = None, **kwargs: Any
    ) -> None:
        super().__init__(module, **kwargs)
        loss = check_config('loss', loss, optional=True)
        loss = loss or _usual_loss(self.network)
        with blamed('loss', 'the config of a loss of mmpretrain'):
            loss = {'_scope_': 'mmpretrain', **loss}
            self.head = ClsHead(loss=loss)
            if by_sigmoids(self.head):
                self.head = MultiLabelClsHead(loss=loss)

    @staticmethod
    def preprocessor(mean: Any, std: Any, swap: bool) -> dict:
        """Returns the config of mmpretrain's data preprocessor."""
        return dict(
            type='mmpretrain.ClsDataPreprocessor',
            mean=mean,
            std=std,
            to_rgb=swap,
        )

    def loss(self, inputs: torch.Tensor, data_samples: Any) -> dict:
        """Returns the loss of a batch of mmpretrain's ``DataSample``."""
        return self.head.loss((self.logits(inputs),), data_samples)

    def predict(
        self, inputs: torch.Tensor, data_samples: Any = None
    ) -> list[Any]:
        """Returns data samples with ``pred_score`` and ``pred_label``."""
        return self.head.predict((self.logits(inputs),), data_samples)


def _usual_loss(network: Any) -> dict:
    """Returns the loss that a network is trained by, as far as it says so."""
    # transformers' own, which its trainer reads.
    kind = getattr(getattr(network, 'config', None), 'problem_type', None)
    if kind == 'regression':
        raise ValueError(
            '`module` must tell classes, but got a network of the '
            f'`problem_type` {kind!r}'
        )
    several = kind == 'multi_label_classification'
    return dict(type='CrossEntropyLoss', use_sigmoid=several)
