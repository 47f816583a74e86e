"""Two processes of B images are one of 2 B, up to rounding."""

import pytest
import torch
from shared_training import train_all
from torch.testing import assert_close
from two_processes import run_in_two

# Two further processes train.
pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    """One process's runs, and those of each of two."""
    two = run_in_two(train_all, tmp_path_factory.mktemp('two'))
    return train_all(), two


def check_weights(one, two, name):
    """Compares all weights and statistics of the processes."""
    for key, value in two[0][name]['weights'].items():
        assert torch.equal(value, two[1][name]['weights'][key]), key
        assert_close(
            value,
            one[name]['weights'][key],
            rtol=1e-3,
            atol=2e-4,
            msg=lambda text, key=key: f'{key}: {text}',
        )


def test_born_from_its_teacher(runs):
    """A student that is refitted on images of all shards."""
    check_weights(*runs, 'inherited')


@pytest.mark.parametrize('name', ['classifier', 'segmentor'])
class TestOneMethod:
    """What of two processes is that of one."""

    def test_losses(self, runs, name):
        """The means of the processes' losses."""
        one, two = runs
        for step, log in enumerate(one[name]['logs']):
            for key, value in log.items():
                each = [float(run[name]['logs'][step][key]) for run in two]
                if key.startswith('buffer') or 'loss_bn' in key:
                    assert each[0] == each[1], key
                assert_close(sum(each) / 2, float(value), rtol=1e-3, atol=1e-5)

    def test_gradients(self, runs, name):
        """Those that generator and student step by, the first ones."""
        one, two = runs
        expected = {k: v[0] for k, v in one[name]['gradients'].items()}
        for part in ('generator', 'architecture'):
            keys = [key for key in expected if key.startswith(part)]
            scale = max(float(expected[key].abs().max()) for key in keys)
            for key in keys:
                found = [run[name]['gradients'][key][0] for run in two]
                assert torch.equal(*found)
                assert_close(
                    found[0], expected[key], rtol=1e-4, atol=1e-6 * scale
                )

    def test_weights(self, runs, name):
        """All weights and statistics after three steps."""
        check_weights(*runs, name)

    def test_buffer(self, runs, name):
        """The shards differ, and their classes are counted together."""
        one, two = runs
        frequency = one[name]['frequency']
        assert not torch.equal(two[0][name]['images'], two[1][name]['images'])
        for run in two:
            assert torch.equal(run[name]['frequency'], frequency)
