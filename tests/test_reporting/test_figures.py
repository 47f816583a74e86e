"""Every figure of a page is that of logs and checkpoint, of every task."""

import pytest
from report_pages import logged, page_of, recomputed, seconds
from report_runs import TEACHER, trained
from tool_calls import DIGITS, ROOT

SCENES = ROOT / 'configs/mmseg/digit_scenes'
(SCENES_TEACHER,) = SCENES.glob('deeplabv3plus_*.py')
(SCENES_PAIR,) = SCENES.glob('ssdkd_logits_*-r18-w8_*.py')
(CAMVID_PAIR,) = (ROOT / 'configs/mmseg/camvid').glob('ssdkd_logits_*-75e_*')
# As `add_fidelity` gives it, of few images.
FIDELITY = dict(
    val_cfg=dict(
        type='mmrazor_ssdkd.FidelityLoop', rounds=1, iters=1, batch_size=4
    ),
    val_dataloader=dict(
        _delete_=True,
        batch_size=4,
        num_workers=0,
        dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=8),
        sampler=dict(type='DefaultSampler', shuffle=False),
    ),
    val_evaluator=dict(_delete_=True, type='mmrazor_ssdkd.FidelityMetric'),
)
SHORT = dict(val_dataloader__dataset__length=8)

pytestmark = pytest.mark.slow


def distilled(task, root):
    """Distils a task in two epochs, from a teacher that left its logs."""
    if task == 'camvid':
        # Its streets need not be there.
        trained(CAMVID_PAIR, root / 'distill', **FIDELITY)
        return
    teacher, pair, options = {
        'digits': (TEACHER, DIGITS, {}),
        'scenes': (SCENES_TEACHER, SCENES_PAIR, SHORT),
    }[task]
    length = (
        {} if task == 'digits' else dict(train_dataloader__dataset__length=32)
    )
    folder = root / 'teacher'
    trained(teacher, folder, train_cfg__max_epochs=1, **length, **options)
    weights = str(folder / 'epoch_1.pth')
    trained(pair, root / 'distill', model__teacher_ckpt=weights, **options)


def metrics(work_dir):
    """Returns what the last validation measured."""
    return {
        key: value
        for key, value in logged(work_dir).items()
        if key.startswith(('accuracy/', 'fidelity/'))
        or key.endswith('Acc')
        or key in ('mIoU',)
    }


@pytest.mark.parametrize('task', ['digits', 'scenes', 'camvid'])
def test_every_figure_is_that_of_logs_and_checkpoint(task, tmp_path):
    """None is left out, and all of their digits are there."""
    distilled(task, tmp_path)
    work_dir = tmp_path / 'distill'
    page = page_of(work_dir, tmp_path)
    last = logged(work_dir)
    took, measured = seconds(work_dir), metrics(work_dir)
    assert measured
    found = recomputed(work_dir)
    expected = found | {f'last.{key}': [v] for key, v in last.items()}
    expected |= {key: [value] for key, value in measured.items()}
    if task != 'camvid':
        teachers = metrics(tmp_path / 'teacher')
        expected |= {f'teacher.{key}': [v] for key, v in teachers.items()}
    expected |= {
        'seed': [3],
        'seconds': [took],
        'step': [last['step']],
        'buffer.synthesized': [last['buffer.synthesized']],
    }
    seen = {}
    for key, value in page.figures:
        seen.setdefault(key, []).append(value)
    for role in ('teacher', 'student'):
        assert 0 < seen.pop(f'{role}.milliseconds')[0] < 2000
    unknown = [key for key in seen if key not in expected]
    assert not unknown
    for key, values in seen.items():
        assert values == pytest.approx(expected[key], rel=1e-5), key
    # Of classes without an image there is nothing to agree on.
    left_out = {key for key in {*found, *measured} if key not in seen}
    assert all(key.startswith('agreement.') for key in left_out)
