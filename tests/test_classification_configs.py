"""The configs of CIFAR and ImageNet hold the networks that the papers use."""

import re

import mmpretrain.models  # noqa: F401
import numpy as np
import pytest
import torch
from config_files import CONFIGS as ROOT
from config_files import by_size, read
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.registry import DATASETS
from mmpretrain.structures import DataSample
from mmrazor.registry import MODELS
from PIL import Image
from toy_models import snapshot

from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.models.building import build_model

# MMRazor's own data-free algorithms have tests of their own.
PEERS = ('dafl', 'dfad', 'zskt')
CIFAR = [
    path
    for path in sorted((ROOT / 'mmpretrain').glob('cifar*/*.py'))
    if not path.stem.startswith(PEERS)
]
IN1K = sorted((ROOT / 'mmpretrain' / 'imagenet').glob('*.py'))
CONFIGS = CIFAR + IN1K
ON_IMAGES = [path for path in CIFAR if 'ssdkd' not in path.stem]
SLIM = 'resnet18-w16_resnet18-w8_1xb256'
NAME = re.compile(
    r'(?P<method>(ssdkd|kd)_logits_)?(?P<first>[\w-]+?)(_(?P<second>[a-z]'
    r'[\w-]+?))?_1xb\d+-\d+e_(?P<data>\w+)(-fast-datafree)?'
)
CLASSES = {'cifar10': 10, 'cifar100': 100, 'imagenet': 1000}
DATASET = {'cifar10': 'CIFAR10', 'cifar100': 'CIFAR100'}
# What each network has with 10 classes (ImageNet's with 1,000), and the
# features that its head sees: 90 classes more are 90 times those and a bias.
PARAMETERS = {
    'resnet34': (21_282_122, 512),
    'resnet18': (11_173_962, 512),
    'vgg11': (9_231_114, 512),
    'wrn40-2': (2_243_546, 128),
    'wrn40-1': (563_930, 64),
    'wrn16-2': (691_674, 128),
    'wrn16-1': (175_066, 64),
    'resnet18-w16': (701_466, 128),
    'resnet18-w8': (176_402, 64),
}
IMAGENET = {
    'resnet50': 25_557_032,
    'resnet18': 11_689_512,
    'mobilenet-v2': 3_504_872,
}


def parameters(network, data):
    """Returns how many a network has, by hand."""
    if data == 'imagenet':
        return IMAGENET[network]
    number, features = PARAMETERS[network]
    return number + (CLASSES[data] - 10) * (features + 1)


@pytest.fixture(autouse=True)
def _default_layout(monkeypatch):
    """Whatever the environment says."""
    monkeypatch.delenv('CIFAR10_LAYOUT', raising=False)


@pytest.fixture
def cfg(path):
    """A config in its scope, whose teacher needs no checkpoint."""
    cfg = read(path)
    if 'teacher_ckpt' in cfg.model:
        cfg.model.teacher_ckpt = None
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        yield cfg


def name_of(path):
    """Returns a path's name."""
    return path.stem


@pytest.mark.parametrize('path', CONFIGS, ids=name_of)
def test_networks_match_name(path, cfg):
    """Those that the name says, at the literature's size."""
    name = NAME.fullmatch(path.stem)
    models = [cfg.model]
    if name['second']:
        models = [cfg.model.teacher, cfg.model.architecture]
    networks = [name['first'], name['second']]
    for network, model in zip(networks, models):
        built = build_model(model, network)
        number = sum(weight.numel() for weight in built.parameters())
        network = re.sub('-(inherited|pruned)$', '', network)
        assert number == parameters(network, name['data'])
        assert built.head.num_classes == CLASSES[name['data']]


@pytest.mark.parametrize('path', CONFIGS, ids=name_of)
def test_method_and_data_match_name(path, cfg):
    """The type of the model, and the data that it is evaluated on."""
    name = NAME.fullmatch(path.stem)
    kinds = {
        None: 'ImageClassifier',
        'kd_logits_': 'SingleTeacherDistill',
        'ssdkd_logits_': 'mmrazor_ssdkd.SSDKD',
    }
    assert cfg.model.type == kinds[name['method']]
    assert bool(name['method']) == bool(name['second'])
    assert path.parent.name == name['data']
    loaders = [cfg.val_dataloader, cfg.test_dataloader]
    if cfg.model.type != 'mmrazor_ssdkd.SSDKD':
        loaders.append(cfg.train_dataloader)
        assert cfg.train_dataloader.dataset.split == 'train'
    for loader in loaders:
        dataset = DATASET.get(name['data'], 'ImageNet')
        assert loader.dataset.type == dataset


@pytest.mark.parametrize('path', by_size(ON_IMAGES), ids=name_of)
def test_takes_two_steps_on_images(cfg):
    """Teachers and oracles: finite losses, and the network moves."""
    model = MODELS.build(cfg.model)
    model.train()
    trained = getattr(model, 'architecture', model)
    before = snapshot(trained)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    inputs = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    samples = [DataSample().set_gt_label(label) for label in (0, 3, 3, 9)]
    for _ in range(2):
        data = dict(inputs=list(inputs), data_samples=samples)
        logs = model.train_step(data, wrapper)
        assert all(torch.isfinite(value) for value in logs.values())
    after = snapshot(trained)
    assert not torch.equal(before['head.fc.weight'], after['head.fc.weight'])


@pytest.mark.parametrize('length', [500, 5000, 10000])
def test_one_key_sets_the_data_scale(length):
    """1%, 10% and 20% of CIFAR's 50,000 images, drawn in one epoch."""
    path = next(path for path in CIFAR if 'ssdkd' in path.stem)
    options = {'train_dataloader.dataset.length': length}
    cfg = load_config(str(path), cfg_options=options)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
    assert sum(len(batch['inputs']) for batch in loader) == length
    assert len(loader) == {500: 2, 5000: 20, 10000: 40}[length]


def test_slim_student_is_a_third_at_most():
    """The pair is a compression, not a copy."""
    teacher, student = SLIM.split('_')[:2]
    assert 3 * parameters(student, 'cifar10') < parameters(teacher, 'cifar10')


@pytest.mark.parametrize(
    ('pair', 'epochs'),
    [
        (SLIM, 20),
        ('wrn40-2_wrn16-2_1xb256', 40),
        ('resnet34_resnet18_1xb256', 40),
    ],
)
def test_oracle_has_the_budget_of_ssdkd(pair, epochs):
    """As many draws, of the same batch, by the same optimizer."""
    folder = ROOT / 'mmpretrain' / 'cifar10'
    oracle, ssdkd = (
        read(folder / f'{method}_logits_{pair}-{length}e_cifar10.py')
        for method, length in (('kd', epochs), ('ssdkd', 10 * epochs))
    )
    draws = ssdkd.train_cfg.max_epochs * ssdkd.train_dataloader.dataset.length
    assert draws == oracle.train_cfg.max_epochs * 50_000
    batch_size = ssdkd.train_dataloader.batch_size
    assert batch_size == oracle.train_dataloader.batch_size
    optimizer = ssdkd.optim_wrapper.architecture.optimizer
    assert optimizer == oracle.optim_wrapper.optimizer
    for key in ('teacher', 'architecture', 'teacher_ckpt'):
        assert ssdkd.model[key] == oracle.model[key]
    assert (
        ssdkd.model.distillation.tau
        == oracle.model.distiller.distill_losses.loss_kd.tau
    )


@pytest.mark.parametrize('path', IN1K, ids=name_of)
def test_published_teacher_is_its_config_s(path):
    """The address is the one that mmpretrain lists for the config."""
    model = read(path).model
    published = get_config(model.teacher.cfg_path, pretrained=True)
    assert model.teacher_ckpt == published.model_path


@pytest.mark.parametrize('loader', ['train_dataloader', 'test_dataloader'])
def test_folders_give_rgb(loader, tmp_path, monkeypatch):
    """A red image stays red, under CIFAR-10's labels."""
    monkeypatch.setenv('CIFAR10_LAYOUT', 'folder')
    path = ROOT / 'mmpretrain' / 'cifar10' / 'resnet34_1xb128-200e_cifar10.py'
    dataset = Config.fromfile(path)[loader].dataset
    red = np.full((32, 32, 3), (200, 100, 50), dtype=np.uint8)
    for name in dataset.metainfo.classes:
        folder = tmp_path / dataset.data_prefix / name
        folder.mkdir(parents=True)
        Image.fromarray(red).save(folder / '0.png')
    dataset.data_root = str(tmp_path)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        samples = list(DATASETS.build(dataset))
    labels = [int(sample['data_samples'].gt_label) for sample in samples]
    assert labels == list(range(10))
    pixel = samples[0]['inputs'][:, 16, 16]
    torch.testing.assert_close(
        pixel, torch.tensor([200, 100, 50], dtype=torch.uint8)
    )
