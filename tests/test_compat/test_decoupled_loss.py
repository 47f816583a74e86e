"""Tests of MMRazor's DKD loss."""

import pytest
import torch
from mmrazor.models.losses import DKDLoss
from torch.nn import functional as F


def reference(student, teacher, labels, tau, beta):
    """Returns both parts of the loss of each sample, written out."""
    rows = torch.arange(len(labels))
    student, teacher = student / tau, teacher / tau
    pairs = []
    for logits in (student, teacher):
        target = logits.softmax(1)[rows, labels]
        pairs.append(torch.stack([target, 1 - target], 1))
    target = F.kl_div(pairs[0].log(), pairs[1], reduction='none')
    others = torch.ones_like(student, dtype=torch.bool)
    others[rows, labels] = False
    rest = [x[others].view(len(x), -1) for x in (student, teacher)]
    other = F.kl_div(
        rest[0].log_softmax(1), rest[1].softmax(1), reduction='none'
    )
    return tau**2 * target, beta * tau**2 * other


@pytest.mark.parametrize('reduction', ['none', 'sum', 'batchmean', 'mean'])
def test_reduction(reduction):
    """Each of the four does what it says."""
    student, teacher = torch.randn(2, 6, 4)
    labels = torch.tensor([0, 3, 1, 2, 2, 0])
    loss = DKDLoss(tau=2.0, beta=0.5, reduction=reduction, loss_weight=3.0)
    found = loss(student, teacher, labels)
    target, other = reference(student, teacher, labels, 2.0, 0.5)
    each = target.sum(1) + other.sum(1)
    expected = dict(
        none=each,
        sum=each.sum(),
        batchmean=each.mean(),
        # Over the classes, too: 2 of the first part and 4 of the second.
        mean=target.mean() + other.sum() / 24,
    )[reduction]
    assert found.shape == expected.shape
    assert torch.allclose(found, 3 * expected, atol=1e-5)
