"""Networks are built from all that can name one."""

import sys

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.registry import MODELS
from plain_networks import FILE, PART, PlainNet
from torch import nn

from mmrazor_ssdkd.models.adapters.networks import build_network, is_registered


@pytest.fixture
def file(tmp_path):
    """A file of a user's that imports one beside it."""
    part = f'part_of_{tmp_path.name}'
    (tmp_path / f'{part}.py').write_text(PART)
    path = tmp_path / 'my.network.py'
    path.write_text(FILE.format(part=part))
    return path


def test_of_torchvision():
    """By module and name, and by the name that torchvision has for it."""
    module = dict(type='torchvision.models:resnet18', num_classes=7)
    network = build_network(ConfigDict(module))
    assert network.fc.out_features == 7
    assert type(build_network('torchvision:resnet18')) is type(network)


def test_of_a_file(file):
    """Its code runs, and finds what lies beside it."""
    before = list(sys.path)
    network = build_network(dict(type=f'{file}:build_model', width=6))
    assert network[0].out_channels == 6
    assert sys.path == before
    # One class, whoever asks for it.
    again = build_network(dict(type=f'{file}:Net', width=2))
    assert type(again) is type(network)


def test_of_a_registry():
    """By its name, with arguments, in any scope."""
    module = dict(type='mmpretrain.ResNet_CIFAR', depth=18, stem_channels=8)
    assert is_registered(module)
    assert build_network(module).stem_channels == 8
    MODELS.register_module(name='PlainNet', module=PlainNet, force=True)
    assert isinstance(build_network('mmengine.PlainNet'), PlainNet)


def test_built_and_by_class():
    """A module is itself; a pure-Python config has the class."""
    network = PlainNet()
    assert build_network(network) is network
    assert build_network(dict(type=PlainNet, width=3)).stem.out_channels == 3
    assert not is_registered(network)
    assert not is_registered('torchvision.models:resnet18')


def test_of_timm():
    """Where it is installed; not a name in the package."""
    pytest.importorskip('timm')
    network = build_network(dict(type='timm:resnet10t', num_classes=3)).eval()
    assert network(torch.zeros(1, 3, 32, 32)).shape == (1, 3)


def test_of_transformers():
    """Where it is installed; its config is made of the arguments."""
    pytest.importorskip('transformers')
    network = build_network(
        dict(
            type='transformers:ResNetForImageClassification',
            num_labels=3,
            depths=[1, 1],
            hidden_sizes=[4, 8],
            embedding_size=4,
            layer_type='basic',
        )
    )
    assert network(torch.zeros(1, 3, 32, 32)).logits.shape == (1, 3)


def test_config_class_gets_the_arguments():
    """What the classes of transformers share, without transformers."""

    class Wanting(nn.Linear):
        config_class = dict

        def __init__(self, config):
            super().__init__(config['width'], 2)

    network = build_network(dict(type=Wanting, width=5))
    assert network.in_features == 5
    network = build_network(dict(type=Wanting, config=dict(width=6)))
    assert network.in_features == 6


@pytest.mark.parametrize(
    'module',
    [
        'no_such_package:net',
        'torchvision.models:no_such_net',
        'torchvision.models:resnet18.no.such',
        'no/such/file.py:build_model',
        f'{"x" * 300}.py:build_model',
        'a\0.py:build_model',
        '~nobody_here/a.py:build_model',
        'NoSuchName',
        'mmpretrain.NoSuchName',
    ],
)
def test_name_of_nothing_raises(module):
    """The message has it."""
    with pytest.raises(ValueError, match='`module` must') as e:
        build_network(module)
    assert repr(module) in str(e.value)


@pytest.mark.parametrize(
    'module', [None, 3, dict(width=3), dict(type=None), ['a']]
)
def test_what_names_nothing_raises(module):
    """The message has the argument."""
    with pytest.raises(TypeError, match='`module` must be a name, a dict'):
        build_network(module)


@pytest.mark.parametrize('name', ['network', 'number', 'Net.__name__'])
def test_what_makes_no_network_raises(file, name):
    """Nor is a network that is there already shared."""
    with pytest.raises(TypeError, match='`module` must name a class'):
        build_network(f'{file}:{name}')


def test_builder_of_something_else_raises():
    """The message says of what."""
    with pytest.raises(
        TypeError, match=r'must make an nn.Module.* makes a list'
    ):
        build_network('builtins:list')


def test_file_that_fails_can_be_mended(file):
    """A half-run one is not kept."""
    good = file.read_text()
    file.write_text('raise KeyError("mine")')
    with pytest.raises(ValueError, match=r'`module` must .*mine'):
        build_network(f'{file}:build_model')
    file.write_text(good)
    assert isinstance(build_network(f'{file}:build_model'), nn.Module)


@pytest.mark.parametrize(
    'wrapped',
    [
        nn.DataParallel,
        lambda network: torch.compile(network, backend='eager'),
        lambda network: nn.DataParallel(torch.compile(network)),
    ],
)
def test_without_wrappers(wrapped):
    """Its names are the bare network's, and hooks see its parts."""
    network = nn.Sequential(nn.Linear(3, 2))
    assert build_network(wrapped(network)) is network
    assert build_network(dict(type=lambda: wrapped(network))) is network
