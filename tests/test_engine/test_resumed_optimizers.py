"""Tests of which optimizers go on from which."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmrazor_ssdkd.engine.resumed_optimizers import check_optimizers

KINDS = {
    'Adam': {},
    'AdamW': {},
    'Adamax': {},
    'NAdam': {},
    'RMSprop': dict(momentum=0.9),
    'SGD': dict(momentum=0.9),
}
# NAdam keeps more than what Adam needs.
ALIKE = [
    ('Adam', 'AdamW'),
    ('AdamW', 'Adam'),
    ('Adam', 'NAdam'),
    ('AdamW', 'NAdam'),
]


def wrapper(kind: str, **settings: Any) -> OptimWrapper:
    """Returns an optimizer that has taken a step."""
    weight = nn.Parameter(torch.ones(2, 2))
    optimizer = getattr(torch.optim, kind)([weight], lr=0.1, **settings)
    found = OptimWrapper(optimizer)
    found.update_params(weight.sum())
    return found


def check(new: OptimWrapper, saved: Any) -> None:
    """Lets one go on from what was saved."""
    check_optimizers(SimpleNamespace(optim_wrapper=new), saved)


@pytest.mark.parametrize('old', KINDS)
@pytest.mark.parametrize('new', KINDS)
def test_types(old, new):
    """One resumes from its own, and from one that keeps the same."""
    saved = wrapper(old, **KINDS[old]).state_dict()
    trained = wrapper(new, **KINDS[new])
    steps = repr(trained.optimizer.state)
    if new == old or (new, old) in ALIKE:
        check(trained, saved)
        return
    with pytest.raises(
        ValueError, match=rf'`optim_wrapper.optimizer.type`.*got {new}, .*'
    ):
        check(trained, saved)
    assert repr(trained.optimizer.state) == steps


def test_settings():
    """Other values are no other type; what a step would miss is."""
    saved = wrapper('SGD', momentum=0.9).state_dict()
    check(wrapper('SGD', weight_decay=0.5, nesterov=False), saved)
    check(wrapper('SGD', momentum=0.5), wrapper('SGD').state_dict())
    saved = wrapper('Adam').state_dict()
    check(wrapper('Adam', fused=False, maximize=True), saved)
    with pytest.raises(ValueError, match=r'without \[.max_exp_avg_sq'):
        check(wrapper('Adam', amsgrad=True), saved)
    check(wrapper('Adam'), wrapper('Adam', amsgrad=True).state_dict())


@pytest.mark.parametrize('saved', [None, {}, 3, dict(param_groups=[])])
def test_what_is_no_optimizers(saved):
    """It is for the loading to say."""
    check(wrapper('Adam'), saved)
