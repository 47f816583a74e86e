"""A broken model is never the last good one."""

import mmengine.runner.runner as runners
import pytest
import torch
from toy_runs import ToyModel, state, toy_runner


@pytest.mark.parametrize('step', [2, 4])
def test_broken_model_is_not_saved(tmp_path, step):
    """After any step, the last one included; the one before stays."""
    runner = toy_runner(tmp_path, iters=4, model=ToyModel(breaks_after=step))
    with pytest.raises(
        ValueError,
        match=rf'weights of the model.*after step {step} 1 of 2.*'
        rf'layer.weight.*iter_{step}.pth.* lower learning rate',
    ):
        runner.train()
    (path,) = tmp_path.glob('*.pth')
    assert path.name == f'iter_{step - 1}.pth'
    assert (tmp_path / 'last_checkpoint').read_text() == str(path)
    assert all(torch.isfinite(value).all() for value in state(path).values())


NAN, INF = float('nan'), float('inf')


@pytest.mark.parametrize(
    ('name', 'values', 'broken'),
    [
        ('bn.weight', [1.0, NAN], True),
        ('bn.weight', [1.0, INF], True),
        ('bn.weight', [1.0, -INF], True),
        ('bn.running_var', [INF, INF], True),
        ('mask', [0.0, -INF], False),
        ('min_val', [INF], False),  # Of an observer that has seen nothing.
        ('bn.num_batches_tracked', [0, 1], False),
        ('points', [], False),
    ],
)
def test_what_is_broken(tmp_path, name, values, broken):
    """Of the weights and of their average."""
    path = tmp_path / 'a.pth'
    dtype = torch.half if values and isinstance(values[0], float) else None
    states = {
        'state_dict': {
            f'architecture.{name}': torch.tensor(values, dtype=dtype),
            '_extra_state': dict(a=1),
        }
    }
    states['ema_state_dict'] = {
        f'module.{key}': value for key, value in states['state_dict'].items()
    }
    for key, value in states.items():
        checkpoint = {'meta': dict(iter=3), key: value}
        if broken:
            with pytest.raises(
                ValueError, match=r'student \(`architecture`\) must be finite'
            ):
                runners.save_checkpoint(checkpoint, str(path))
        else:
            runners.save_checkpoint(checkpoint, str(path))
        assert path.exists() is not broken
