"""Checkpoints as people save them: what is a model's own is found."""

import argparse
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.logging import MMLogger
from torch import nn
from torch.optim.swa_utils import AveragedModel

from mmrazor_ssdkd.models.checkpoint import load_weights


def make(width: int = 4) -> nn.Module:
    """Returns a small model with weights that are random."""
    model = nn.Sequential(OrderedDict(conv=nn.Linear(3, width)))
    model.add_module('norm', nn.BatchNorm1d(width))
    nn.init.normal_(model.norm.weight)
    return model


def prefixed(prefix: str, model: nn.Module) -> dict[str, torch.Tensor]:
    """Returns a model's weights under a prefix."""
    return {prefix + k: v for k, v in model.state_dict().items()}


def load(content: Any, folder: Path, model: nn.Module) -> list[str]:
    """Loads a file with some content; returns what was logged."""
    logged: list[str] = []
    logger = MMLogger.get_current_instance()
    original = logger.handle
    logger.handle = lambda record: logged.append(record.getMessage())
    torch.save(content, folder / 'weights.pth')
    try:
        load_weights(model, str(folder / 'weights.pth'), 'teacher_ckpt')
    finally:
        logger.handle = original
    return logged


def equal(left: nn.Module, right: nn.Module) -> bool:
    """Returns whether two models have the same weights."""
    pairs = zip(left.state_dict().values(), right.state_dict().values())
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize(
    'place', ['', 'state_dict', 'model', 'net', 'model_state_dict', 'ema/x']
)
@pytest.mark.parametrize(
    'prefix',
    [
        '',
        'module.',
        'model.',
        '_orig_mod.',
        'student.',
        'teacher.',
        'architecture.',
        'module._orig_mod.',
        'backbone.encoder.',
    ],
)
def test_weights_are_found(tmp_path, place, prefix):
    """Wherever they stand, and it is said where."""
    source, model = make(), make()
    content: Any = prefixed(prefix, source)
    for key in reversed(place.split('/') if place else []):
        # Optimizers hold tensors, too.
        content = {key: content, 'epoch': 3, 'optimizer': {'state': {0: {}}}}
    logged = load(content, tmp_path, model)
    assert equal(model, source)
    address = place.replace('/', '.') + '.' * bool(place) + prefix
    if address in ('', 'state_dict.'):
        assert not logged
    else:
        assert f"`teacher_ckpt`: the weights under '{address}'" in logged[0]


def test_compiled_and_averaged(tmp_path):
    """As torch itself names and counts them."""
    source, model = make(), make()
    averaged = AveragedModel(torch.compile(source))
    (logged,) = load(dict(ema=averaged.state_dict()), tmp_path, model)
    assert equal(model, source)
    assert "under 'ema.module._orig_mod.'" in logged
    # The count of averages.
    assert '1 others beside them' in logged


def test_trainer_keeps_a_loss_beside(tmp_path):
    """Lightning's state dict holds all modules of the trainer."""
    source, model = make(), make()
    state = {**prefixed('model.', source), 'criterion.weight': torch.ones(2)}
    (logged,) = load(dict(state_dict=state), tmp_path, model)
    assert equal(model, source)
    assert "'state_dict.model.'" in logged


@pytest.mark.parametrize('width', [4, 5])
def test_distillation_has_two_networks(tmp_path, width):
    """The one that fits by its shapes is taken, and no other."""
    networks = {'teacher.': make(5), 'architecture.': make(4)}
    state = {
        k: v for item in networks.items() for k, v in prefixed(*item).items()
    }
    model = make(width)
    load(dict(state_dict=state), tmp_path, model)
    assert equal(
        model, networks['teacher.' if width == 5 else 'architecture.']
    )


@pytest.mark.parametrize(
    ('content', 'addresses'),
    [
        (
            {'model': make().state_dict(), 'ema': prefixed('module.', make())},
            ['model.', 'ema.module.'],
        ),
        (
            {'state_dict': make().state_dict(), 'best': make().state_dict()},
            ['state_dict.', 'best.'],
        ),
        (
            {**prefixed('teacher.', make()), **prefixed('student.', make())},
            ['teacher.', 'student.'],
        ),
    ],
)
def test_several_that_fit_raise(tmp_path, content, addresses):
    """Which one is meant is not guessed."""
    model = make()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with pytest.raises(ValueError, match='`teacher_ckpt` must hold') as info:
        load(content, tmp_path, model)
    assert str(addresses) in str(info.value)
    assert all(
        torch.equal(v, before[k]) for k, v in model.state_dict().items()
    )


def test_mmengine_keeps_the_averaged_weights_in_place(tmp_path):
    """Its EMAHook has them under `state_dict`, the others beside."""
    source, model = make(), make()
    content = dict(
        meta=dict(mmengine_version='0.10.7'),
        state_dict=source.state_dict(),
        ema_state_dict=prefixed('module.', make()),
    )
    assert not load(content, tmp_path, model)
    assert equal(model, source)


def test_part_of_a_larger_model_is_not_taken(tmp_path):
    """A prefix of its own that not all names have."""
    state = {**prefixed('encoder.', make()), 'head.weight': torch.ones(2)}
    with pytest.raises(ValueError, match='`teacher_ckpt` must be of the same'):
        load(state, tmp_path, make())


def test_own_child_of_a_wrappers_name(tmp_path):
    """A network may have a part that is called as wrappers are."""
    source, model = (
        nn.ModuleDict(dict(module=make(), model=make())) for _ in range(2)
    )
    load(source.state_dict(), tmp_path, model)
    assert equal(model, source)


def test_missing_weights_are_named_without_the_prefix(tmp_path):
    """The model's own names."""
    state = prefixed('model.', make())
    del state['model.norm.bias']
    with pytest.raises(ValueError, match=r"1 missing keys.*\['norm.bias'\]"):
        load(dict(state_dict=state), tmp_path, make())


def test_arguments_of_a_training_may_be_beside(tmp_path):
    """As torchvision's, timm's and DeiT's trainings save them."""
    source, model = make(), make()
    arguments = argparse.Namespace(lr=0.1, output_dir=Path('runs'))
    load(dict(model=source.state_dict(), args=arguments), tmp_path, model)
    assert equal(model, source)


def test_safetensors(tmp_path):
    """Read where the package is there; the name does not matter."""
    safetensors = pytest.importorskip('safetensors.torch')
    source, model = make(), make()
    path = str(tmp_path / 'weights')
    safetensors.save_file(prefixed('model.', source), path)
    load_weights(model, path, 'teacher_ckpt')
    assert equal(model, source)
    (tmp_path / 'weights').write_bytes(
        (tmp_path / 'weights').read_bytes()[:90]
    )
    with pytest.raises(ValueError, match='`teacher_ckpt` must be a whole'):
        load_weights(model, path, 'teacher_ckpt')


def test_safetensors_say_what_they_need(tmp_path, monkeypatch):
    """Without the package its name is in the message."""
    monkeypatch.setitem(__import__('sys').modules, 'safetensors.torch', None)
    header = b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    content = len(header).to_bytes(8, 'little') + header + bytes(4)
    (tmp_path / 'weights').write_bytes(content)
    with pytest.raises(ValueError, match='pip install safetensors'):
        load_weights(make(), str(tmp_path / 'weights'), 'teacher_ckpt')


@pytest.mark.parametrize('depth', [1, 2])
def test_name_of_many_parts_takes_no_time(tmp_path, depth):
    """Of each of its ends, only those that a model may have are looked at."""
    name = '.' * 1_000_000
    path = tmp_path / 'weights.pth'
    torch.save({name: torch.ones(1)}, path)
    network: nn.Module = nn.Linear(1, 1)
    for _ in range(depth):
        network = nn.Sequential(network)
    start = time.monotonic()
    with pytest.raises(ValueError, match='missing keys') as info:
        load_weights(network, str(path), 'teacher_ckpt')
    # Some minutes else.
    assert time.monotonic() - start < 20
    assert len(str(info.value)) < 1000
