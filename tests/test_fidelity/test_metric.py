"""The metric against its definition."""

import pytest
import torch
from torch.nn import functional as F

from mmrazor_ssdkd.fidelity import FidelityMetric


def measure(preds_S: torch.Tensor, preds_T: torch.Tensor, batch: int = 3):
    """Returns the metrics of logits that come in batches."""
    metric = FidelityMetric()
    for of_S, of_T in zip(preds_S.split(batch), preds_T.split(batch)):
        metric.process(
            None, [dict(preds_S=s, preds_T=t) for s, t in zip(of_S, of_T)]
        )
    return metric.evaluate(len(preds_S))


def test_a_classifier_counts_images():
    preds_S, preds_T = torch.randn(2, 7, 4)
    found = measure(preds_S, preds_T)
    same = preds_S.argmax(1) == preds_T.argmax(1)
    divergence = F.kl_div(
        preds_S.log_softmax(1), preds_T.softmax(1), reduction='batchmean'
    )
    assert found == pytest.approx(
        {
            'fidelity/agreement': 100 * same.float().mean().item(),
            'fidelity/divergence': divergence.item(),
        }
    )


def test_a_segmentor_counts_pixels_and_classes():
    preds_S, preds_T = torch.randn(2, 5, 4, 6, 3)
    # A class that neither has.
    preds_S[:, 3] = preds_T[:, 3] = -9
    found = measure(preds_S, preds_T, batch=2)
    maps_S, maps_T = preds_S.argmax(1), preds_T.argmax(1)
    ious = [
        ((maps_S == c) & (maps_T == c)).sum().item()
        / ((maps_S == c) | (maps_T == c)).sum().item()
        for c in range(3)
    ]
    agreement = (maps_S == maps_T).float().mean().item()
    assert found['fidelity/agreement'] == pytest.approx(100 * agreement)
    assert found['fidelity/mIoU'] == pytest.approx(100 * sum(ious) / 3)


def test_a_perfect_student_has_all():
    preds = torch.randn(6, 5, 2, 3)
    assert measure(preds, preds) == {
        'fidelity/agreement': 100.0,
        'fidelity/divergence': 0.0,
        'fidelity/mIoU': 100.0,
    }
