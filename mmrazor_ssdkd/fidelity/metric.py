"""How far a student does what its teacher does."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.evaluator import BaseMetric

from mmrazor_ssdkd.models.losses import kl_divergence
from mmrazor_ssdkd.registry import METRICS

__all__ = ['FidelityMetric', 'compare_logits', 'mean_iou']

_Result = dict[str, torch.Tensor]


@METRICS.register_module()
class FidelityMetric(BaseMetric):
    """Agreement, divergence and mIoU of a student against its teacher.

    - ``agreement``: the share of images, of a segmentor of pixels, that both
      put into one class, in percent; where images have several labels, the
      share of these that both give or both withhold.
    - ``divergence``: the mean of KL(teacher || student), at temperature 1.
    - ``mIoU``, of segmentors: the student's against the teacher's maps as
      truth, in percent, over the classes that either has. Of several labels
      the classes are *off* and *on*.

    It takes what a :class:`FidelityLoop` gives it.

    Args:
        collect_device (str): As of any metric of mmengine. Defaults to 'cpu'.
        prefix (str, optional): What the names begin with. Defaults to None:
            'fidelity'.

    Example:
        >>> val_evaluator = dict(type='mmrazor_ssdkd.FidelityMetric')
    """

    default_prefix = 'fidelity'

    def process(
        self, data_batch: Any, data_samples: Sequence[dict[str, Any]]
    ) -> None:
        """Compares the two on a batch.

        Args:
            data_batch (Any): Is not looked at.
            data_samples (Sequence[dict]): Of each image ``preds_S`` and
                ``preds_T``, logits (C,) or (C, H, W), or (2, L) of several
                labels.
        """
        preds_S, preds_T = (
            torch.stack([sample[name] for sample in data_samples])
            for name in ('preds_S', 'preds_T')
        )
        results = compare_logits(preds_S, preds_T)
        # One for each image: mmengine drops those that pad a batch.
        self.results += [
            {name: values[place] for name, values in results.items()}
            for place in range(len(preds_S))
        ]

    def compute_metrics(self, results: list[_Result]) -> dict[str, float]:
        """Returns the metrics of all images.

        Args:
            results (list[dict]): Those of each.
        """
        whole = {
            name: torch.stack([result[name] for result in results]).double()
            for name in results[0]
        }
        metrics = dict(
            agreement=100 * float(whole['agreement'].mean()),
            divergence=float(whole['divergence'].mean()),
        )
        if 'union' in whole:
            metrics['mIoU'] = mean_iou(whole)
        return metrics


def mean_iou(whole: _Result) -> float:
    """Returns the mIoU of images, in percent, over the classes that are there.

    Args:
        whole (dict[str, torch.Tensor]): From :func:`compare_logits`.
    """
    union = whole['union'].sum(dim=0).double()
    shared = whole['shared'].sum(dim=0).double()
    found = union > 0
    return 100 * float((shared[found] / union[found]).mean())


def compare_logits(preds_S: torch.Tensor, preds_T: torch.Tensor) -> _Result:
    """Returns what counts of each image of a batch.

    Args:
        preds_S (torch.Tensor): The student's logits, (N, C) or (N, C, H, W).
        preds_T (torch.Tensor): The teacher's, of the same shape.

    Returns:
        dict[str, torch.Tensor]: On the CPU, ``agreement`` and ``divergence``,
        (N,); of maps also the pixels of each class that are ``shared`` and in
        the ``union``, (N, C).
    """
    divergence = kl_divergence(preds_S, preds_T)
    classes_S, classes_T = preds_S.argmax(dim=1), preds_T.argmax(dim=1)
    same = classes_S == classes_T
    agreement = same.flatten(1).float().mean(dim=1) if same.dim() > 1 else same
    results = dict(agreement=agreement, divergence=divergence)
    if same.dim() > 1:
        number = preds_T.shape[1]
        shared = _histograms(torch.where(same, classes_T, number), number)
        union = _histograms(classes_S, number) + _histograms(classes_T, number)
        results.update(shared=shared, union=union - shared)
    return {name: values.cpu() for name, values in results.items()}


def _histograms(classes: torch.Tensor, number: int) -> torch.Tensor:
    """Counts each image's pixels by class, (N, C); others do not count."""
    flat = classes.flatten(1)
    counts = flat.new_zeros(len(flat), number + 1)
    counts.scatter_add_(1, flat, torch.ones_like(flat))
    return counts[:, :number]
