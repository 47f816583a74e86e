"""What is said of a distillation that goes wrong, and of one that does not."""

import inspect
import re

import pytest
from report_runs import step

from mmrazor_ssdkd.models import BNStatisticsLoss, ModulatedTaskLoss
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.replay import PrioritizedReplayBuffer
from mmrazor_ssdkd.reporting import advice
from mmrazor_ssdkd.reporting.advice import Evidence, advise
from mmrazor_ssdkd.reporting.scalars import Scalars

NAMES = ['cat', 'dog', 'owl']
GOOD = dict(
    loss=[4.0, 3.0, 2.0, 1.0],
    bn=[9.0, 9.0, 8.0, 7.0, 6.0],
    confidence=0.9,
    counts=[10, 9, 8],
    agreement=0.9,
)


def keys(model=None, **changes):
    """Returns what is advised of a good run with something changed."""
    run = {**GOOD, **changes}
    train = [step(i, loss=value) for i, value in enumerate(run['loss'], 1)]
    for i, value in enumerate(run['bn'], 1):
        train.append(step(i, **{'generator.loss_bn': value}))
    train.append(step(9, **{'buffer.confidence': run['confidence']}))
    evidence = Evidence(
        Scalars(train), model or {}, NAMES, run['counts'], run['agreement']
    )
    found = advise(evidence)
    assert all(one.problem and one.remedy for one in found)
    return [one.key for one in found]


def test_nothing_is_wrong():
    """With a run that learns."""
    assert keys() == []


@pytest.mark.parametrize(
    'expected, changes',
    [
        ('missing-class', dict(counts=[10, 0, 8])),
        ('one-class', dict(counts=[99, 1, 1])),
        ('confidence', dict(confidence=0.9995)),
        ('bn-loss', dict(bn=[9.0, 9.0, 8.9, 9.1, 9.0, 8.95])),
        ('student-loss', dict(loss=[2.0, 2.0, 2.1, 1.99])),
        ('disagreement', dict(agreement=0.3)),
    ],
)
def test_each_is_seen_alone(expected, changes):
    """And nothing else is."""
    assert keys(**changes) == [expected]


def test_l_bn_that_is_off():
    """Need not fall."""
    model = dict(bn_loss=dict(loss_weight=0.0))
    assert keys(model, bn=[9.0, 9.1, 9.2, 9.3]) == []


def test_what_came_to_nan_is_not_sure():
    """Nor unsure; the report says it elsewhere."""
    assert keys(confidence=float('nan')) == []


def test_too_little_to_judge():
    """A run of few steps, or without a buffer."""
    assert keys(loss=[2.0], bn=[9.0], counts=[], agreement=None) == []


def test_settings_that_are_named():
    """Are arguments of what they are in."""
    kinds = dict(
        SSDKD.default_types,
        bn_loss=BNStatisticsLoss,
        task_loss=ModulatedTaskLoss,
        replay_buffer=PrioritizedReplayBuffer,
    )
    text = inspect.getsource(advice)
    found = set(re.findall(r'`model\.(\w+)(?:\.(\w+))?', text))
    assert ('synthesis', 'labels') in found and len(found) > 8
    for part, name in found:
        assert part in inspect.signature(SSDKD).parameters, part
        if name:
            assert name in inspect.signature(kinds[part]).parameters, name


def test_what_is_said_names_the_class():
    """And by how much."""
    (only,) = advise(Evidence(Scalars(), {}, NAMES, [98, 1, 1]))
    assert "98.0% of the buffer is of one class, 'cat'" in only.problem
