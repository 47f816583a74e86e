"""Tests that a runner loads what is of its model, or changes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import DataLoader
from toy_models import build, classifier, same, segmentation, ssdkd

State = dict[str, Any]


@pytest.fixture(autouse=True)
def _scope(monkeypatch) -> None:
    """Forgets the scope that a runner leaves behind."""
    scopes = DefaultScope._instance_dict.copy()
    monkeypatch.setattr(DefaultScope, '_instance_dict', scopes)


def collate(samples: list) -> State:
    """Returns a batch of draws."""
    return dict(inputs=torch.stack(samples))


def runner(
    model: nn.Module,
    folder: Path,
    lr: float = 0.01,
    kind: str = 'SGD',
    **kwargs: Any,
) -> Runner:
    """Returns a runner of an SSD-KD over nothing."""
    parts = {
        name: dict(type='OptimWrapper', optimizer=dict(type=kind, lr=lr))
        for name in ('generator', 'architecture')
    }
    settings: dict[str, Any] = dict(
        train_dataloader=DataLoader(
            [torch.zeros(1)] * 8, batch_size=4, collate_fn=collate
        ),
        optim_wrapper=dict(
            constructor='mmrazor.SeparateOptimWrapperConstructor', **parts
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        experiment_name=f'{folder.parent.name}_{folder.name}',
    )
    return Runner(model, str(folder), **{**settings, **kwargs})


def tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Returns copies of weights and statistics."""
    state = model.state_dict()
    return {
        key: value.clone()
        for key, value in state.items()
        if isinstance(value, torch.Tensor)
    }


@pytest.fixture(scope='module')
def saved(tmp_path_factory) -> Path:
    """The checkpoint of an epoch."""
    folder = tmp_path_factory.mktemp('saved')
    scopes = DefaultScope._instance_dict.copy()
    # oneDNN frees memory twice in so small a backward pass otherwise.
    model = build(ssdkd(channels_last=False))
    runner(model, folder / 'run').train()
    DefaultScope._instance_dict = scopes
    return folder / 'run/epoch_1.pth'


def changed(path: Path, folder: Path, change: Callable[[State], Any]) -> str:
    """Writes a checkpoint that was tampered with."""
    checkpoint = torch.load(path)
    change(checkpoint)
    torch.save(checkpoint, folder / 'changed.pth')
    return str(folder / 'changed.pth')


def attempt(model: nn.Module, source: str, folder: Path, way: str) -> Runner:
    """Loads or resumes, on a runner that would go on."""
    trained = runner(model, folder / 'again')
    trained._train_loop = trained.build_train_loop(trained._train_loop)
    if way == 'resume':
        trained.resume(source, map_location='cpu')
    else:
        trained.load_checkpoint(source)
    return trained


OTHERS = {
    'a wider teacher': ssdkd(teacher=classifier(width=16)),
    'a narrower teacher': ssdkd(teacher=classifier(width=4)),
    'another student': ssdkd(architecture=classifier(width=6)),
    'other classes': ssdkd(
        architecture=classifier(num_classes=7),
        teacher=classifier(width=8, num_classes=7),
    ),
    'another generator': ssdkd(generator=dict(latent_dim=16)),
    'another size': ssdkd(generator=dict(image_size=24)),
    'another task': segmentation(),
    'a smaller buffer': ssdkd(replay_buffer=dict(max_size=8)),
}


@pytest.mark.parametrize('way', ['resume', 'load'])
@pytest.mark.parametrize('other', OTHERS)
def test_checkpoint_of_another_config_raises(saved, tmp_path, other, way):
    """And nothing of the model is changed."""
    model = build(OTHERS[other])
    before = tensors(model)
    with pytest.raises(ValueError, match=r'`(load_from|max_size)` must'):
        attempt(model, str(saved), tmp_path, way)
    assert same(before, tensors(model))
    assert model.iteration == 0 and not len(model.replay_buffer)


@pytest.mark.parametrize('own', [False, True])
def test_resuming_names_another_teacher(saved, tmp_path, own, monkeypatch):
    """That of the checkpoint goes on."""
    said = []
    monkeypatch.setattr(
        'mmrazor_ssdkd.compat.runner_checkpoints.print_log',
        lambda text, **_: said.append(text),
    )
    wanted = torch.load(saved)['state_dict']
    model = build(ssdkd(channels_last=False))
    weight = model.teacher.head.fc.weight
    with torch.no_grad():
        weight.copy_(wanted['teacher.head.fc.weight'] + (0 if own else 1))
        for name, value in model.teacher.named_parameters():
            if value is not weight:
                value.copy_(wanted[f'teacher.{name}'])
        for name, value in model.teacher.named_buffers():
            if f'teacher.{name}' in wanted:
                value.copy_(wanted[f'teacher.{name}'])
    attempt(model, str(saved), tmp_path, 'resume')
    assert weight.equal(wanted['teacher.head.fc.weight'])
    assert len(said) == (not own)
    assert all("'teacher.head.fc.weight'" in text for text in said)


def rename(checkpoint: State) -> None:
    """Gives the student's weights other names."""
    checkpoint['state_dict'] = {
        key.replace('architecture.', 'student.'): value
        for key, value in checkpoint['state_dict'].items()
    }


def weight(checkpoint: State, key: str, value: Any) -> None:
    """Replaces what is under a key of the state dict."""
    assert key in checkpoint['state_dict']
    checkpoint['state_dict'][key] = value


def extra(**values: Any) -> Callable[[State], Any]:
    """Returns a change of what goes along with the weights."""
    return lambda c: c['state_dict']['_extra_state'].update(values)


HEAD = 'architecture.head.fc.bias'
VARIANCE = 'architecture.backbone.bn1.running_var'
FAULTS: dict[str, Callable[[State], Any]] = {
    'renamed': rename,
    'empty': lambda c: c['state_dict'].clear(),
    'no weights': lambda c: c.update(state_dict=None),
    'no buffer': lambda c: c['state_dict'].pop('_extra_state'),
    'an empty buffer state': lambda c: c['state_dict'].update(_extra_state={}),
    'no state of a buffer': lambda c: c['state_dict']['_extra_state'].pop(
        'replay_buffer'
    ),
    'another buffer': lambda c: c['state_dict']['_extra_state'].update(
        replay_buffer=3
    ),
    'a missing weight': lambda c: c['state_dict'].pop(HEAD),
    'integers': lambda c: weight(c, HEAD, torch.ones(10, dtype=torch.long)),
    'bools': lambda c: weight(c, HEAD, torch.ones(10, dtype=torch.bool)),
    'text': lambda c: weight(c, HEAD, 'text'),
    'NaN': lambda c: weight(c, HEAD, torch.full((10,), float('nan'))),
    'infinite': lambda c: weight(c, HEAD, torch.full((10,), float('inf'))),
    'a negative variance': lambda c: weight(c, VARIANCE, -torch.ones(4)),
    'two names': lambda c: c['state_dict'].update(
        {f'module.{HEAD}': torch.zeros(10)}
    ),
    'NaN in the buffer': lambda c: c['state_dict']['_extra_state'][
        'replay_buffer'
    ]['samples']['priority'].fill_(float('nan')),
    'no count of steps': extra(iteration=None),
    'a negative count of steps': extra(iteration=-1),
    'a count of samples in text': extra(num_synthesized='x'),
    'too many samples': extra(num_synthesized=10**30),
    'no channels': extra(feature_index='x'),
    'text for a generator': extra(random_stream=dict(cpu='x')),
    'a broken generator': extra(
        random_stream=dict(cpu=torch.zeros(5056, dtype=torch.uint8))
    ),
}


@pytest.mark.parametrize('way', ['resume', 'load'])
@pytest.mark.parametrize('fault', FAULTS)
def test_damaged_checkpoint_raises(saved, tmp_path, fault, way):
    """The message has the file; nothing of the model is changed."""
    path = changed(saved, tmp_path, FAULTS[fault])
    model = build(ssdkd(), seed=1)
    before = tensors(model)
    with pytest.raises(ValueError, match='`load_from` must') as info:
        attempt(model, path, tmp_path, way)
    assert path in str(info.value)
    assert same(before, tensors(model))
    assert model.iteration == 0 and not len(model.replay_buffer)


@pytest.mark.parametrize(
    'change',
    [
        lambda c: c.pop('meta'),
        lambda c: c['meta'].pop('iter'),
        lambda c: c['meta'].update(epoch='3'),
        lambda c: c['meta'].update(epoch=-3),
        lambda c: c.pop('message_hub'),
        lambda c: c['message_hub'].pop('log_scalars'),
    ],
)
def test_resuming_what_is_no_run_raises(saved, tmp_path, change):
    """Weights alone can be loaded, not resumed; nothing is changed."""
    path = changed(saved, tmp_path, change)
    model = build(ssdkd())
    before = tensors(model)
    with pytest.raises(ValueError, match='`load_from` must be the checkpoint'):
        attempt(model, path, tmp_path, 'resume')
    assert same(before, tensors(model)) and model.iteration == 0
    attempt(model, path, tmp_path, 'load')
    assert model.iteration == 2


def test_message_of_a_strange_progress_is_short(saved, tmp_path):
    """A list of ten times one list, and so on, has a `repr` without end."""
    many: Any = ['x'] * 10
    for _ in range(10):
        many = [many] * 10
    path = changed(saved, tmp_path, lambda c: c['meta'].update(epoch=many))
    with pytest.raises(ValueError, match='must be the checkpoint') as info:
        attempt(build(ssdkd()), path, tmp_path, 'resume')
    assert len(str(info.value)) < 2000


def test_resume_goes_on(saved, tmp_path):
    """With weights, buffer and counters; the check leaves no hook behind."""
    model = build(ssdkd(), seed=1)
    resumed = attempt(model, str(saved), tmp_path, 'resume')
    assert (resumed.iter, model.iteration, len(model.replay_buffer)) == (
        2,
        2,
        16,
    )
    state = torch.load(saved)['state_dict']
    assert torch.equal(state[HEAD], model.architecture.head.fc.bias)
    assert {type(hook).__name__ for hook in resumed.hooks} == {
        type(hook).__name__ for hook in runner(model, tmp_path / 'c').hooks
    }


def test_checkpoint_without_samples_is_taken(saved, tmp_path):
    """As `save_images_interval` writes it."""

    def forget(checkpoint: State) -> None:
        extra = checkpoint['state_dict']['_extra_state']
        extra['replay_buffer']['samples'] = {}

    model = build(ssdkd())
    attempt(model, changed(saved, tmp_path, forget), tmp_path, 'resume')
    assert model.iteration == 2 and not len(model.replay_buffer)


def test_larger_buffer_goes_on(saved, tmp_path):
    """Its samples fit into a new size."""
    model = build(ssdkd(replay_buffer=dict(max_size=99)))
    attempt(model, str(saved), tmp_path, 'resume')
    assert len(model.replay_buffer) == 16


def test_learning_rate_of_the_config_goes_on(saved, tmp_path):
    """mmengine would take the checkpoint's."""
    trained = runner(build(ssdkd()), tmp_path / 'again', lr=0.5)
    trained._train_loop = trained.build_train_loop(trained._train_loop)
    trained.resume(str(saved), map_location='cpu')
    rates = trained.optim_wrapper.get_lr()
    assert [rates[f'{name}.lr'] for name in ('generator', 'architecture')] == [
        [0.5],
        [0.5],
    ]


@pytest.mark.parametrize('kind', ['Adam', 'RMSprop'])
def test_optimizer_of_another_type(saved, tmp_path, kind):
    """Is refused before anything changes, unless it is not to resume."""
    model = build(ssdkd(), seed=1)
    before = tensors(model)
    trained = runner(model, tmp_path / 'again', kind=kind)
    trained._train_loop = trained.build_train_loop(trained._train_loop)
    message = rf'`optim_wrapper.generator.optimizer.type` must.*got {kind}, '
    with pytest.raises(ValueError, match=message):
        trained.resume(str(saved), map_location='cpu')
    assert same(before, tensors(model))
    assert trained.iter == model.iteration == 0
    trained.resume(str(saved), False, map_location='cpu')
    assert trained.iter == model.iteration == 2


def test_wrapped_model(saved, tmp_path):
    """The check is of the model inside, whose names have no prefix."""
    torch.distributed.init_process_group(
        'gloo', f'file://{tmp_path}/rendezvous', rank=0, world_size=1
    )
    try:
        model = build(ssdkd(teacher=classifier(width=16)))
        wrapped = MMDistributedDataParallel(model)
        with pytest.raises(ValueError, match='`load_from` must fit the model'):
            attempt(wrapped, str(saved), tmp_path, 'resume')
        right = build(ssdkd(), seed=1)
        wrapped = MMDistributedDataParallel(right)
        attempt(wrapped, str(saved), tmp_path / 'right', 'resume')
        assert right.iteration == 2
    finally:
        torch.distributed.destroy_process_group()
