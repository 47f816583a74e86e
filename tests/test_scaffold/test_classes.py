"""A network's builder says how it takes the number of classes."""

import pytest

from mmrazor_ssdkd.scaffold.classes import classes_key


@pytest.mark.parametrize(
    ('argument', 'key'), [('num_classes', 'num_classes'), ('classes', None)]
)
def test_builder_of_a_file(tmp_path, argument, key):
    """It may import what lies beside it."""
    part = f'part_of_{tmp_path.name}'
    (tmp_path / f'{part}.py').write_text('CLASSES = 3\n')
    path = tmp_path / 'net.py'
    path.write_text(
        f'from {part} import CLASSES\n'
        f'def build({argument}=CLASSES):\n    raise AssertionError\n'
    )
    assert classes_key(f'{path}:build') == key


def test_builder_of_a_zoo():
    """Theirs hand on what they are given."""
    assert classes_key('torchvision:resnet18') == 'num_classes'
    assert classes_key('transformers:NoSuchNetwork') == 'num_labels'
