"""A teacher keeps the weights that it read while it was built."""

import copy

import pytest
import torch
from mmengine.model import BaseModel, BaseModule
from mmengine.runner import load_checkpoint
from mmrazor.registry import MODELS
from torch import nn
from torch.testing import assert_close
from toy_models import classifier

from mmrazor_ssdkd.models.building import build_model, build_teacher
from mmrazor_ssdkd.models.loaded_weights import loaded_later
from mmrazor_ssdkd.models.student_building import build_student
from mmrazor_ssdkd.models.teacher_ensemble import build_teachers


class Bare(nn.Module):
    """Stands for another library's network, which initialises itself."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(3)

    def init_weights(self):
        """Starts anew, whatever there is."""
        nn.init.normal_(self.fc.weight)
        self.norm.reset_parameters()


class Wrapped(BaseModel):
    """Stands for a class that reads another library's weights."""

    def __init__(self, path, parts=('net',), copied=False):
        super().__init__()
        self.net, self.other = Bare(), Bare()
        for part in parts:
            getattr(self, part).load_state_dict(torch.load(path))
        if copied:
            self.net = copy.deepcopy(self.net)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return self.net.norm(self.net.fc(inputs))


@pytest.fixture
def register():
    """Registers builders and takes them out again."""
    names = []

    def put(module, name):
        MODELS.register_module(name=name, module=module)
        names.append(name)
        return dict(type=name, _scope_='mmrazor')

    yield put
    for name in names:
        MODELS.module_dict.pop(name)


@pytest.fixture
def saved(tmp_path):
    """A file of a bare network's weights, and what is in it."""
    net = Bare()
    net.norm.running_mean.fill_(0.5)
    torch.save(net.state_dict(), tmp_path / 'bare.pth')
    return str(tmp_path / 'bare.pth'), net.state_dict()


def holds(module, state):
    """Returns whether a module has a state dict's values."""
    own = module.state_dict()
    return all(torch.equal(own[key], state[key]) for key in state)


@pytest.mark.parametrize('copied', [False, True])
@pytest.mark.parametrize('parts', [('net',), ('net', 'other')])
def test_class_that_reads(register, saved, parts, copied):
    """What it read stays, statistics included; the rest is initialised."""
    path, state = saved
    cfg = register(Wrapped, 'Wrapped')
    teacher = build_teacher(dict(cfg, path=path, parts=parts, copied=copied))
    assert all(holds(getattr(teacher, part), state) for part in parts)
    assert holds(teacher.other, state) == ('other' in parts)


def classifier_file(tmp_path):
    """Saves a small classifier's weights."""
    source = build_model(classifier(), 'teacher').train()
    source(torch.randn(4, 1, 8, 8), mode='tensor')
    path = str(tmp_path / 'classifier.pth')
    torch.save(dict(state_dict=source.state_dict()), path)
    return path, source.state_dict()


@pytest.mark.parametrize('several', [False, True])
def test_function_that_reads(register, tmp_path, several):
    """As `mmpretrain.get_model` does, by mmengine's own loading."""
    path, state = classifier_file(tmp_path)

    def read():
        model = build_model(classifier(), 'teacher')
        load_checkpoint(model, path)
        return model

    cfg = register(read, 'read_classifier')
    if several:
        teachers = build_teachers(teachers=dict(a=dict(build_cfg=cfg)))
        assert holds(teachers.a, state)
    else:
        assert holds(build_teachers(cfg), state)


def test_function_that_writes_weights_otherwise(register):
    """What it hands over is its own business."""

    def ones():
        model = build_model(classifier(), 'teacher')
        for parameter in model.parameters():
            parameter.data.fill_(1)
        return model

    teacher = build_teacher(register(ones, 'ones'))
    assert all((parameter == 1).all() for parameter in teacher.parameters())


def test_function_whose_network_waits_for_a_file(register, tmp_path):
    """Its `init_cfg` names weights that nobody has read yet."""
    path, state = classifier_file(tmp_path)
    pretrained = dict(type='Pretrained', checkpoint=path)

    def wait():
        return build_model(dict(classifier(), init_cfg=pretrained), 'teacher')

    assert holds(build_teacher(register(wait, 'wait')), state)


def test_part_that_was_read_asks_for_no_file(register, tmp_path):
    """Its `init_cfg` may name another, which need not be there."""
    path, state = classifier_file(tmp_path)

    class Two(BaseModel):
        def __init__(self):
            super().__init__()
            cfg = classifier()
            missing = dict(type='Pretrained', checkpoint='/none.pth')
            cfg['backbone']['init_cfg'] = missing
            self.net = build_model(cfg, 'teacher')
            load_checkpoint(self.net, path)
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, inputs, data_samples=None, mode='tensor'):
            return self.net(inputs, mode='tensor') * self.scale

    assert holds(build_teacher(register(Two, 'Two')).net, state)


def test_network_that_read_nothing_is_initialised():
    """The head's standard deviation is its config's, not torch's."""
    torch.manual_seed(0)
    teacher = build_teacher(classifier(width=32))
    assert_close(teacher.head.fc.weight.std().item(), 0.01, rtol=0.1, atol=0)


def test_nothing_stays_behind(register, saved):
    """Neither notes on modules nor a changed way to load."""
    load = nn.Module._load_from_state_dict
    cfg = register(Wrapped, 'Wrapped')
    teacher = build_teacher(dict(cfg, path=saved[0]))
    assert nn.Module._load_from_state_dict is load
    assert not any(
        'loaded' in key for m in teacher.modules() for key in m.__dict__
    )


def test_weights_that_are_loaded_later_are_no_news(monkeypatch):
    """Elsewhere the log has a warning, and how each weight begins."""
    said = []
    module = 'mmrazor_ssdkd.models.loaded_weights'
    monkeypatch.setattr(
        f'{module}.print_log', lambda text, **_: said.append(text)
    )
    monkeypatch.setattr(
        BaseModule, '_dump_init_info', lambda model: said.append('each weight')
    )
    for number in (1, 2):
        build_teacher(classifier())
        assert len(said) == 2 * number
        with loaded_later():
            build_teacher(classifier())
        assert len(said) == 2 * number
    assert said[0].startswith('`teacher_ckpt` is None')
    assert said[1] == 'each weight'


class Adapted(BaseModel):
    """Takes over a network whose weights came without a state dict."""

    def __init__(self):
        super().__init__()
        self.net, self.own = Bare(), nn.Linear(3, 3)
        for parameter in self.net.parameters():
            parameter.data.fill_(0.25)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return self.own(self.net.norm(self.net.fc(inputs)))


def test_foreign_part_is_as_it_was_built(register):
    """transformers sets weights one by one."""
    teacher = build_teacher(register(Adapted, 'Adapted'))
    assert all((p == 0.25).all() for p in teacher.net.parameters())
    assert 'is_init' not in vars(teacher.net)


class Plain(Bare):
    """A network that is none of mmengine's, but has its modes."""

    def forward(self, inputs, mode='tensor'):
        return self.norm(self.fc(inputs))


@pytest.mark.parametrize('built', [False, True])
def test_runner_leaves_a_plain_teacher_alone(register, saved, built):
    """Its own `init_weights` would undo what was loaded."""
    path, state = saved
    cfg = Plain() if built else register(Plain, 'Plain')
    holder = BaseModule()
    holder.teacher = build_teacher(cfg, path)
    holder.init_weights()
    assert holds(holder.teacher, state)


@pytest.mark.parametrize('reads', [False, True])
def test_student_that_reads_its_weights(register, tmp_path, reads):
    """It keeps them where they are all; the runner initialises others."""
    path, state = classifier_file(tmp_path)

    def read():
        model = build_model(classifier(), 'architecture')
        if reads:
            load_checkpoint(model, path)
        return model

    student = build_student(register(read, 'read_student'))
    before = {k: v.clone() for k, v in student.state_dict().items()}
    student.init_weights()
    assert holds(student, state) == reads
    assert holds(student, before) == reads
