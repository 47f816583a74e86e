"""Tests of loading weights that may come from anywhere."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from mmrazor_ssdkd.models.checkpoint import load_weights, read_checkpoint


class Call:
    """Pickles as a call of any function, as a malicious file has it."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple:
        """Returns what unpickling is to call."""
        return self.call


class Counting(nn.Linear):
    """A layer with a number beside its weights."""

    def __init__(self) -> None:
        super().__init__(3, 4)
        self.count = 0

    def get_extra_state(self) -> int:
        """Returns the number."""
        return self.count

    def set_extra_state(self, state: int) -> None:
        """Takes it over."""
        self.count = state


def make(out_features: int = 4) -> nn.Module:
    """Returns a small model with weights, statistics and a counter."""
    return nn.Sequential(
        nn.Linear(3, out_features), nn.BatchNorm1d(out_features)
    )


def save(content: Any, folder: Path, **kwargs: Any) -> str:
    """Writes a file and returns its path."""
    path = folder / 'weights.pth'
    torch.save(content, path, **kwargs)
    return str(path)


def equal(left: nn.Module, right: nn.Module) -> bool:
    """Returns whether two models have the same weights and statistics."""
    theirs = right.state_dict()
    return all(
        torch.equal(value, theirs[key])
        for key, value in left.state_dict().items()
    )


@pytest.mark.parametrize('wrap', [False, True])
@pytest.mark.parametrize('prefix', ['', 'module.'])
@pytest.mark.parametrize('zipped', [True, False])
def test_weights_load(tmp_path, wrap, prefix, zipped):
    """Bare, under `state_dict`, of a wrapped model, of an old torch."""
    source, model = make(), make()
    source(torch.randn(5, 3))
    state = {prefix + k: v for k, v in source.state_dict().items()}
    content = dict(state_dict=state, meta=dict(epoch=3)) if wrap else state
    path = save(content, tmp_path, _use_new_zipfile_serialization=zipped)
    assert not equal(model, source)
    load_weights(model, path, 'teacher_ckpt')
    assert equal(model, source)


def test_weights_of_another_precision_load(tmp_path):
    """A half-precision checkpoint fills a float32 model."""
    source, model = make(), make()
    state = {
        key: value.half() if value.is_floating_point() else value
        for key, value in source.state_dict().items()
    }
    load_weights(model, save(state, tmp_path), 'teacher_ckpt')
    assert model[0].weight.dtype == torch.float32
    torch.testing.assert_close(
        model[0].weight, source[0].weight, atol=1e-3, rtol=1e-3
    )


def test_optional_keys(tmp_path):
    """Counters, preprocessor and auxiliary heads may come or be missing."""
    source, model = make(), make()
    state = source.state_dict()
    del state['1.num_batches_tracked']
    state['data_preprocessor.mean'] = torch.zeros(3)
    state['auxiliary_head.conv.weight'] = torch.zeros(3)
    load_weights(model, save(state, tmp_path), 'teacher_ckpt')
    assert equal(model, source)


@pytest.mark.parametrize(('extra_state', 'expected'), [(True, 5), (False, 0)])
def test_extra_state_stays_behind_on_request(tmp_path, extra_state, expected):
    """The weights come all the same."""
    source, model = Counting(), Counting()
    source.count = 5
    path = save(source.state_dict(), tmp_path)
    load_weights(model, path, 'checkpoint', extra_state=extra_state)
    assert model.count == expected
    assert torch.equal(model.weight, source.weight)


def test_missing_keys_raise(tmp_path):
    """The message says how many, which, and what is there."""
    state = make().state_dict()
    del state['1.running_var'], state['0.bias']
    path = save(state, tmp_path)
    message = (
        '`teacher_ckpt` must be of the same architecture.*2 missing.*0.b'
        r".*, and has \['0.weight', '1.weight', '1.bias'\]"
    )
    with pytest.raises(ValueError, match=message) as info:
        load_weights(make(), path, 'teacher_ckpt')
    assert path in str(info.value)


def test_unexpected_keys_raise(tmp_path):
    """A larger model's weights are not taken for a smaller one's."""
    state = {**make().state_dict(), '2.weight': torch.zeros(1)}
    message = '`teacher_ckpt` must be of the same architecture.*1 unexpected'
    with pytest.raises(ValueError, match=message) as info:
        load_weights(make(), save(state, tmp_path), 'teacher_ckpt')
    assert "['2.weight']" in str(info.value)


def test_other_shapes_raise(tmp_path):
    """The message says which weight and which shapes."""
    path = save(make(5).state_dict(), tmp_path)
    message = r'`teacher_ckpt` must fit the model.*other shapes.*0\.weight'
    with pytest.raises(ValueError, match=message):
        load_weights(make(4), path, 'teacher_ckpt')


def test_missing_file_raises(tmp_path):
    """The message has the path, also of a folder."""
    message = '`teacher_ckpt` must be an existing file or an http'
    for path in (tmp_path / 'none.pth', tmp_path):
        with pytest.raises(ValueError, match=message) as info:
            read_checkpoint(str(path), 'teacher_ckpt')
        assert repr(str(path)) in str(info.value)


@pytest.mark.parametrize('zipped', [True, False])
@pytest.mark.parametrize('share', [0.0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_file_raises(tmp_path, share, zipped):
    """A download that stopped anywhere is named, not half loaded."""
    path = save(
        make().state_dict(), tmp_path, _use_new_zipfile_serialization=zipped
    )
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r'`teacher_ckpt` must') as info:
        load_weights(make(), path, 'teacher_ckpt')
    assert path in str(info.value)


@pytest.mark.parametrize(
    'content', [b'not a checkpoint', b'<html>404</html>', bytes(range(256))]
)
def test_file_of_another_kind_raises(tmp_path, content):
    """A page or picture in a checkpoint's place is named."""
    path = tmp_path / 'weights.pth'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r'`teacher_ckpt` must'):
        read_checkpoint(str(path), 'teacher_ckpt')


def test_malicious_file_raises_and_does_not_run(tmp_path):
    """A file that asks for a shell command is refused."""
    witness = tmp_path / 'witness'
    content = dict(make().state_dict(), x=Call(os.system, f'touch {witness}'))
    path = save(content, tmp_path)
    message = '`teacher_ckpt` must hold weights alone.*run code'
    with pytest.raises(ValueError, match=message):
        read_checkpoint(path, 'teacher_ckpt')
    assert not witness.exists()
    # The file does what it threatens where nothing protects.
    torch.load(path, weights_only=False)
    assert witness.exists()


def test_pickled_getattr_raises(tmp_path):
    """What lets mmengine's checkpoints in lets nothing else in."""
    path = save(dict(x=Call(getattr, dict, 'fromkeys')), tmp_path)
    with pytest.raises(ValueError, match='`teacher_ckpt` must hold weights'):
        read_checkpoint(path, 'teacher_ckpt')


def test_whole_model_raises(tmp_path):
    """A pickled model is code, not weights."""
    path = save(make(), tmp_path)
    with pytest.raises(ValueError, match='`teacher_ckpt` must hold weights'):
        read_checkpoint(path, 'teacher_ckpt')


def test_whole_model_names_its_class(tmp_path):
    """And what to save in its place."""
    path = save(make(), tmp_path)
    match = r'Sequential; of a network save the `state_dict\(\)`'
    with pytest.raises(ValueError, match=match):
        read_checkpoint(path, 'teacher_ckpt')


def test_torchscript_raises(tmp_path):
    """Loading it may run its code; what to save is said."""
    path = str(tmp_path / 'net.pt')
    torch.jit.save(torch.jit.trace(make().eval(), torch.zeros(2, 3)), path)
    match = r'`teacher_ckpt` must hold weights alone.*TorchScript.*state_dict'
    with pytest.raises(ValueError, match=match):
        read_checkpoint(path, 'teacher_ckpt')


@pytest.mark.parametrize(
    ('content', 'kind'), [([1], 'list'), (torch.zeros(2), 'Tensor')]
)
def test_what_is_no_dict_raises(tmp_path, content, kind):
    """The message says what the file holds."""
    path = save(content, tmp_path)
    with pytest.raises(ValueError, match=f'must hold a dict.* holds {kind}'):
        load_weights(make(), path, 'teacher_ckpt')


@pytest.mark.parametrize(
    'content',
    [
        {'state_dict': [torch.zeros(1)]},
        {'state_dict': None},
        {0: torch.zeros(1)},
        {},
        {'0.weight': 'text'},
    ],
)
def test_dict_without_weights_raises(tmp_path, content):
    """A dict of anything but named tensors is unfit, and named."""
    path = save(content, tmp_path)
    with pytest.raises(ValueError, match=r'`teacher_ckpt` must'):
        load_weights(make(), path, 'teacher_ckpt')
