"""The synthetic set is what OpenMMLab's own datasets read."""

import numpy as np
import pytest
import torch
from export_synthetic import export_synthetic
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.datasets import CustomDataset, MultiLabelDataset
from mmseg.datasets import BaseSegDataset
from toy_models import (
    build,
    classifier,
    optimizers,
    segmentation,
    segmentor,
    several_labels,
    ssdkd,
    steps,
)


def distil(model, path):
    """Takes a step, saves a checkpoint and returns the algorithm."""
    algorithm = build(model)
    steps(algorithm, optimizers(algorithm), 1)
    torch.save(dict(state_dict=algorithm.state_dict()), path)
    return algorithm.eval()


def export(model, tmp_path, scope):
    """Exports a step's buffer; returns what was stored, and the folder."""
    algorithm = distil(model, tmp_path / 'epoch.pth')
    out = tmp_path / 'out'
    config = Config(dict(model=model, default_scope=scope))
    number = export_synthetic(config, str(tmp_path / 'epoch.pth'), str(out))
    images = algorithm.replay_buffer.state_dict()['samples']['images']
    assert number == len(images) > 0
    return algorithm, images, out


def test_classes_are_those_of_a_custom_dataset(tmp_path):
    """Pixels and the teacher's classes come back as they were."""
    algorithm, images, out = export(ssdkd(), tmp_path, 'mmpretrain')
    load = dict(type='LoadImageFromFile', color_type='grayscale')
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset = CustomDataset(data_root=str(out / 'images'), pipeline=[load])
    classes = [str(number) for number in range(10)]
    assert list(dataset.CLASSES) == classes
    assert len(dataset) == len(images)
    labels = algorithm.predict_teacher(images).argmax(dim=1)
    for item in dataset:
        number = int(item['img_path'][-10:-4])
        assert item['gt_label'] == labels[number]
        assert np.array_equal(item['img'].squeeze(), images[number][0])


def test_labels_are_those_of_a_multi_label_dataset(tmp_path):
    """And the logits are the teacher's own."""
    model = several_labels()
    for network in (model['teacher'], model['architecture']):
        init = dict(type='Normal', layer='Linear', std=3.0)
        network['head']['init_cfg'] = init
    algorithm, images, out = export(model, tmp_path, 'mmpretrain')
    load = dict(type='LoadImageFromFile', color_type='grayscale')
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset = MultiLabelDataset(
            data_root=str(out),
            ann_file='annotations.json',
            data_prefix='images',
            pipeline=[load, dict(type='PackInputs')],
        )
    assert list(dataset.CLASSES) == [str(number) for number in range(10)]
    preds_T = algorithm.predict_teacher(images)
    on = preds_T.argmax(dim=1)
    assert on.any() and not on.all()
    assert len(dataset) == len(images)
    for number, item in enumerate(dataset):
        assert torch.equal(item['inputs'][0], images[number][0])
        assert torch.equal(item['data_samples'].gt_score, on[number].float())
        labels = on[number].nonzero().flatten().tolist()
        assert dataset.get_cat_ids(number) == labels
    saved = np.load(out / 'soft_labels.npz')
    own = algorithm.label_model.merge(preds_T).numpy(force=True)
    assert np.allclose(saved['logits'], own, atol=1e-4)


def test_colours_and_maps_are_those_of_a_seg_dataset(tmp_path):
    """Images come back in the order of channels that the generator made."""
    algorithm, images, out = export(segmentation(), tmp_path, 'mmseg')
    metainfo = dict(classes=tuple('abcde'), palette=[[0, 0, 0]] * 5)
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = BaseSegDataset(
            data_root=str(out),
            data_prefix=dict(img_path='img_dir', seg_map_path='ann_dir'),
            img_suffix='.png',
            metainfo=metainfo,
            reduce_zero_label=False,
            pipeline=[
                dict(type='LoadImageFromFile'),
                dict(type='LoadAnnotations'),
            ],
        )
    maps = torch.nn.functional.interpolate(
        algorithm.predict_teacher(images), (32, 48), mode='bilinear'
    ).argmax(dim=1)
    assert len(dataset) == len(images)
    for number, item in enumerate(dataset):
        assert np.array_equal(item['img'], images[number].permute(1, 2, 0))
        assert np.array_equal(item['gt_seg_map'], maps[number])


def loading(channels):
    """Returns what loads an image of some channels."""
    if channels in (2, 5, 13):
        return dict(type='mmrazor_ssdkd.LoadArrayFromFile'), '.npy'
    return dict(type='LoadImageFromFile', color_type='unchanged'), '.png'


@pytest.mark.parametrize('channels', [2, 4, 5, 13])
def test_classes_of_images_of_other_channels(tmp_path, channels):
    """Pixels come back as they were, in the order of the channels."""
    networks = dict(
        architecture=classifier(channels=channels),
        teacher=classifier(channels=channels),
    )
    model = ssdkd(**networks, generator=dict(channels=channels))
    _, images, out = export(model, tmp_path, 'mmpretrain')
    load, suffix = loading(channels)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset = CustomDataset(
            data_root=str(out / 'images'),
            pipeline=[load],
            extensions=(suffix,),
        )
    assert len(dataset) == len(images)
    for item in dataset:
        number = int(item['img_path'][-10:-4])
        expected = images[number].permute(1, 2, 0)
        assert np.array_equal(item['img'], expected)
        assert tuple(item['img_shape']) == (16, 16)


@pytest.mark.parametrize(
    ('channels', 'num_classes'), [(5, 5), (4, 255), (3, 256), (3, 300)]
)
def test_maps_of_many_classes(tmp_path, channels, num_classes):
    """Every class comes back, and none is the one that is ignored."""
    network = segmentor(num_classes=num_classes)
    network['backbone']['in_channels'] = channels
    network['decode_head']['ignore_index'] = -100
    network['data_preprocessor'].update(
        mean=[100.0] * channels, std=[50.0] * channels, bgr_to_rgb=False
    )
    model = segmentation(
        architecture=network,
        teacher=network,
        generator=dict(channels=channels, image_size=(32, 48)),
    )
    algorithm, images, out = export(model, tmp_path, 'mmseg')
    load, suffix = loading(channels)
    maps = dict(
        type='mmengine.LoadAnnotations',
        with_bbox=False,
        with_label=False,
        with_seg=True,
    )
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = BaseSegDataset(
            data_root=str(out),
            data_prefix=dict(img_path='img_dir', seg_map_path='ann_dir'),
            img_suffix=suffix,
            metainfo=dict(classes=[*map(str, range(num_classes))]),
            reduce_zero_label=False,
            pipeline=[load, maps],
        )
    expected = torch.nn.functional.interpolate(
        algorithm.predict_teacher(images), (32, 48), mode='bilinear'
    ).argmax(dim=1)
    assert len(dataset) == len(images)
    for number, item in enumerate(dataset):
        assert np.array_equal(item['img'], images[number].permute(1, 2, 0))
        assert np.array_equal(item['gt_seg_map'], expected[number])
        wide = item['gt_seg_map'].dtype == np.uint16
        assert wide == (num_classes > 255)


def test_soft_labels_are_the_teachers_logits(tmp_path):
    """One row for each file, in the same order."""
    algorithm, images, out = export(ssdkd(), tmp_path, 'mmpretrain')
    saved = np.load(out / 'soft_labels.npz')
    assert len(saved['files']) == len(images)
    assert all((out / name).exists() for name in saved['files'])
    expected = algorithm.predict_teacher(images).numpy()
    assert saved['logits'].dtype == np.float32
    np.testing.assert_allclose(saved['logits'], expected, rtol=1e-4, atol=1e-5)


def test_labels_of_several_teachers(tmp_path):
    """They are the ensemble's, from the weights of the checkpoint alone."""
    model = ssdkd()
    entry = dict(build_cfg=model.pop('teacher'))
    model['teachers'] = {name: dict(entry) for name in ('a', 'b')}
    algorithm = distil(model, tmp_path / 'epoch.pth')
    for name, each in model['teachers'].items():
        each['ckpt_path'] = f'/no/longer/{name}.pth'
    config = Config(dict(model=model, default_scope='mmpretrain'))
    out = tmp_path / 'out'
    export_synthetic(config, str(tmp_path / 'epoch.pth'), str(out))
    assert config.model.teachers.a.ckpt_path == '/no/longer/a.pth'
    samples = algorithm.replay_buffer.state_dict()['samples']
    logits = [
        teacher((samples['images'] - 100.0) / 50, mode='tensor').detach()
        for teacher in algorithm.teacher.values()
    ]
    assert not np.allclose(*logits, rtol=1e-2)
    np.testing.assert_allclose(
        np.load(out / 'soft_labels.npz')['logits'],
        sum(logits) / 2,
        rtol=1e-4,
        atol=1e-5,
    )


def test_checkpoint_without_samples(tmp_path):
    """The message names the setting that leaves them out."""
    model = ssdkd(save_images_interval=0)
    distil(model, tmp_path / 'epoch.pth')
    config = Config(dict(model=model, default_scope='mmpretrain'))
    with pytest.raises(ValueError, match='`save_images_interval`'):
        export_synthetic(
            config, str(tmp_path / 'epoch.pth'), str(tmp_path / 'o')
        )
    assert not (tmp_path / 'o').exists()


def test_config_of_another_algorithm(tmp_path):
    """A network alone has no buffer."""
    config = Config(dict(model=classifier(), default_scope='mmpretrain'))
    with pytest.raises(ValueError, match=r'`config`.*SSDKD.*ImageClassifier'):
        export_synthetic(config, 'none.pth', str(tmp_path / 'o'))


def test_folder_with_something_in_it(tmp_path):
    """Two sets are not mixed."""
    (tmp_path / 'mine.txt').write_text('mine')
    with pytest.raises(ValueError, match='`out` must be a new or an empty'):
        export_synthetic(Config(), 'none.pth', str(tmp_path))


@pytest.mark.parametrize('there', [False, True])
def test_full_disk_leaves_nothing(tmp_path, monkeypatch, there):
    """Of images, whose library says that all went well."""
    if there:
        (tmp_path / 'out').mkdir()

    def fail(path, data, durable):
        raise OSError(28, 'No space left on device', str(path))

    monkeypatch.setattr('export_synthetic.write_bytes', fail)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match=r'No space left.*\.png'):
        export(ssdkd(), tmp_path, 'mmpretrain')
    (tmp_path / 'epoch.pth').unlink()
    assert sorted(tmp_path.iterdir()) == before
    assert not there or not list((tmp_path / 'out').iterdir())


def test_folders_beside_it_stay(tmp_path):
    """Whatever they are called, and others may read what is written."""
    mine = tmp_path / '.out.partial'
    mine.mkdir()
    (mine / 'a.txt').write_text('mine')
    _, _, out = export(ssdkd(), tmp_path, 'mmpretrain')
    assert (mine / 'a.txt').read_text() == 'mine'
    assert out.stat().st_mode == mine.stat().st_mode
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {'.out.partial', 'epoch.pth', 'out'}
