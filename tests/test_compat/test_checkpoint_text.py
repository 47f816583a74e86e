"""Tests that no text of a checkpoint is executed."""

from pathlib import Path
from typing import Any, Optional

import pytest
import torch
from mmengine.infer import BaseInferencer
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader
from mmrazor.utils import RuntimeInfo
from torch.utils.data import DataLoader


class Regression(BaseModel):
    """A model of one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, inputs: torch.Tensor, mode: str = 'tensor') -> Any:
        """Returns a prediction or its loss."""
        output = self.layer(inputs.float())
        return dict(loss=output.mean()) if mode == 'loss' else output


class Inferencer(BaseInferencer):
    """An inferencer of nothing."""

    def _init_pipeline(self, cfg: Any) -> None:
        """Reads nothing."""

    def visualize(self, *args: Any, **kwargs: Any) -> None:
        """Shows nothing."""

    def postprocess(self, *args: Any, **kwargs: Any) -> None:
        """Returns nothing."""


def collate(samples: list) -> dict[str, torch.Tensor]:
    """Returns a batch by the argument it is for."""
    return dict(inputs=torch.stack(samples))


def runner(folder: Path, epochs: int, **kwargs: Any) -> Runner:
    """Returns a runner, named after its folder and epochs."""
    data = [torch.ones(1), torch.zeros(1)]
    return Runner(
        Regression(),
        str(folder),
        train_dataloader=DataLoader(data, batch_size=2, collate_fn=collate),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        experiment_name=f'text_{folder.parent.name}_{epochs}',
        cfg=dict(work_dir=str(folder)),
        **kwargs,
    )


@pytest.fixture(autouse=True)
def _scope(monkeypatch) -> None:
    """Forgets the scope that a runner leaves behind."""
    scopes = DefaultScope._instance_dict.copy()
    monkeypatch.setattr(DefaultScope, '_instance_dict', scopes)


@pytest.fixture
def witness(tmp_path) -> Path:
    """The file that a text which is run leaves behind."""
    return tmp_path / 'witness'


@pytest.fixture
def evil(tmp_path, witness) -> Path:
    """A good checkpoint whose texts were replaced."""
    runner(tmp_path / 'run', 1).train()
    path = tmp_path / 'run/epoch_1.pth'
    checkpoint = torch.load(path)
    text = f"x = __import__('os').system('touch {witness}')\n"
    # The texts are where mmengine writes them.
    assert isinstance(checkpoint['meta']['cfg'], str)
    info = checkpoint['message_hub']['runtime_info']
    assert isinstance(info['cfg'], str)
    checkpoint['meta'].update(config=text, cfg=text)
    info['cfg'] = text
    torch.save(checkpoint, path)
    return path


@pytest.mark.parametrize('way', ['auto', 'path', 'call'])
def test_resume_runs_nothing(evil, witness, way):
    """The run goes on where it stopped, with a config of its own."""
    load_from: Optional[str] = str(evil) if way == 'path' else None
    # `auto` finds it through `last_checkpoint`.
    again = runner(evil.parent, 3, load_from=load_from, resume=way != 'call')
    if way == 'call':
        again.resume(str(evil))
    again.train()
    assert again.iter == 3
    assert (evil.parent / 'epoch_3.pth').exists()
    # MMRazor's way to the config runs what the hub has.
    assert RuntimeInfo.work_dir() == str(evil.parent)
    assert not witness.exists()


def test_inferencer_runs_nothing(evil, witness):
    """One that asks the checkpoint for its config gets none."""
    with pytest.raises(ValueError, match='Cannot find the config'):
        Inferencer(model=None, weights=str(evil), scope='mmengine')
    assert not witness.exists()


def test_text_is_kept(evil):
    """It can still be read by whoever wants to."""
    loaded = CheckpointLoader.load_checkpoint(str(evil), 'cpu')
    for place in (loaded['meta'], loaded['message_hub']['runtime_info']):
        assert 'cfg' not in place
        assert place['cfg_text'].startswith('x = __import__')
    assert 'config' not in loaded['meta']


@pytest.mark.parametrize(
    'content',
    [dict(meta=None), dict(meta={}, message_hub=dict(runtime_info=3))],
)
def test_checkpoint_of_another_make_is_left_alone(tmp_path, content):
    """What has no such text comes as it is."""
    path = tmp_path / 'other.pth'
    torch.save(content, path)
    assert CheckpointLoader.load_checkpoint(str(path), 'cpu') == content
