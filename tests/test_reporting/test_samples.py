"""What is said of a buffer's samples."""

import pytest
import torch
from toy_models import build, optimizers, segmentation, ssdkd, steps

from mmrazor_ssdkd.models.label_models import OneClass, SeveralLabels
from mmrazor_ssdkd.models.losses import kl_divergence
from mmrazor_ssdkd.reporting.samples import compare, newest_of_classes


def distilled(model):
    """Returns an algorithm after a step, in eval mode, and its samples."""
    algorithm = build(model)
    steps(algorithm, optimizers(algorithm), 1)
    samples = algorithm.replay_buffer.state_dict()['samples']
    return algorithm.eval(), samples


@pytest.mark.parametrize('model', [ssdkd, segmentation])
@pytest.mark.parametrize('stored', [True, False])
def test_answers(model, stored):
    """Are those of both networks to the same images, the newest first."""
    algorithm, samples = distilled(model())
    logits = samples['preds_T']
    if not stored:
        samples.pop('preds_T')
    answers = compare(algorithm, samples)
    order = samples['order'].argsort(descending=True)
    assert torch.equal(answers.index, order)
    images = samples['images'][order]
    with torch.no_grad():
        preds_S = algorithm.predict_student(images, logits[order])
    divergence = kl_divergence(preds_S, logits[order])
    torch.testing.assert_close(answers.divergence, divergence)
    same = preds_S.argmax(1) == samples['labels'][order]
    assert answers.agreement == pytest.approx(same.double().mean().item())
    for label in range(algorithm.num_classes):
        of_class = samples['labels'][order] == label
        if of_class.any():
            expected = same[of_class].double().mean().item()
            assert answers.agreement_of(label) == pytest.approx(expected)
        else:
            assert answers.agreement_of(label) is None
    worst = answers.worst(3)
    assert worst == divergence.argsort(descending=True)[:3].tolist()


def test_newest():
    """The newest of each class come first."""
    samples = dict(
        labels=torch.tensor([2, 0, 2, 2], dtype=torch.int16),
        order=torch.tensor([3, 2, 1, 0]),
    )
    found = newest_of_classes(samples, OneClass(), [0, 1, 2], 2)
    assert found == {0: [1], 1: [], 2: [0, 2]}


def test_newest_of_several_labels():
    """An image stands at each of its labels."""
    labels = torch.tensor([[1, 0], [1, 1], [0, 0]], dtype=torch.int16)
    samples = dict(labels=labels, order=torch.tensor([3, 1, 2]))
    found = newest_of_classes(samples, SeveralLabels(), [0, 1], 2)
    assert found == {0: [0, 1], 1: [1]}
