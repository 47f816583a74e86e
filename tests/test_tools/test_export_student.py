"""An exported student is whole, or nothing is written."""

import sys

import pytest
import torch
from export_student import main
from mmengine.config import Config
from mmpretrain import get_model
from torch.testing import assert_close
from toy_models import build, classifier, ssdkd

from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.fidelity import add_fidelity


@pytest.fixture
def shared():
    """A config whose networks take the algorithm's data preprocessor."""
    preprocessor = dict(
        type='mmpretrain.ClsDataPreprocessor', mean=[50.0], std=[20.0]
    )
    networks = dict(architecture=classifier(4), teacher=classifier(8))
    for network in networks.values():
        network.pop('data_preprocessor')
    model = ssdkd(**networks, data_preprocessor=preprocessor)
    return Config(dict(model=model, default_scope='mmpretrain'))


def save(config, path):
    """Builds the algorithm, saves a checkpoint of it and returns it."""
    algorithm = build(config.model.to_dict()).eval()
    torch.save(dict(state_dict=algorithm.state_dict()), path)
    return algorithm


def test_shared_preprocessor_goes_along(shared, tmp_path):
    """The outputs are the same, normalisation included."""
    algorithm = save(shared, tmp_path / 'epoch.pth')
    out = tmp_path / 'new' / 'student.pth'
    export_student(shared, str(tmp_path / 'epoch.pth'), str(out))
    assert sorted(p.name for p in out.parent.iterdir()) == [
        'student.pth',
        'student.py',
    ]
    plain = Config.fromfile(out.with_suffix('.py'))
    student = get_model(plain, pretrained=str(out)).eval()
    images = torch.randint(0, 256, (3, 1, 16, 16)).float()
    with torch.no_grad():
        preds_T = algorithm.predict_teacher(images)
        expected = algorithm.predict_student(images, preds_T)
        inputs = student.data_preprocessor(dict(inputs=images))['inputs']
        # Its weights lie in another memory layout.
        assert_close(student(inputs, mode='tensor'), expected)


def test_other_student_leaves_nothing_behind(shared, tmp_path):
    """The weights are checked before they get their name."""
    save(shared, tmp_path / 'epoch.pth')
    wider = classifier(8)
    config = Config(dict(model=ssdkd(architecture=wider)))
    out = tmp_path / 'out' / 'student.pth'
    with pytest.raises(ValueError, match='`checkpoint` must fit the model'):
        export_student(config, str(tmp_path / 'epoch.pth'), str(out))
    assert not list(out.parent.iterdir())


def test_no_distillation(shared, tmp_path):
    """A checkpoint without a student is named."""
    torch.save(dict(state_dict={'fc.weight': torch.ones(1)}), tmp_path / 'a')
    with pytest.raises(ValueError, match=r'under .architecture.., but .*/a'):
        export_student(shared, str(tmp_path / 'a'), str(tmp_path / 'b.pth'))


@pytest.mark.parametrize('fault', ['nan', 'integers', 'text', 'two names'])
def test_unfit_weights(shared, tmp_path, fault):
    """The message has the checkpoint's name, and nothing is written."""
    save(shared, tmp_path / 'epoch.pth')
    saved = torch.load(tmp_path / 'epoch.pth')
    key = 'architecture.head.fc.bias'
    changes = {
        'nan': {key: torch.full((10,), float('nan'))},
        'integers': {key: torch.ones(10, dtype=torch.long)},
        'text': {key: 'text'},
        'two names': {f'module.{key}': torch.ones(10)},
    }
    saved['state_dict'].update(changes[fault])
    torch.save(saved, tmp_path / 'epoch.pth')
    out = tmp_path / 'out' / 'student.pth'
    with pytest.raises(ValueError, match=r'`checkpoint` must .*epoch\.pth'):
        export_student(shared, str(tmp_path / 'epoch.pth'), str(out))
    assert not list(out.parent.glob('*'))


def test_student_of_the_command_line(shared, tmp_path, monkeypatch):
    """What was overridden for the training is for the export, too."""
    shared.dump(tmp_path / 'my.py')
    options = {
        'model.architecture.backbone.stem_channels': 8,
        'model.architecture.backbone.base_channels': 8,
        'model.architecture.head.in_channels': 16,
    }
    shared.merge_from_dict(options)
    save(shared, tmp_path / 'epoch.pth')
    files = [tmp_path / name for name in ('my.py', 'epoch.pth', 'student.pth')]
    given = [f'{key}={value}' for key, value in options.items()]
    arguments = ['export', *map(str, files), '--cfg-options', *given]
    monkeypatch.setattr(sys, 'argv', arguments)
    main()
    exported = Config.fromfile(tmp_path / 'student.py').model
    assert exported.backbone.base_channels == 8


@pytest.mark.parametrize('force', [False, True])
@pytest.mark.parametrize('out', ['my.pth', 'base.pth', 'epoch.pth', 'out.py'])
def test_what_is_read_is_not_overwritten(
    shared, tmp_path, monkeypatch, capsys, out, force
):
    """Neither the config, nor its base, nor the checkpoint, even by force."""
    shared.dump(tmp_path / 'base.py')
    (tmp_path / 'my.py').write_text("_base_ = 'base.py'\n")
    save(shared, tmp_path / 'epoch.pth')
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    files = [str(tmp_path / name) for name in ('my.py', 'epoch.pth', out)]
    monkeypatch.setattr(sys, 'argv', ['export', *files, *['--force'] * force])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert '`out` must' in capsys.readouterr().err
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize('there', ['student.pth', 'student.py'])
def test_what_exists_is_replaced_by_force_alone(shared, tmp_path, there):
    """The checkpoint or a foreign file beside it."""
    save(shared, tmp_path / 'epoch.pth')
    arguments = (shared, str(tmp_path / 'epoch.pth'))
    out = tmp_path / 'student.pth'
    (tmp_path / there).write_text('mine')
    with pytest.raises(ValueError, match=rf'--force.*{there}. exists'):
        export_student(*arguments, str(out))
    assert (tmp_path / there).read_text() == 'mine'
    export_student(*arguments, str(out), force=True)
    assert (tmp_path / there).read_bytes() != b'mine'


def test_failed_write_leaves_what_was_there(shared, tmp_path, monkeypatch):
    """A full disk takes nothing away."""
    save(shared, tmp_path / 'epoch.pth')
    out = tmp_path / 'out' / 'student.pth'
    out.parent.mkdir()
    out.write_text('mine')

    def fail(_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', fail)
    with pytest.raises(OSError, match=r'No space left.*out/student.pth'):
        export_student(
            shared, str(tmp_path / 'epoch.pth'), str(out), force=True
        )
    assert out.read_text() == 'mine'
    assert list(out.parent.iterdir()) == [out]


def test_classes_without_a_test_set():
    """A config without any data has none."""
    assert dataset_meta(Config(dict(model=dict()))) == {}


def test_fidelity_stays_with_the_teacher(shared, tmp_path):
    """Of a plain student nothing could measure it; real metrics stay."""
    save(shared, tmp_path / 'epoch.pth')
    add_fidelity(shared)
    shared.val_cfg = dict()
    shared.val_evaluator = [dict(type='Accuracy')]
    # The evaluator alone says it, too.
    shared.test_cfg = dict()
    shared.test_evaluator = [shared.test_evaluator]
    out = tmp_path / 'student.pth'
    export_student(shared, str(tmp_path / 'epoch.pth'), str(out))
    plain = Config.fromfile(out.with_suffix('.py'))
    assert {'val_cfg', 'val_dataloader', 'val_evaluator'} <= plain.keys()
    assert not [key for key in plain if key.startswith('test_')]


def test_size_of_no_form(monkeypatch, capsys):
    """Nothing would take it."""
    given = ['export', 'a.py', 'b.pth', 'c.pth', '--image-size', '-3']
    monkeypatch.setattr(sys, 'argv', given)
    with pytest.raises(SystemExit):
        main()
    assert '`image_size` must stand beside' in capsys.readouterr().err
