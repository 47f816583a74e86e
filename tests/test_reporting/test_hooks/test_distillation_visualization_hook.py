"""A picture of a running distillation, which changes nothing in it."""

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from toy_models import build, segmentation, several_labels, ssdkd
from toy_runs import QuietRunner, ToyModel, toy_runner

from mmrazor_ssdkd.reporting.hooks import DistillationVisualizationHook

HOOK = 'mmrazor_ssdkd.reporting.hooks.distillation_visualization_hook'


def distill(work_dir, model=None, backends=('LocalVisBackend',), **hook):
    """Takes four steps of SSD-KD, with the hook unless it is None."""
    kind = dict(type='mmrazor_ssdkd.DistillationVisualizationHook')
    hooks = dict(visualization={**kind, **hook}, checkpoint=None, logger=None)
    if hook.get('interval') == 0:
        hooks.pop('visualization')
    parts = dict(
        generator=dict(optimizer=dict(type='Adam', lr=0.001)),
        architecture=dict(optimizer=dict(type='SGD', lr=0.05)),
    )
    runner = QuietRunner(
        model=build(ssdkd() if model is None else model),
        work_dir=str(work_dir),
        train_dataloader=dict(
            dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=8),
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=4,
        ),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        optim_wrapper=dict(
            constructor='mmrazor.SeparateOptimWrapperConstructor', **parts
        ),
        default_hooks=hooks,
        default_scope='mmengine',
        visualizer=dict(
            type='Visualizer', vis_backends=[dict(type=b) for b in backends]
        ),
        log_level='WARNING',
        randomness=dict(seed=0),
    )
    runner.train()
    return runner


def pictures(work_dir):
    """Returns the names of the files."""
    return sorted(path.name for path in work_dir.rglob('vis_image/*.png'))


@pytest.mark.parametrize('model', [ssdkd, segmentation, several_labels])
def test_a_picture_at_an_interval_and_at_the_end(tmp_path, model):
    """Of each kind of labels, and it is none in one colour."""
    distill(tmp_path, model(), interval=3)
    assert pictures(tmp_path) == ['distillation_3.png', 'distillation_4.png']
    picture = cv2.imread(str(next(tmp_path.rglob('vis_image/*_4.png'))))
    assert picture.shape[2] == 3 and picture.std() > 20


def test_the_student_is_the_same(tmp_path):
    """Bit for bit, with a picture after every step and without any."""
    left = distill(tmp_path / 'with', interval=1).model.state_dict()
    right = distill(tmp_path / 'without', interval=0).model.state_dict()
    assert len(pictures(tmp_path)) == 4
    tensors = [k for k, v in left.items() if isinstance(v, torch.Tensor)]
    assert len(tensors) > 100
    assert all(torch.equal(left[key], right[key]) for key in tensors)


def test_random_numbers_are_not_drawn(tmp_path, monkeypatch):
    """Whoever draws after the hook draws the same."""
    runner = distill(tmp_path, interval=0)
    hook = DistillationVisualizationHook(interval=1)
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1]
    hook.after_train_iter(runner, 0)
    assert len(pictures(tmp_path)) == 1
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()


def test_tensorboard(tmp_path):
    """Has the picture beside the scalars, by one line of the config."""
    pytest.importorskip('tensorboard')
    from tensorboard.backend.event_processing import event_accumulator

    backends = ('LocalVisBackend', 'TensorboardVisBackend')
    distill(tmp_path, backends=backends, interval=2).visualizer.close()
    (events,) = tmp_path.rglob('events.out.tfevents.*')
    read = event_accumulator.EventAccumulator(str(events))
    read.Reload()
    found = read.Images('distillation')
    assert [image.step for image in found] == [2, 4]
    assert found[0].encoded_image_string.startswith(b'\x89PNG')
    assert len(pictures(tmp_path)) == 2


class Slow:
    """A clock by which a step takes a second and a picture ten."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        """Returns the time."""
        return self.now


def test_pictures_take_little_of_the_time(monkeypatch):
    """By default; those that would take more are left out."""
    clock, drawn = Slow(), []

    def draw(*_):
        clock.now += 10.0
        return np.zeros((2, 2, 3), np.uint8)

    monkeypatch.setattr(f'{HOOK}.time', clock)
    monkeypatch.setattr(f'{HOOK}.draw_live', draw)
    hook = DistillationVisualizationHook()
    runner = type('R', (), dict(max_iters=4000, iter=0, cfg=Config()))()
    runner.model = build(ssdkd())
    runner.message_hub = type('H', (), dict(log_scalars={}))()
    runner.visualizer = type(
        'V', (), dict(add_image=lambda self, *a: drawn.append(a[-1]))
    )()
    hook.before_train(runner)
    for number in range(4000):
        clock.now += 1.0
        runner.iter = number
        hook.after_train_iter(runner, number)
    # After 2,000 and 3,200 steps there is time for a second and a third.
    assert drawn == [400, 2000, 3200, 4000]
    assert 10 * len(drawn) / clock.now <= 0.015


@pytest.mark.parametrize('interval', [1, None])
def test_a_failure_costs_the_pictures_and_not_the_run(
    tmp_path, monkeypatch, interval
):
    """It is said once."""
    calls = []

    def fail(*_):
        calls.append(1)
        raise RuntimeError('no font')

    monkeypatch.setattr(f'{HOOK}.draw_live', fail)
    runner = distill(tmp_path, interval=interval)
    assert runner.iter == 4 and len(calls) == 1


def test_another_algorithm_is_left_alone(tmp_path):
    """It has no buffer."""
    hook = dict(type='mmrazor_ssdkd.DistillationVisualizationHook', interval=1)
    runner: Runner = toy_runner(
        tmp_path, default_hooks=dict(visualization=hook, logger=None)
    )
    assert isinstance(runner.model, ToyModel)
    runner.train()
    assert not pictures(tmp_path)


@pytest.mark.parametrize('names', [0, 3, 300])
def test_names_of_other_classes(tmp_path, names):
    """Are not taken, and cost no picture."""
    classes = [f'class {number}' for number in range(names)]
    data = dict(type='CustomDataset', metainfo=dict(classes=classes))
    runner = distill(tmp_path, interval=0)
    runner.cfg.val_dataloader = dict(dataset=data)
    runner.cfg.default_scope = 'mmpretrain'
    hook = DistillationVisualizationHook(interval=1)
    hook.after_train_iter(runner, 0)
    assert len(pictures(tmp_path)) == 1


def test_names_with_dollar_signs(tmp_path):
    """Are no formulas, broken ones least of all."""
    runner = distill(tmp_path, interval=0)
    classes = [r'$\foo$'] * runner.model.num_classes
    data = dict(type='CustomDataset', metainfo=dict(classes=classes))
    runner.cfg.val_dataloader = dict(dataset=data)
    runner.cfg.default_scope = 'mmpretrain'
    DistillationVisualizationHook(interval=1).after_train_iter(runner, 0)
    assert len(pictures(tmp_path)) == 1


@pytest.mark.parametrize('interval', [0, -1, 1.5, 'often'])
def test_bad_interval(interval):
    """Is named."""
    with pytest.raises(
        (TypeError, ValueError), match=r'`visualization\.interval` must'
    ):
        DistillationVisualizationHook(interval)
