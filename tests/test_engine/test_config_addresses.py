"""Tests of configs that are named by package and path."""

import argparse

import mmpretrain
import pytest

from mmrazor_ssdkd.cli.parser import tool
from mmrazor_ssdkd.engine import add_config_arguments, load_config, read_config
from mmrazor_ssdkd.engine.config_addresses import find_config

KD = 'distill/mmcls/kd/kd_logits_resnet34_resnet18_8xb32_in1k.py'
RESNET = 'resnet/resnet18_8xb16_cifar10'
DIGITS = 'mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'


@pytest.mark.parametrize(
    'address',
    [
        f'mmrazor::{KD}',
        f'mmpretrain::{RESNET}.py',
        f'mmpretrain::{RESNET}',
        f'mmcls::{RESNET}.py',
        'mmseg::deeplabv3/deeplabv3_r50-d8_4xb2-40k_cityscapes-512x1024.py',
        f'mmrazor_ssdkd::{DIGITS}',
    ],
)
def test_addresses(address):
    """Each package's configs load, with a work dir of the file's name."""
    file = find_config(address)
    assert file.is_file()
    assert address.split('/')[-1].removesuffix('.py') == file.stem
    cfg = load_config(address)
    assert cfg.filename == str(file)
    assert cfg.work_dir == f'work_dirs/{file.stem}'


def test_mmcls_is_read_from_mmpretrain():
    """It is the same file."""
    root = mmpretrain.__path__[0]
    assert str(find_config(f'mmcls::{RESNET}')).startswith(root)


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        ('none.py', "`config` must be the path of a file.*'none.py'"),
        (f'{"x" * 300}.py', '`config` must be the path of a file'),
        ('a\0.py', '`config` must be the path of a file'),
        (f'mmpretrain::{"x" * 300}', 'must be a config of mmpretrain'),
        (f'mmcls::{"x" * 300}', 'must be a config of mmpretrain'),
        ('none::a/b.py', 'a package of OpenMMLab'),
        ('mmocr::a/b.py', 'mmocr is not: run pip install "mmocr"'),
        ('mmdet3d::a/b.py', 'pip install "mmdet3d>=1.*full mmcv'),
        ('mmrazor_ssdkd::none.py', 'a config of mmrazor_ssdkd'),
        (
            'mmrazor::kd/kd_logits_resnet34_resnet18_8xb32_in1.py',
            f'is it {KD!r}',
        ),
        # Its base is of another package.
        (
            'mmrazor::distill/mmdet3d/pkd/'
            'pkd_fpn_fcos3d_r101_fcos3d_r50_8xb2-1x_nus-mono3d.py',
            'pip install "mmdet3d>=1.*full mmcv',
        ),
    ],
)
def test_tools_end_in_one_line(config, message, capsys):
    """What is wrong is the last line that a tool prints."""
    parser = argparse.ArgumentParser()
    add_config_arguments(parser)
    with pytest.raises(SystemExit) as caught:
        tool(lambda: read_config(parser.parse_args([config])))()
    assert caught.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert message.split('.*')[0] in last
    for part in message.split('.*'):
        assert part in last
