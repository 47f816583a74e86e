"""Tests that weights which a model cannot bear are refused."""

from typing import Any

import pytest
import torch
from torch import nn

from mmrazor_ssdkd.models.adapters import TorchClassifier
from mmrazor_ssdkd.models.checkpoint import load_weights


class Masked(nn.BatchNorm1d):
    """A layer with a constant that is infinite, as of an attention mask."""

    mask: torch.Tensor

    def __init__(self) -> None:
        super().__init__(2)
        self.register_buffer('mask', torch.tensor([0, float('-inf')]))


def refused(tmp_path, **changes: Any) -> str:
    """Returns the message for changed weights; the model stays as it was."""
    model = Masked()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    state = {**Masked().state_dict(), 'weight': torch.zeros(2), **changes}
    path = tmp_path / 'weights.pth'
    torch.save(state, path)
    with pytest.raises(ValueError, match='`teacher_ckpt` must') as info:
        load_weights(model, str(path), 'teacher_ckpt')
    assert str(path) in str(info.value)
    after = model.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    return str(info.value)


def test_sound_weights_load(tmp_path):
    """Of another precision, too, and with the model's own constant."""
    model, source = Masked(), Masked().double()
    nn.init.normal_(source.weight)
    torch.save(source.state_dict(), tmp_path / 'weights.pth')
    load_weights(model, str(tmp_path / 'weights.pth'), 'teacher_ckpt')
    assert torch.equal(model.weight, source.weight.float())


@pytest.mark.parametrize(
    'dtype',
    [torch.long, torch.int8, torch.uint8, torch.bool, torch.complex64],
    ids=str,
)
def test_other_numbers_raise(tmp_path, dtype):
    """They would be cast in silence."""
    message = refused(tmp_path, bias=torch.ones(2, dtype=dtype))
    assert f"'bias' is {dtype} where the model has torch.float32" in message


def test_floats_for_a_count_raise(tmp_path):
    """The other way round."""
    message = refused(tmp_path, num_batches_tracked=torch.tensor(1.5))
    assert 'torch.float32 where the model has torch.int64' in message


@pytest.mark.parametrize('value', ['nan', 'inf', '-inf', '1e300'])
def test_values_that_are_not_finite_raise(tmp_path, value):
    """Also those that are not in the model's precision."""
    bias = torch.tensor([0, float(value)], dtype=torch.float64)
    assert "'bias' has 1 NaN or infinite" in refused(tmp_path, bias=bias)


def test_changed_constant_raises(tmp_path):
    """An infinite one that the model was not built with."""
    mask = torch.full((2,), float('-inf'))
    assert "'mask' has 2 NaN or infinite" in refused(tmp_path, mask=mask)


def test_negative_variance_raises(tmp_path):
    """The message has the smallest."""
    message = refused(tmp_path, running_var=torch.tensor([1, -0.25]))
    assert "'running_var' is a variance, and -0.25" in message


@pytest.mark.parametrize(
    'tensor',
    [
        torch.zeros(2, device='meta'),
        torch.ones(2).to_sparse(),
        torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
    ],
    ids=['meta', 'sparse', 'nested'],
)
def test_tensor_without_dense_numbers_raises(tmp_path, tensor):
    """What torch would take for nothing, or not at all."""
    assert 'no dense tensor' in refused(tmp_path, bias=tensor)
    assert 'no dense tensor' in refused(tmp_path, other=tensor)


def test_numbers_that_cannot_be_compared_raise(tmp_path):
    """Of eight bits, of which torch does not know whether they are finite."""
    tensor = torch.ones(2).to(torch.float8_e4m3fn)
    assert 'cannot be compared' in refused(tmp_path, other=tensor)


def test_weight_under_two_names_raises(tmp_path):
    """One of them would be lost."""
    message = refused(tmp_path, **{'module.bias': torch.ones(2)})
    assert "'bias' with and without the prefix 'module.'" in message


@pytest.mark.parametrize(
    'changes',
    [dict(x=torch.ones(1)), dict(bias=torch.ones(3)), dict(bias='text')],
    ids=['unexpected', 'shape', 'text'],
)
def test_model_that_does_not_fit_stays_as_it_was(tmp_path, changes):
    """Although torch copies what fits before it looks at the rest."""
    refused(tmp_path, **changes)


def test_state_that_holds_itself_ends(tmp_path):
    """Beside the weights, a file can hold anything."""
    state: dict[str, Any] = dict(Masked().state_dict())
    state['x'] = {}
    state['x']['x'] = state['x']
    assert '1 unexpected' in refused(tmp_path, **state)


class Headed(nn.Module):
    """Runs a part that is called like one which OpenMMLab's models leave."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 2, 1)
        self.auxiliary_head = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns logits."""
        return self.auxiliary_head(self.body(x).mean((2, 3)))


def test_network_needs_all_of_its_parts(tmp_path):
    """Whatever they are called; half of it would be random in silence."""
    model = TorchClassifier(Headed(), mean=[0.0] * 3, std=[255.0] * 3)
    state = Headed().state_dict()
    path = tmp_path / 'weights.pth'
    torch.save(state, path)
    load_weights(model, str(path), 'teacher_ckpt')
    torch.save({k: state[k] for k in ('body.weight', 'body.bias')}, path)
    with pytest.raises(ValueError, match=r'2 missing keys.*auxiliary_head'):
        load_weights(model, str(path), 'teacher_ckpt')
