"""Where what a page says of a run comes from."""

import pytest
from mmengine.config import Config

from mmrazor_ssdkd.reporting.origin import teachers_metrics


@pytest.mark.parametrize(
    'source',
    [None, 'gone/a.pth', f'{"x" * 300}/a.pth', 'a\0/b.pth', '~x/a.pth'],
)
def test_teacher_without_logs(source):
    """Also where its weights have no name of a file."""
    config = Config(dict(model=dict(teacher_ckpt=source)))
    assert teachers_metrics(config, ['accuracy/top1']) == []
