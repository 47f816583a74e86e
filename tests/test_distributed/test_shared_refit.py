"""A student is refitted on the images of all processes, each its own."""

import pytest
import torch
from shared_refit import FEATURES, IMAGES, refit_all
from torch import nn
from torch.testing import assert_close
from two_processes import run_in_two

# Two further processes refit.
pytestmark = pytest.mark.slow

SETTLED = ['classifier', 'segmentor', 'few_places', 'statistics']
PLAIN = ['grouped', 'attention', 'shared', 'mirrored']


@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    """One process's students, and those of each of two."""
    two = run_in_two(refit_all, tmp_path_factory.mktemp('two'))
    return refit_all(), two


@pytest.mark.parametrize('name', [*SETTLED, *PLAIN])
def test_one_student(runs, name):
    """Both processes have the one that a single process has."""
    one, two = (run[name] for run in (runs[0], runs[1][0]))
    other = runs[1][1][name]['state']
    for key, value in two['state'].items():
        assert torch.equal(value, other[key]), key
        expected = one['state'][key]
        # Of a layer's largest weight: what a sum's order does to a solution.
        assert_close(
            value,
            expected,
            rtol=0.0,
            atol=1e-3 * float(expected.abs().max()),
            msg=lambda text, key=key: f'{key}: {text}',
        )


@pytest.mark.parametrize('name', SETTLED)
def test_each_runs_its_own_images(runs, name):
    """Through each network to compare them, and again for what is fitted."""
    times = dict(student=2, teacher=1 if name == 'statistics' else 2)
    for number, processes in ((IMAGES, runs[:1]), (IMAGES // 2, runs[1])):
        for run in processes:
            assert run[name]['wanted'] == [number]
            assert run[name]['ran'] == {
                k: t * number for k, t in times.items()
            }


def test_classes_are_counted_together(runs):
    """The class of one process's three pixels, and that of five, of both."""
    one, two = runs[0]['shares'], [run['shares'] for run in runs[1]]
    assert torch.equal(torch.cat(two), one)
    # Three eighths and five, and a hundredth of an even share added to both.
    rare, common = (1 / (part / 8 + 0.01 / 3) for part in (3, 5))
    mean = (3 * rare + 5 * common) / 8
    expected = torch.tensor([*[rare] * 3, *[common] * 5]) / mean
    # The places of a map come in one order, drawn once.
    assert_close(one.sort().values, expected.sort().values)


@pytest.mark.parametrize('kind', ['norm', 'named', 'sync'])
def test_statistics_of_four_samples(runs, kind):
    """Means of 4 and 40, squares about them of 20 and 4400, over 3."""
    whole = nn.BatchNorm2d(2, momentum=1.0)
    expected = whole(torch.tensor(FEATURES)[..., None, None]).flatten(1)
    for rank, run in enumerate(runs[1]):
        state = run[kind]['state']
        assert state['running_mean'].tolist() == [4.0, 40.0]
        assert_close(state['running_var'], torch.tensor([20 / 3, 4400 / 3]))
        assert_close(state['running_var'], whole.running_var)
        assert state['num_batches_tracked'] == 2
        # It normalises by the variance over 4.
        assert_close(run[kind]['output'], expected[2 * rank : 2 * rank + 2])


def test_features_laid_out_otherwise(runs):
    """Each process keeps its own statistics of them."""
    means = [run['by_itself'].tolist() for run in runs[1]]
    assert means == [[2.0, 10.0], [6.0, 70.0]]
    assert runs[0]['by_itself'].tolist() == [4.0, 40.0]


def test_half_precision(runs):
    """What SyncBN gives is of its features' kind, of wide statistics."""
    whole = nn.BatchNorm2d(2)(torch.tensor(FEATURES)[..., None, None])
    found = torch.cat([run['half'] for run in runs[1]])
    assert found.dtype == torch.bfloat16
    assert_close(found.float(), whole, rtol=0.0, atol=2e-2)
