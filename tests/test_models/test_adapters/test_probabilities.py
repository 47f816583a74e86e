"""Networks that end in a softmax or in sigmoids, as their adapters say."""

import pytest
import torch
from plain_networks import PlainNet, adapter
from torch.testing import assert_close
from toy_models import build, learnt, optimizers, snapshot, ssdkd, steps

from mmrazor_ssdkd.models.adapters.probabilities import to_logits
from mmrazor_ssdkd.registry import MODELS

SIGMOIDS = dict(type='CrossEntropyLoss', use_sigmoid=True)


class Ending(PlainNet):
    """A plain network with something at its end."""

    def __init__(self, end=torch.sigmoid, **settings):
        super().__init__(**settings)
        self.end = end

    def forward(self, x):
        """Returns probabilities."""
        return self.end(super().forward(x))


def softmax(x):
    """Over classes."""
    return x.softmax(dim=1)


def make(end, **settings):
    """Builds an adapter of a network that gives probabilities."""
    config = adapter(module=Ending(end, **settings.pop('network', {})))
    return MODELS.build({**config, 'probabilities': True, **settings})


@pytest.mark.parametrize(
    ('end', 'settings'),
    [
        (softmax, {}),
        (torch.sigmoid, dict(loss=SIGMOIDS)),
        (
            softmax,
            dict(type='mmrazor_ssdkd.TorchSegmentor', network=dict(maps=True)),
        ),
    ],
)
def test_logits_are_theirs(end, settings):
    """What comes after them makes the same probabilities again."""
    model = make(end, **settings).eval()
    images = torch.randn(3, 1, 16, 16)
    assert_close(end(model(images)), model.network(images))
    # Of one class alone they may be shares that do not sum to 1.
    assert not torch.equal(model(images), model.network(images))


@pytest.mark.parametrize(
    ('end', 'settings'), [(softmax, {}), (torch.sigmoid, dict(loss=SIGMOIDS))]
)
def test_distils(end, settings):
    """Both may end in probabilities, which are no logits without the key."""
    pair = dict(
        teacher=make(end, **settings),
        architecture=make(end, **settings, network=dict(width=4)),
    )
    algorithm = build(ssdkd(**pair))
    before = snapshot(algorithm.student)
    steps(algorithm, optimizers(algorithm), 2)
    assert learnt(before, algorithm.student)
    plain = make(end, **settings, probabilities=False)
    with pytest.raises(ValueError, match='`teacher` must give logits'):
        build(ssdkd(**{**pair, 'teacher': plain}))


def test_logits_are_no_probabilities():
    """It is found on the first images."""
    model = make(lambda x: 100 * x)
    match = '`probabilities` must be False .* gives logits, but got True'
    with pytest.raises(ValueError, match=match):
        model(torch.randn(3, 1, 16, 16))
    with pytest.raises(TypeError, match='`probabilities` must be True or'):
        make(softmax, probabilities=1)


def test_certainty_stays_finite():
    """Ones, zeros and half precision."""
    sure = torch.eye(3).bfloat16()
    for by_sigmoids in (False, True):
        logits = to_logits(sure, by_sigmoids)
        assert logits.dtype == torch.float32
        assert torch.isfinite(logits).all()
        assert torch.equal(logits.argmax(1), torch.arange(3))
