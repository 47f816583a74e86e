"""A pruned teacher is a student that trains, resumes and is exported."""

import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain import get_model
from prune_teacher import keep_share, main, prune_teacher, write_pruned
from torch.testing import assert_close
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    segmentation,
    segmentor,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.cli.student_export import export_student


@pytest.fixture
def config(tmp_path):
    """A distillation whose teacher has weights and a shared preprocessor."""
    preprocessor = dict(
        type='mmpretrain.ClsDataPreprocessor', mean=[50.0], std=[20.0]
    )
    networks = dict(architecture=classifier(4), teacher=classifier(8))
    for network in networks.values():
        network.pop('data_preprocessor')
    model = ssdkd(
        **networks,
        data_preprocessor=preprocessor,
        student_init='teacher',
        distillation=dict(feature_weight=10.0),
    )
    teacher = build(model).teacher
    torch.save(teacher.state_dict(), tmp_path / 'teacher.pth')
    model['teacher_ckpt'] = str(tmp_path / 'teacher.pth')
    return Config(dict(model=model, default_scope='mmpretrain'))


def test_student_is_the_pruned_teacher(config, tmp_path, monkeypatch, capsys):
    """From the tool through SSD-KD to plain mmpretrain, uneven widths too."""
    out = tmp_path / 'pruned.pth'
    config.dump(tmp_path / 'my.py')
    arguments = [str(tmp_path / 'my.py'), str(out), '--ratio', '0.4']
    monkeypatch.setattr(sys, 'argv', ['prune_teacher.py', *arguments])
    main()
    said = capsys.readouterr().out.splitlines()[-1]
    written = Config.fromfile(out.with_suffix('.py'))
    pruned, _ = prune_teacher(config, 0.4)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        algorithm = build(written.model.to_dict())
    algorithm.init_weights()
    student = algorithm.student
    left = sum(p.numel() for p in student.parameters())
    assert said.startswith(f'Wrote {out} ({left} parameters) and ')
    images = torch.randint(0, 256, (3, 1, 16, 16)).float()
    with torch.no_grad():
        expected = pruned((images - 50) / 20, mode='tensor')
        student.eval()
        found = algorithm.predict_student(images, expected)
    assert_close(found, expected)
    start = snapshot(student)
    algorithm.train()
    steps(algorithm, optimizers(algorithm), 2)
    assert learnt(start, student)

    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'e.pth')
    exported = tmp_path / 'student.pth'
    export_student(written, str(tmp_path / 'e.pth'), str(exported))
    plain = Config.fromfile(exported.with_suffix('.py'))
    assert plain.custom_imports.imports == ['mmrazor_ssdkd']
    loaded = get_model(plain, pretrained=str(exported)).eval()
    algorithm.eval()
    with torch.no_grad():
        inputs = loaded.data_preprocessor(dict(inputs=images))['inputs']
        assert_close(
            loaded(inputs, mode='tensor'),
            algorithm.predict_student(images, expected),
        )


def test_segmentor():
    """Backbone and head are cut, and MMRazor's sub-model takes the result."""
    model = segmentation(architecture=segmentor(4), teacher=segmentor(8))
    config = Config(dict(model=model, default_scope='mmseg'))
    pruned, structure = prune_teacher(config, 0.5)
    with DefaultScope.overwrite_default_scope('mmseg'):
        algorithm = build(dict(model, architecture=structure))
    algorithm.student.load_state_dict(pruned.state_dict())
    assert len(pruned.decode_head.convs[0].conv.weight) == 4


def test_teacher_is_never_replaced(config, tmp_path, monkeypatch, capsys):
    """Nor by force, nor where the command line names it."""
    teacher = tmp_path / 'teacher.pth'
    weights = teacher.read_bytes()
    config.model.teacher_ckpt = None
    config.dump(tmp_path / 'my.py')
    arguments = [str(tmp_path / 'my.py'), str(teacher), '--force']
    arguments += ['--cfg-options', f'model.teacher_ckpt={teacher}']
    monkeypatch.setattr(sys, 'argv', ['prune_teacher.py', *arguments])
    with pytest.raises(SystemExit):
        main()
    assert '`out` must not be what is read' in capsys.readouterr().err
    assert teacher.read_bytes() == weights


@pytest.mark.parametrize('ratio', [0.0, -1.0, 1.5, float('nan')])
def test_wrong_ratio(ratio):
    """It is a share."""
    with pytest.raises(ValueError, match='`ratio` must be'):
        keep_share({'a': 8}, ratio)
    with pytest.raises(ValueError, match='`ratio` must be'):
        # Before anything is looked at.
        prune_teacher(Config(), ratio)


def test_wrong_ratio_makes_no_folder(config, tmp_path, monkeypatch, capsys):
    """The tool says it first."""
    config.dump(tmp_path / 'my.py')
    out = tmp_path / 'new' / 'pruned.pth'
    arguments = [str(tmp_path / 'my.py'), str(out), '--ratio', '2']
    monkeypatch.setattr(sys, 'argv', ['prune_teacher.py', *arguments])
    with pytest.raises(SystemExit):
        main()
    assert '`ratio` must be <= 1, but got 2.0' in capsys.readouterr().err
    assert not out.parent.exists()


def test_teacher_that_cannot_be_followed(
    config, tmp_path, monkeypatch, capsys
):
    """A line names it, and nothing is written."""
    network = dict(type='inherited_networks:Attention', width=8, heads=2)
    config.model.teacher = dict(
        type='mmrazor_ssdkd.TorchClassifier',
        module=dict(network, kind='module'),
        mean=[100.0],
        std=[50.0],
    )
    config.model.teacher_ckpt = None
    config.model.generator.update(image_size=8, channels=3)
    config.dump(tmp_path / 'my.py')
    out = tmp_path / 'pruned.pth'
    arguments = [str(tmp_path / 'my.py'), str(out)]
    monkeypatch.setattr(sys, 'argv', ['prune_teacher.py', *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(
        "prune_teacher.py: error: `teacher` must be a network that MMRazor's "
        'ChannelAnalyzer can follow (here TorchClassifier), but that fails: '
    )
    assert not out.exists()


def test_weights_are_found_from_anywhere(config, tmp_path, monkeypatch):
    """A path of the current folder holds in others."""
    monkeypatch.chdir(tmp_path)
    write_pruned(config, 0.5, 'pruned.pth')
    init = Config.fromfile('pruned.py').model.student_init
    assert init.checkpoint == str((tmp_path / 'pruned.pth').resolve())


def test_share():
    """At least a channel stays, and no rounding takes one."""
    assert keep_share({'a': 10, 'b': 2}, 0.3) == {'a': 3, 'b': 1}
    assert keep_share({'a': 100}, 0.29) == {'a': 29}


def test_no_distillation(tmp_path, monkeypatch, capsys):
    """A config without a teacher is named, and nothing is written."""
    Config(dict(model=classifier(4))).dump(tmp_path / 'a.py')
    arguments = [str(tmp_path / 'a.py'), str(tmp_path / 'b.pth')]
    monkeypatch.setattr(sys, 'argv', ['prune_teacher.py', *arguments])
    with pytest.raises(SystemExit):
        main()
    assert '`config` must be of SSD-KD' in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ['a.py']
