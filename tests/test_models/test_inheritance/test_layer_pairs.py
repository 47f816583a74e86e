"""Tests of which of the teacher's tensors a student's come from."""

import pytest
from inherited_networks import Residual
from torch import nn

from mmrazor_ssdkd.models.inheritance.layer_pairs import (
    pair_tensors,
    spread_evenly,
)


@pytest.mark.parametrize(
    ('count', 'total', 'expected'),
    [
        (1, 3, [(0, 0)]),
        (2, 3, [(0, 0), (1, 2)]),
        (3, 3, [(0, 0), (1, 1), (2, 2)]),
        (3, 5, [(0, 0), (1, 2), (2, 4)]),
        (4, 2, [(0, 0), (3, 1)]),
    ],
)
def test_blocks_are_spread_evenly(count, total, expected):
    assert spread_evenly(count, total) == expected


def test_first_and_last_block_of_a_stage():
    pairs = pair_tensors(Residual(depth=2), Residual(depth=3))
    assert pairs['stem.0.weight'] == 'stem.0.weight'
    assert pairs['blocks.0.1.1.running_var'] == 'blocks.0.1.1.running_var'
    assert pairs['blocks.1.0.0.weight'] == 'blocks.2.0.0.weight'
    assert 'blocks.1.0.0.weight' not in pairs.values()


def test_stages_of_plain_layers_are_paired_run_by_run():
    def stages(*counts):
        layers = []
        for count in counts:
            layers += [nn.Conv2d(2, 2, 1) for _ in range(count)]
            layers.append(nn.MaxPool2d(2))
        return nn.Sequential(*layers)

    pairs = pair_tensors(stages(1, 2), stages(2, 3))
    assert {k: v for k, v in pairs.items() if 'weight' in k} == {
        '0.weight': '0.weight',
        '2.weight': '3.weight',
        '3.weight': '5.weight',
    }


def test_blocks_of_other_classes_have_no_counterpart():
    left = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    right = nn.Sequential(nn.Conv2d(2, 2, 1), nn.SyncBatchNorm(2))
    assert set(pair_tensors(left, right)) == {
        f'1.{key}' for key in nn.BatchNorm1d(2).state_dict()
    }


def test_constants_of_a_data_preprocessor_stay():
    left, right = nn.Module(), nn.Module()
    for model in (left, right):
        model.data_preprocessor = nn.BatchNorm1d(2)
    assert pair_tensors(left, right) == {}
