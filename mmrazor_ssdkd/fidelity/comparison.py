"""A student beside its teacher on images that it never trained on."""

import time
from typing import Any, Optional

import torch
from mmengine.logging import print_log

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.forward import frozen
from mmrazor_ssdkd.unwrapping import unwrapped

from .held_out_images import HeldOutImages

__all__ = ['Comparison']

# Of the teacher's passes.
_BATCH_SIZE = 64


class Comparison:
    """Makes the images once, then compares as often as it is asked.

    Every process makes all of them, which are the same.

    Args:
        model (nn.Module): A runner's model.
        number (int): How many images.
        **images: Those of :class:`HeldOutImages`.

    Raises:
        TypeError: A setting of the images has the wrong type.
        ValueError: One is out of range, or the model is no SSDKD.
    """

    def __init__(self, model: Any, number: int, **images: Any) -> None:
        self.algorithm = _algorithm(model)
        self.number = number
        self.how = HeldOutImages(**images)
        self._images: Optional[torch.Tensor] = None
        self._preds_T: Optional[torch.Tensor] = None

    @torch.no_grad()
    def __call__(self, indices: torch.Tensor) -> list[dict[str, Any]]:
        """Returns the logits of both.

        Args:
            indices (torch.Tensor): Which of the images, (N,).

        Returns:
            list[dict]: Of each image ``preds_S`` and ``preds_T``.
        """
        images, preds_T = self._prepared()
        algorithm = self.algorithm
        device = algorithm.generator.device
        preds_T = preds_T[indices].to(device)
        with frozen(algorithm.student):
            preds_S = algorithm.predict_student(
                images[indices].to(device), preds_T
            )
        return [
            dict(preds_S=of_S, preds_T=of_T)
            for of_S, of_T in zip(preds_S, preds_T)
        ]

    def _prepared(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the images, uint8, and the teacher's logits of them."""
        if self._images is None or self._preds_T is None:
            start = time.perf_counter()
            self._images = self.how.make(self.algorithm, self.number)
            self._preds_T = self._teach(self._images)
            print_log(
                f'Made {self.number} images for fidelity in '
                f'{time.perf_counter() - start:.1f} s',
                logger='current',
            )
        return self._images, self._preds_T

    def _teach(self, images: torch.Tensor) -> torch.Tensor:
        """Returns the teacher's logits, on the CPU."""
        device = self.algorithm.generator.device
        parts = images.split(_BATCH_SIZE)
        predict = self.algorithm.predict_teacher
        return torch.cat([predict(part.to(device)).cpu() for part in parts])


def _algorithm(model: Any) -> SSDKD:
    """Returns the algorithm that a runner trains."""
    algorithm = unwrapped(model)
    if not isinstance(algorithm, SSDKD):
        raise ValueError(
            '`model` must be a mmrazor_ssdkd.SSDKD where its fidelity is '
            f'measured, but got a {type(algorithm).__name__}'
        )
    return algorithm
