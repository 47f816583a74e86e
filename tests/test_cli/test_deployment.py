"""A student is exported as it is deployed."""

import sys

import pytest
import torch
from export_student import main
from mmengine.config import Config
from plain_networks import adapter
from toy_models import build, segmentation, ssdkd

from mmrazor_ssdkd.cli.deployment import measure_models
from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.deployment import DeployedModel, stored_images

FIXED = """
from torch import nn

def build_model():
    return nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Flatten(),
                         nn.Linear(2 * 16 * 16, 10))
"""


def saved(path, config, images=None, processes=1):
    """Saves a checkpoint with images in its buffer; returns the student."""
    algorithm = build(config.model.to_dict()).eval()
    state = algorithm.state_dict()
    if images is not None:
        own = dict(replay_buffer=dict(samples=dict(images=images)))
        several = dict(processes=[own] * processes)
        state['_extra_state'] = own if processes == 1 else several
    torch.save(dict(state_dict=state), path)
    return DeployedModel(algorithm.student)


@pytest.mark.parametrize('kind', ['classifier', 'segmentor'])
def test_tool_writes_and_says(kind, tmp_path, monkeypatch, capsys):
    """The forms lie beside the checkpoint, and costs are printed."""
    pytest.importorskip('onnx')
    runtime = pytest.importorskip('onnxruntime')
    model = dict(classifier=ssdkd, segmentor=segmentation)[kind]()
    scope = dict(classifier='mmpretrain', segmentor='mmseg')[kind]
    config = Config(dict(model=model, default_scope=scope))
    config.dump(tmp_path / 'my.py')
    model = saved(tmp_path / 'epoch.pth', config)
    names = ('my.py', 'epoch.pth', 'student.pth')
    files = [str(tmp_path / name) for name in names]
    given = ['export', *files, '--onnx', '--torchscript']
    monkeypatch.setattr(sys, 'argv', given)
    main()
    said = capsys.readouterr().out
    for row in ('teacher ', 'student ', 'student, onnx', '.onnx', '.ts'):
        assert row in said
    assert said.count('any number of images') == 2
    generator = config.model.generator
    size = generator.image_size
    sides = [size, size] if isinstance(size, int) else size
    images = 255 * torch.rand(5, generator.get('channels', 3), *sides)
    session = runtime.InferenceSession(str(tmp_path / 'student.onnx'))
    (logits,) = session.run(None, {'images': images.numpy()})
    script = torch.jit.load(tmp_path / 'student.ts')
    with torch.no_grad():
        expected = model(images)
        torch.testing.assert_close(
            torch.from_numpy(logits), expected, rtol=1e-3, atol=1e-4
        )
        torch.testing.assert_close(script(images), expected)


@pytest.mark.parametrize('processes', [1, 2])
def test_checkpoints_images(tmp_path, processes):
    """Found, of one process or several."""
    images = torch.randint(0, 256, (6, 1, 12, 20), dtype=torch.uint8)
    config = Config(dict(model=ssdkd(), default_scope='mmpretrain'))
    saved(tmp_path / 'a.pth', config, images, processes)
    state = torch.load(tmp_path / 'a.pth')['state_dict']
    assert torch.equal(stored_images(state), images)
    assert stored_images({}) is None
    out = str(tmp_path / 'out.pth')
    arguments = (config, str(tmp_path / 'a.pth'), out)
    said = export_student(*arguments, forms=['torchscript'])
    # Of their size, unless another is asked for.
    assert '1x12x20' in said
    said = export_student(
        *arguments, force=True, forms=['torchscript'], image_size=[16]
    )
    assert '1x16x16' in said
    for wrong in ([], [0], [16, 16, 16]):
        with pytest.raises(ValueError, match='`image_size` must be'):
            export_student(
                *arguments, force=True, forms=['onnx'], image_size=wrong
            )


def test_teacher_that_takes_no_such_images(tmp_path):
    """Its cost is not known, but the student's files are there."""
    (tmp_path / 'net.py').write_text(FIXED)
    teacher = adapter(module=dict(type=f'{tmp_path / "net.py"}:build_model'))
    config = Config(dict(model=ssdkd(teacher=teacher)))
    saved(tmp_path / 'a.pth', config)
    out = tmp_path / 'out.pth'
    said = export_student(
        *(config, str(tmp_path / 'a.pth'), str(out)),
        forms=['torchscript'],
        image_size=[24],
    )
    assert 'The cost was not measured: ' in said
    assert 'torchscript: takes ' in said
    assert out.with_suffix('.ts').exists()


def test_no_size_is_known(tmp_path):
    """Of a distillation without a generator."""
    config = Config(dict(model=ssdkd(), default_scope='mmpretrain'))
    saved(tmp_path / 'a.pth', config)
    del config.model.generator
    files = [str(tmp_path / name) for name in ('a.pth', 'out/b.pth')]
    with pytest.raises(ValueError, match='`image_size` must be given'):
        export_student(config, *files, forms=['torchscript'])
    assert not list((tmp_path / 'out').iterdir())


@pytest.mark.parametrize('suffix', ['.ts', '.onnx'])
def test_checkpoint_is_not_the_network(tmp_path, suffix):
    """Each has a suffix of its own."""
    config = Config(dict(model=ssdkd(), default_scope='mmpretrain'))
    saved(tmp_path / 'a.pth', config)
    out = str(tmp_path / f'b{suffix}')
    with pytest.raises(ValueError, match=rf'`out` must not end in \{suffix}'):
        export_student(
            config,
            str(tmp_path / 'a.pth'),
            out,
            forms=['onnx', 'torchscript'],
        )


@pytest.mark.parametrize(
    ('teachers', 'name'),
    [
        (['a.pth'], 'teachers'),
        (dict(a='a.pth'), 'teachers.a'),
        (dict(a=dict(cfg_path='mmpretrain::a.py')), 'teachers.a'),
    ],
)
def test_what_are_no_teachers(teachers, name):
    """The setting is named: none of their costs can be measured."""
    config = Config(dict(model=dict(teachers=teachers)))
    student = torch.nn.Identity()
    with pytest.raises((TypeError, ValueError), match=f'`{name}` must'):
        measure_models(student, config, {}, torch.zeros(1, 3, 8, 8))
