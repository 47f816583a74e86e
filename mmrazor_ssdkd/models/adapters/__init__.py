"""Networks that are not OpenMMLab's, as models that it trains and tests."""

from .torch_classifier import TorchClassifier
from .torch_model import TorchModel
from .torch_segmentor import TorchSegmentor

__all__ = ['TorchClassifier', 'TorchModel', 'TorchSegmentor']
