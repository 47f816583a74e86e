"""How the command line changes a config."""

import sys
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from train import main, scale_lr

from mmrazor_ssdkd.cli.mixed_precision import use_amp

AMP = (
    'AmpOptimWrapper'
    if torch.cuda.is_available()
    else 'mmrazor_ssdkd.Bf16OptimWrapper'
)
SCALE = '--auto-scale-lr'


def test_amp_of_one_wrapper():
    """A config of one optimizer, with the type or without."""
    one = dict(optimizer=dict(type='SGD', lr=0.1))
    use_amp(one)
    assert one['type'] == AMP
    # Asked for, so not only where it pays.
    assert one.get('enabled', False) != torch.cuda.is_available()


def test_amp_of_several_wrappers():
    """Every wrapper of a separate constructor, and nothing else."""
    several = dict(
        constructor='mmrazor.SeparateOptimWrapperConstructor',
        generator=dict(type='OptimWrapper', optimizer=dict(type='Adam')),
        architecture=dict(optimizer=dict(type='SGD', lr=0.1)),
    )
    use_amp(several)
    assert several['generator']['type'] == AMP
    assert several['architecture']['type'] == AMP
    assert 'type' not in several
    assert 'type' in several['generator']['optimizer']


def test_amp_beside_connectors():
    """No loss scaling, which student and connectors would share."""
    part = dict(optimizer=dict(type='SGD', lr=0.1))
    mix = dict(
        constructor='mmrazor.SeparateOptimWrapperConstructor',
        **{name: dict(part) for name in ('architecture', 'distiller')},
    )
    use_amp(mix)
    for name in ('architecture', 'distiller'):
        assert mix[name]['type'] == 'mmrazor_ssdkd.Bf16OptimWrapper'
        assert mix[name]['enabled'] is True


@pytest.mark.parametrize('own', [True, False, None])
def test_amp_of_bfloat16(own):
    """One that decides for itself is turned on; a config's word stands."""
    wrapper = dict(type='mmrazor_ssdkd.Bf16OptimWrapper')
    if own is not None:
        wrapper.update(enabled=own)
    use_amp(wrapper)
    assert wrapper['enabled'] is (own is not False)


def test_amp_that_is_on_stays():
    """A config's own choice of mixed precision is kept."""
    own = dict(type='AmpOptimWrapper', optimizer=dict(type='SGD'))
    use_amp(own)
    assert own['type'] == 'AmpOptimWrapper'


def test_amp_of_a_foreign_wrapper():
    """What cannot be replaced is named."""
    with pytest.raises(ValueError, match="--amp, but got 'MyWrapper'"):
        use_amp(dict(type='MyWrapper', optimizer=dict(type='SGD')))


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Returns a function that calls the tool without training anything."""
    runs = []
    runner = SimpleNamespace(train=lambda: runs.append(0))
    monkeypatch.setattr(
        'train.Runner.from_cfg', lambda cfg: runs.append(cfg) or runner
    )
    config = tmp_path / 'my.py'
    config.write_text(
        "model = dict(teacher_ckpt='a.pth')\n"
        'train_cfg = dict(by_epoch=True, max_epochs=3)\n'
        'train_dataloader = optim_wrapper = dict()\n'
    )
    monkeypatch.setattr('train.check_runner', lambda runner: None)

    def call(*arguments):
        runs.clear()
        monkeypatch.setattr(sys, 'argv', ['train', str(config), *arguments])
        main()
        return runs[0]

    return call


def test_second_run_is_refused(tmp_path, call, capsys):
    """In one line that names the ways on, each of which works."""
    work_dir = tmp_path / 'run'
    here = ('--work-dir', str(work_dir))
    assert call(*here).work_dir == str(work_dir)
    (work_dir / 'epoch_3.pth').write_text('')
    with pytest.raises(SystemExit) as caught:
        call(*here)
    assert caught.value.code == 2
    assert '--overwrite' in capsys.readouterr().err.splitlines()[-1]
    call('--work-dir', str(tmp_path / 'other'))
    assert call(*here, '--resume').resume is True
    assert call(*here, '--cfg-options', 'resume=True').resume is True
    assert (work_dir / 'epoch_3.pth').exists()
    call(*here, '--overwrite')
    assert not (work_dir / 'epoch_3.pth').exists()
    with pytest.raises(SystemExit):
        call(*here, '--overwrite', '--resume')


def test_how_long(tmp_path, call, capsys):
    """As the command line says, if it says so."""
    here = ('--work-dir', str(tmp_path / 'run'))
    assert call(*here).train_cfg.max_epochs == 3
    assert call(*here, '--epochs', '7').train_cfg.max_epochs == 7
    with pytest.raises(SystemExit):
        call(*here, '--epochs', '0')
    assert '`epochs` must be >= 1' in capsys.readouterr().err


def test_what_cannot_be_built_overwrites_nothing(tmp_path, call, monkeypatch):
    """Only once there is something to train."""

    def build(_cfg):
        assert checkpoint.exists()
        raise ValueError('no model')

    checkpoint = tmp_path / 'run' / 'epoch_3.pth'
    call('--work-dir', str(checkpoint.parent))
    checkpoint.write_text('')
    monkeypatch.setattr('mmengine.runner.Runner.from_cfg', build)
    with pytest.raises(SystemExit):
        call('--work-dir', str(checkpoint.parent), '--overwrite')
    assert checkpoint.exists()


def test_going_on_from_another_run(tmp_path, call, capsys):
    """It writes over no third one's checkpoints, but goes on in its own."""
    work_dir, other = tmp_path / 'run', tmp_path / 'other' / 'epoch_1.pth'
    for path in (work_dir / 'epoch_3.pth', other):
        path.parent.mkdir()
        path.write_text('')
    for words in (
        ['--resume', str(other)],
        ['--cfg-options', 'resume=True', f'load_from={other}'],
    ):
        with pytest.raises(SystemExit):
            call('--work-dir', str(work_dir), *words)
        assert '`work_dir` must be new' in capsys.readouterr().err
        assert call('--work-dir', str(tmp_path / 'new'), *words).resume
        assert call('--work-dir', str(other.parent), *words).resume
    own = ['--resume', str(work_dir / 'epoch_3.pth')]
    assert call('--work-dir', str(work_dir), *own).resume


def test_auto_scale_lr():
    """It is turned on where the config says for which batch it is."""
    cfg = Config(dict(auto_scale_lr=dict(enable=False, base_batch_size=256)))
    scale_lr(cfg)
    assert cfg.auto_scale_lr == dict(enable=True, base_batch_size=256)


@pytest.mark.parametrize('config', [{}, {'auto_scale_lr': {'enable': True}}])
def test_auto_scale_lr_without_a_batch_size(config):
    """Without one there is nothing to scale by."""
    with pytest.raises(ValueError, match='`auto_scale_lr` must have'):
        scale_lr(Config(config))


@pytest.mark.parametrize(
    ('option', 'given'),
    [('=64', []), ('=64', [SCALE]), ('.base_batch_size=-1', [SCALE])],
)
def test_auto_scale_lr_that_is_none(tmp_path, call, capsys, option, given):
    """A number alone, and one that is no batch."""
    options = ('--cfg-options', f'auto_scale_lr{option}')
    with pytest.raises(SystemExit) as caught:
        call('--work-dir', str(tmp_path / 'run'), *given, *options)
    assert caught.value.code == 2
    assert '`auto_scale_lr' in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('modle.tau=2', "did you mean 'model'?"),
        ('train_cfg.max_epochs=0', '`train_cfg.max_epochs` must be >= 1'),
        ('optim_wrapper=None', '`optim_wrapper` must be a section'),
    ],
)
def test_idle_training_is_refused(tmp_path, call, capsys, option, message):
    """In one line, before anything is written."""
    work_dir = tmp_path / 'run'
    with pytest.raises(SystemExit) as caught:
        call('--work-dir', str(work_dir), '--cfg-options', option)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not work_dir.exists()


def test_idle_runner_is_refused(tmp_path, call, capsys, monkeypatch):
    """What only shows when all is built."""

    def refuse(runner):
        raise ValueError('no batch')

    monkeypatch.setattr('train.check_runner', refuse)
    with pytest.raises(SystemExit) as caught:
        call('--work-dir', str(tmp_path / 'run'))
    assert caught.value.code == 2
    assert 'no batch' in capsys.readouterr().err.splitlines()[-1]
