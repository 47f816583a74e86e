"""A user's config that has no data to validate on."""

import json

import pytest
from mmengine.config import Config
from tool_calls import DIGITS, TINY, call, short

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The digits' config without its data, with a teacher of no training."""
    cfg = Config.fromfile(DIGITS)
    for kind in ('val', 'test'):
        for part in ('cfg', 'dataloader', 'evaluator'):
            cfg.pop(f'{kind}_{part}')
    cfg.merge_from_dict({**TINY, 'model.teacher_ckpt': None})
    path = tmp_path_factory.mktemp('config') / 'mine.py'
    cfg.dump(path)
    return path


def test_it_is_validated_tested_and_saved_by_fidelity(config, tmp_path):
    """With one setting for the best checkpoint, and none for the rest."""
    best = 'default_hooks.checkpoint.save_best=fidelity/agreement'
    call('train.py', config, '--work-dir', tmp_path, *short(2, best))
    (log,) = tmp_path.glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    (found,) = [e for e in entries if 'fidelity/agreement' in e]
    assert 'fidelity/divergence' in found
    (saved,) = tmp_path.glob('best_fidelity_agreement_epoch_2.pth')
    printed = call('test.py', config, saved, '--work-dir', tmp_path / 'test')
    assert f'fidelity/agreement: {found["fidelity/agreement"]:.4f}' in printed


def test_it_stands_beside_the_accuracy(config, tmp_path):
    """By a base file."""
    mine = tmp_path / 'both.py'
    base = DIGITS.parents[2] / '_base_' / 'fidelity.py'
    mine.write_text(f"_base_ = ['{DIGITS}', '{base}']\n")
    options = [f'{key}={value}' for key, value in TINY.items()]
    call(
        'train.py',
        mine,
        '--work-dir',
        tmp_path / 'run',
        *short(1, 'model.teacher_ckpt=None', *options),
    )
    (log,) = (tmp_path / 'run').glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    (found,) = [e for e in entries if 'fidelity/agreement' in e]
    assert {'accuracy/top1', 'fidelity/divergence'} <= set(found)
