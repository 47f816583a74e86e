"""The logits are picked out of what a network gives."""

from types import SimpleNamespace

import pytest
import torch
from plain_networks import Outputs

from mmrazor_ssdkd.models.adapters.selection import check_selector, select

LOGITS, OTHER = torch.ones(2, 3), torch.zeros(2, 4)


@pytest.mark.parametrize(
    ('outputs', 'output'),
    [
        (LOGITS, None),
        # Some networks give more than that only when they train.
        (LOGITS, 'logits'),
        (LOGITS, 0),
        ((OTHER, LOGITS), 1),
        ([OTHER, LOGITS], -1),
        (dict(out=LOGITS, aux=OTHER), 'out'),
        (Outputs(LOGITS, OTHER), 'logits'),
        (Outputs(LOGITS, OTHER), 0),
        (SimpleNamespace(logits=LOGITS), 'logits'),
    ],
)
def test_logits_are_picked(outputs, output):
    """By index, key or attribute."""
    assert select(outputs, check_selector(output)) is LOGITS


@pytest.mark.parametrize(
    ('outputs', 'output', 'choice'),
    [
        ((OTHER, LOGITS), None, r'a tuple of \[\(2, 4\), \(2, 3\)\]'),
        ((OTHER, LOGITS), 2, r'a tuple of .*but got 2'),
        ((OTHER, LOGITS), 'logits', "but got 'logits'"),
        (dict(out=LOGITS, aux=OTHER), 'logits', r"keys \['out', 'aux'\]"),
        (dict(out=LOGITS), 0, r"keys \['out'\], but got 0"),
        (Outputs(LOGITS, OTHER), None, r"attributes \['logits', 'aux'\]"),
        (SimpleNamespace(logits=LOGITS), None, 'a SimpleNamespace'),
        ((OTHER, [LOGITS]), 1, r"'list'\]"),
        (None, None, 'a NoneType'),
    ],
)
def test_what_is_not_there_raises(outputs, output, choice):
    """The message says what is."""
    with pytest.raises(ValueError, match=f'`output` must name.*{choice}'):
        select(outputs, output)


@pytest.mark.parametrize('output', [True, 1.5, ['out']])
def test_other_selectors_raise(output):
    """They are neither an index nor a name."""
    with pytest.raises(TypeError, match='`output` must be None, an index'):
        check_selector(output)
