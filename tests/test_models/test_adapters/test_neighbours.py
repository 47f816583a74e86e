"""Files of networks import what lies beside them, each its own."""

import copy
import pickle
import sys

import pytest
import torch

from mmrazor_ssdkd.models.adapters import neighbours
from mmrazor_ssdkd.models.adapters.networks import build_network

LAYERS = """
from torch import nn

WIDTH = {width}

class Layer(nn.Linear):
    pass
"""
NETWORK = """
from torch import nn
from {name}{where} import WIDTH, Layer

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(Layer(2, WIDTH))

    def late(self):
        from {name}{where} import WIDTH
        return WIDTH
"""
# As a module, as a package, and as one without an `__init__.py`.
KINDS = {
    'module': ('', '{name}.py', None),
    'package': ('.parts', '{name}/parts.py', '{name}/__init__.py'),
    'namespace': ('.parts', '{name}/parts.py', None),
}


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Leaves no modules to other tests."""
    monkeypatch.setattr(neighbours, '_LOADED', {})
    yield
    for name in list(sys.modules):
        if name.startswith('neighbour_'):
            del sys.modules[name]


def write(folder, width, name='neighbour_layers', kind='module', extra=''):
    """Writes a network's file and its neighbour, and returns its address."""
    where, *files = KINDS[kind]
    for file in reversed(files):
        if file is not None:
            path = folder / file.format(name=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(LAYERS.format(width=width))
    file = folder / 'net.py'
    file.write_text(NETWORK.format(name=name, where=where) + extra)
    return f'{file}:Net'


@pytest.mark.parametrize('other', KINDS)
@pytest.mark.parametrize('kind', KINDS)
def test_neighbours_of_one_name(kind, other, tmp_path):
    """Each file has its own, in any order and again."""
    addresses = {
        3: write(tmp_path / 'a', 3, kind=kind),
        5: write(tmp_path / 'b', 5, kind=other),
    }
    built = {}
    for width in (3, 5, 3, 5):
        network = build_network(addresses[width])
        assert network[0].out_features == width
        # One class, whoever asks for it.
        assert isinstance(network, type(built.setdefault(width, network)))
        assert isinstance(copy.deepcopy(network)[0], type(built[width][0]))


def test_neither_of_one_name_is_found_later(tmp_path):
    """In place of the other's, without a word."""
    networks = [
        build_network(write(tmp_path / 'a', 3)),
        build_network(write(tmp_path / 'b', 5)),
    ]
    for network in networks:
        with pytest.raises(ModuleNotFoundError, match='neighbour_layers'):
            network.late()
        with pytest.raises((pickle.PicklingError, ModuleNotFoundError)):
            pickle.dumps(network)


def test_neighbours_of_other_names_stay(tmp_path):
    """They are pickled by name, and may be imported in a forward pass."""
    first = build_network(write(tmp_path / 'a', 3, 'neighbour_a'))
    address = write(tmp_path / 'b', 5, 'neighbour_b')
    # Of that name there, but nothing imports it.
    (tmp_path / 'b/neighbour_a').mkdir()
    second = build_network(address)
    for network, width in ((first, 3), (second, 5)):
        assert network.late() == width
        again = pickle.loads(pickle.dumps(network))
        assert torch.equal(again[0].weight, network[0].weight)


def test_file_that_builds_anothers_network(tmp_path):
    """The outer one has its neighbours before and after."""
    inner = write(tmp_path / 'b', 5)
    outer = write(
        tmp_path / 'a',
        3,
        extra=f"""
def build():
    from mmrazor_ssdkd.models.adapters.networks import build_network

    network = Net()
    network.append(build_network({inner!r}))
    assert network.late() == 3
    return network
""",
    )
    network = build_network(outer.replace(':Net', ':build'))
    assert network[0].out_features == 3
    assert network[1][0].out_features == 5


def test_folder_that_python_searches(tmp_path, monkeypatch):
    """What it has is found there at any time, and is one module."""
    monkeypatch.syspath_prepend(tmp_path / 'a')
    first = build_network(write(tmp_path / 'a', 3))
    module = sys.modules['neighbour_layers']
    assert build_network(write(tmp_path / 'b', 5))[0].out_features == 5
    assert sys.modules['neighbour_layers'] is module
    assert first.late() == 3


def test_file_that_fails(tmp_path):
    """Another's neighbours are there again."""
    first = build_network(write(tmp_path / 'a', 3))
    address = write(tmp_path / 'b', 5)
    (tmp_path / 'b/neighbour_layers.py').write_text('raise OSError("mine")')
    path = list(sys.path)
    with pytest.raises(ValueError, match=r'`module` must .*mine'):
        build_network(address)
    assert sys.path == path
    assert first.late() == 3
