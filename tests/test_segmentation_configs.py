"""The segmentors' configs at their own sizes, on images and from their zoo."""

import re

import numpy as np
import pytest
import torch
from config_files import CONFIGS as ALL_CONFIGS
from config_files import by_size, read
from mmengine.hub import get_config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmrazor.registry import MODELS
from mmseg.registry import DATASETS
from mmseg.structures import SegDataSample
from PIL import Image
from toy_models import snapshot

from mmrazor_ssdkd.models.building import build_model, resolve_model
from mmrazor_ssdkd.models.forward import predict_logits

ROOT = ALL_CONFIGS / 'mmseg'
# MMRazor's own data-free algorithms have tests of their own.
PEERS = ('dafl', 'dfad', 'zskt')
ALL = sorted(ROOT.rglob('*.py'))
CONFIGS = [path for path in ALL if not path.stem.startswith(PEERS)]
SSDKD = [path for path in CONFIGS if 'ssdkd' in path.stem]
ON_IMAGES = [path for path in CONFIGS if path not in SSDKD]
ZOO = [path for path in SSDKD if path.parent.name in ('cityscapes', 'voc12')]


def name_of(path):
    """The name of a config's test."""
    return path.stem


@pytest.fixture
def cfg(path):
    """A config in its own scope, whose teacher needs no checkpoint."""
    cfg = read(path)
    if 'teacher_ckpt' in cfg.model:
        cfg.model.teacher_ckpt = None
    cfg.model.pop('pretrained', None)
    # As the runner does.
    if 'data_preprocessor' in cfg:
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        yield cfg


HEADS = {
    'ASPPHead': 'deeplabv3',
    'DepthwiseSeparableASPPHead': 'deeplabv3plus',
}


def network(model):
    """Returns what a segmentor is called in the name of a config."""
    model = resolve_model(model, 'model').model
    backbone = model.backbone
    if backbone.type == 'MobileNetV2':
        name, width = 'm-v2', round(100 * backbone.get('widen_factor', 1.0))
        whole = 100
    else:
        assert backbone.type == 'ResNetV1c'
        name, width = f'r{backbone.depth}', backbone.get('base_channels', 64)
        whole = 64
    suffix = 'd8' if width == whole else f'w{width}'
    return f'{HEADS[model.decode_head.type]}-{name}-{suffix}'


@pytest.mark.parametrize('path', ALL, ids=name_of)
def test_networks_and_data_match_name(path):
    """Architectures, the folder, and the size of the synthetic images."""
    model = read(path).model
    if path.stem.startswith(PEERS):
        (teacher,) = model.teachers.values()
        models = [teacher.build_cfg, model.architecture]
    else:
        models = [model.get('teacher'), model.get('architecture', model)]
    names = [network(model) for model in models if model]
    networks, length_and_data = path.stem.split('_1xb')
    parts = networks.split('_')
    # A plain training has no method and loss in front.
    found = parts[2:] if len(names) == 2 else ['-'.join(parts)]
    assert [part.removesuffix('-inherited') for part in found] == names
    data = length_and_data.split('_', 1)[1]
    assert data.startswith(path.parent.name.replace('_', '-'))
    size = re.search(r'-(\d+)x(\d+)$', data)
    if size and 'ssdkd' in path.stem:
        assert sorted(map(int, size.groups())) == sorted(
            model.generator.image_size
        )


@pytest.mark.parametrize('path', by_size(ON_IMAGES), ids=name_of)
def test_takes_two_steps_on_images(cfg):
    """Teachers and oracles: finite losses, and the network moves."""
    size = (32, 32)
    segmentor = cfg.model.get('architecture', cfg.model)
    for part in (cfg.model, segmentor):
        if part.get('data_preprocessor', {}).get('size'):
            part.data_preprocessor.size = size
    model = MODELS.build(cfg.model)
    model.train()
    trained = getattr(model, 'architecture', model)
    before = snapshot(trained)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    inputs = torch.randint(0, 256, (2, 3, *size), dtype=torch.uint8)
    classes = segmentor.decode_head.num_classes
    labels = torch.randint(0, classes, (2, 1, *size))
    samples = []
    for label in labels:
        sample = SegDataSample(metainfo=dict(img_shape=size, ori_shape=size))
        sample.gt_sem_seg = PixelData(data=label)
        samples.append(sample)
    for _ in range(2):
        data = dict(inputs=list(inputs), data_samples=samples)
        logs = model.train_step(data, wrapper)
        assert all(torch.isfinite(value) for value in logs.values())
    after = snapshot(trained)
    key = 'decode_head.conv_seg.weight'
    assert not torch.equal(before[key], after[key])


@pytest.mark.parametrize('path', SSDKD, ids=name_of)
def test_parts_fit_at_its_own_size(cfg):
    """Teacher and student take all that the generator makes, memory, too.

    Shapes alone are computed; numbers are those of another size elsewhere.
    """
    shared = cfg.model.get('data_preprocessor')
    with torch.device('meta'), torch.no_grad():
        generator = MODELS.build(cfg.model.generator)
        images = generator(generator.draw_latent(2))
        maps = {}
        for part in ('teacher', 'architecture'):
            model = build_model(cfg.model[part], part, shared).eval()
            maps[part] = predict_logits(model, images, model.data_preprocessor)
    size = cfg.model.generator.image_size
    size = (size, size) if isinstance(size, int) else tuple(size)
    assert images.shape == (2, 3, *size)
    assert maps['teacher'].shape[:2] == maps['architecture'].shape[:2]
    buffer = MODELS.build(cfg.model.replay_buffer)
    buffer.check_memory(images.shape[1:], maps['teacher'].shape[1:])


@pytest.mark.parametrize('path', ZOO, ids=name_of)
def test_published_teacher_is_its_config_s(path):
    """The address is the one that mmsegmentation lists for the config."""
    model = read(path).model
    published = get_config(model.teacher.cfg_path, pretrained=True)
    assert model.teacher_ckpt == published.model_path


def make_folders(root, dataset, size, classes):
    """Writes one image and its labels where a dataset looks for them."""
    generator = np.random.default_rng(0)
    prefix = dataset.data_prefix
    for folder, shape, high, suffix in (
        (prefix.img_path, (*size, 3), 256, 'jpg'),
        (prefix.seg_map_path, size, classes, 'png'),
    ):
        (root / folder).mkdir(parents=True)
        pixels = generator.integers(0, high, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(root / folder / f'0.{suffix}')


@pytest.mark.parametrize(
    ('name', 'stored', 'seen'),
    [
        ('camvid/deeplabv3_r50-d8_1xb8-200e_camvid', (192, 256), (192, 256)),
        (
            'camvid/deeplabv3_r18-w32_1xb8-80e_camvid-128x96',
            (192, 256),
            (96, 128),
        ),
        ('nyuv2/deeplabv3_r50-d8_1xb8-200e_nyuv2', (480, 640), (240, 320)),
    ],
)
def test_pipelines(name, stored, seen, tmp_path):
    """Images come at the network's size, validation's labels at their own."""
    cfg = read(ROOT / f'{name}.py')
    classes = cfg.model.decode_head.num_classes
    for loader, size in (('train_dataloader', None), ('val_dataloader', seen)):
        dataset = cfg[loader].dataset
        make_folders(tmp_path, dataset, stored, classes)
        dataset.data_root = str(tmp_path)
        with DefaultScope.overwrite_default_scope('mmseg'):
            (sample,) = DATASETS.build(dataset)
        labels = sample['data_samples'].gt_sem_seg.data
        assert labels.max() == classes - 1
        if size:
            assert sample['inputs'].shape == (3, *size)
            assert labels.shape == (1, *stored)
        else:
            assert sample['inputs'].shape[1:] == labels.shape[1:]
            assert all(
                side <= limit for side, limit in zip(labels.shape[1:], seen)
            )
