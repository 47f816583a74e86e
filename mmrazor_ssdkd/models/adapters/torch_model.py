"""What the adapters of classifiers and segmentors have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Optional, Union

import torch
from mmengine.model import BaseModel
from torch import nn

from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import OneClass
from mmrazor_ssdkd.validation import check_bool, check_choice

from .networks import build_network, is_registered
from .probabilities import to_logits
from .selection import check_dimensions, check_selector, select
from .statistics import normalization

__all__ = ['TorchModel']


class TorchModel(BaseModel, ABC):
    """A network that somebody else wrote, as a model of OpenMMLab.

    What stands in ``module`` needs neither a ``mode`` nor an ``init_weights``:
    it maps normalised images to logits. Its weights are those that it was
    built with, pretrained or random. They stand under ``network.``, which is
    also where a recorder's source begins (``network.layer4``); weights by the
    network's own names are taken, too.

    Args:
        module (str | dict | nn.Module): The network: a built one, a name, or
            ``dict(type=NAME, ...)`` with the keyword arguments of its
            builder. A name is ``torchvision.models:resnet18`` (any importable
            module and what is in it), ``timm:resnet18``,
            ``path/to/file.py:build_model`` (from the folder that Python was
            started in; **the file's code runs**, as a config's does), or one
            of a registry. A class of transformers gets its config made of the
            arguments.
        mean (Sequence[float], optional): Mean of each channel that the
            network was trained with, for images in 0 to 255. Defaults to
            None: see ``data_preprocessor``.
        std (Sequence[float], optional): Standard deviation, likewise; 0 and
            255 for a network that takes 0 to 1. Defaults to None.
        channel_order (str): The order that the network takes, and ``mean``
            and ``std`` are in: 'RGB' or 'BGR'. Defaults to 'RGB', as
            torchvision, timm and transformers have it.
        image_order (str): The order that images come in, real and synthetic:
            'BGR', as OpenMMLab's pipelines load files, or 'RGB', as its
            CIFAR datasets are. Defaults to 'BGR'.
        output (int | str, optional): Which part of what the network gives are
            the logits: an index of a tuple, or a key of a dict or an
            attribute, such as 'logits'. Defaults to None: it gives them
            alone, but maybe in training. A lone tensor is taken as it is.
        probabilities (bool): Whether the network ends in a softmax (or
            sigmoids, where ``loss`` has such), whose logarithm (of the odds)
            then serves as logits. Defaults to False.
        data_preprocessor (dict, optional): In place of ``mean`` and ``std``,
            which come before it, a data preprocessor. Defaults to None.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: An argument has the wrong type, or ``module`` makes no
            ``nn.Module``.
        ValueError: ``module`` names nothing, or ``mean`` and ``std`` are not
            of images in 0 to 255, or missing.
    """

    # Before the network's own names of its weights.
    weight_prefix = 'network.'
    # Dimensions of its logits.
    dimensions = 2

    def __init__(
        self,
        module: Union[str, dict, nn.Module],
        mean: Optional[Sequence[float]] = None,
        std: Optional[Sequence[float]] = None,
        channel_order: str = 'RGB',
        image_order: str = 'BGR',
        output: Optional[Union[int, str]] = None,
        probabilities: bool = False,
        data_preprocessor: Optional[Union[dict, nn.Module]] = None,
        init_cfg: Optional[dict] = None,
    ) -> None:
        own = normalization(mean, std, channel_order, image_order)
        if own is not None:
            data_preprocessor = self.preprocessor(**own)
        elif data_preprocessor is None:
            raise ValueError(
                '`mean` and `std` must be what `module` was trained with '
                '([0, 0, 0] and [255, 255, 255] for images in 0 to 1), but '
                'got None'
            )
        super().__init__(
            data_preprocessor=data_preprocessor, init_cfg=init_cfg
        )
        self.output = check_selector(output)
        self.probabilities = check_bool('probabilities', probabilities)
        self.network = build_network(module)
        self._is_registered = is_registered(module)

    @staticmethod
    @abstractmethod
    def preprocessor(mean: Any, std: Any, swap: bool) -> dict:
        """Returns the config of a data preprocessor."""

    @abstractmethod
    def loss(self, inputs: torch.Tensor, data_samples: Any) -> dict:
        """Returns the losses of a batch with labels."""

    @abstractmethod
    def predict(self, inputs: torch.Tensor, data_samples: Any) -> list:
        """Returns a batch's data samples with predictions in them."""

    def init_weights(self) -> None:
        """Leaves the weights alone that came with the network.

        Some networks have an ``init_weights`` of their own, which would undo
        what a builder has loaded. OpenMMLab's wait for it.
        """
        if self.init_cfg or self._is_registered:
            super().init_weights()

    def logits(self, inputs: torch.Tensor) -> torch.Tensor:
        """Returns the network's logits.

        Args:
            inputs (torch.Tensor): Normalised images, (N, channels, H, W).

        Raises:
            ValueError: What it gives has no such part, or is of other
                dimensions.
        """
        return self._picked(self.network(inputs))

    def _picked(self, outputs: Any) -> torch.Tensor:
        """Returns the logits of what the network gives."""
        logits = select(outputs, self.output)
        check_dimensions(logits, self.dimensions, type(self).__name__)
        if not self.probabilities:
            return logits
        meaning = find_label_model({'module': self})
        return to_logits(logits, not isinstance(meaning, OneClass))

    def forward(
        self,
        inputs: torch.Tensor,
        data_samples: Optional[list] = None,
        mode: str = 'tensor',
    ) -> Any:
        """Runs the network, as OpenMMLab's models have it.

        Args:
            inputs (torch.Tensor): Normalised images, (N, channels, H, W).
            data_samples (list, optional): The package's own, with labels
                where ``mode`` is 'loss'. Defaults to None.
            mode (str): 'tensor', 'loss' or 'predict'. Defaults to 'tensor'.

        Returns:
            torch.Tensor | dict | list: Logits, losses by name, or data
            samples with predictions.

        Raises:
            ValueError: ``mode`` is another, or as in :meth:`logits`.
        """
        check_choice('mode', mode, ('tensor', 'loss', 'predict'))
        if mode == 'tensor':
            return self._tensor(inputs)
        run = self.loss if mode == 'loss' else self.predict
        return run(inputs, data_samples)

    def _tensor(self, inputs: torch.Tensor) -> Any:
        """Returns the logits, or all that a network trains by.

        Which of them are the logits ``use_final_logits`` finds out, as those
        of Inception and GoogLeNet, which train by auxiliary ones, too.
        """
        named = self.output is not None or self.probabilities
        # A subclass says itself what the logits are.
        own = type(self).logits is not TorchModel.logits
        if named or own or not self.training:
            return self.logits(inputs)
        outputs = self.network(inputs)
        if isinstance(outputs, torch.Tensor):
            return self._picked(outputs)
        return outputs

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Loads weights by the network's own names, too."""
        names = {
            prefix + key: prefix + self.weight_prefix + key
            for key in self.network.state_dict()
        }
        found = [key for key in names if key in state_dict]
        # Some networks have a part of that name themselves.
        if len(found) > sum(key in state_dict for key in names.values()):
            values = {names[key]: state_dict.pop(key) for key in found}
            state_dict.update(values)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
