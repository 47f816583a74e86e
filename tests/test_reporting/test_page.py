"""The page says what logs and checkpoints say, of every kind of run."""

import json
import math
import shutil

import pytest
from report_pages import Page, logged, page_of
from report_runs import KD, TEACHER, log_lines, start_of, step, trained
from tool_calls import DIGITS

from mmrazor_ssdkd.reporting import write_report
from mmrazor_ssdkd.reporting.facts import Fact
from mmrazor_ssdkd.reporting.gallery import ClassRow
from mmrazor_ssdkd.reporting.page import render
from mmrazor_ssdkd.reporting.run_report import RunReport
from mmrazor_ssdkd.reporting.scalars import Scalars
from mmrazor_ssdkd.reporting.status import Status

NO_VALIDATION = {
    f'val_{key}': None for key in ('cfg', 'dataloader', 'evaluator')
}


@pytest.fixture(scope='module')
def distilled(tmp_path_factory):
    """A distillation of two epochs, of a teacher that left its logs."""
    root = tmp_path_factory.mktemp('runs')
    trained(TEACHER, root / 'teacher', train_cfg__max_epochs=1)
    trained(
        DIGITS,
        root / 'distill',
        model__teacher_ckpt=str(root / 'teacher' / 'epoch_1.pth'),
    )
    return root


@pytest.mark.slow
def test_side_by_side(distilled, tmp_path):
    """Two runs of one folder, one of them a teacher's training."""
    page = page_of(distilled, tmp_path)
    top1 = [v for k, v in page.figures if k == 'side.accuracy/top1']
    expected = [
        logged(distilled / name)['accuracy/top1']
        for name in ('distill', 'teacher')
    ]
    assert top1 == expected
    assert 'Side by side' in page.text and '#run-2' in page.addresses
    assert 'ImageClassifier, finished, 1 of 1 epochs' in page.text


@pytest.mark.slow
def test_no_validation(tmp_path):
    """Is said, and all the rest is there."""
    trained(DIGITS, tmp_path / 'run', **NO_VALIDATION)
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'Accuracy on real data: nothing was validated' in page.text
    assert 'SSDKD, finished, 2 of 2 epochs' in page.text
    assert 'last.loss' in dict(page.figures)


@pytest.mark.slow
def test_another_algorithm(distilled, tmp_path):
    """MMRazor's own distillation has no buffer, and both networks."""
    teacher = str(distilled / 'teacher' / 'epoch_1.pth')
    trained(
        KD,
        tmp_path / 'run',
        model__teacher_ckpt=teacher,
        train_cfg__max_epochs=1,
    )
    page = page_of(tmp_path / 'run', tmp_path)
    figures = dict(page.figures)
    assert figures['teacher.params'] > figures['student.params'] > 0
    assert 'teacher.accuracy/top1' in figures
    assert 'What it learnt from' not in page.text


@pytest.fixture
def copied(distilled, tmp_path):
    """A copy of the distillation, to break."""
    shutil.copytree(distilled / 'distill', tmp_path / 'broken')
    # It names the original's.
    (tmp_path / 'broken' / 'last_checkpoint').unlink()
    return tmp_path / 'broken'


def cut(path):
    """Leaves the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.slow
def test_unfinished_run(copied, tmp_path):
    """One epoch, half a line and an older checkpoint."""
    (copied / 'epoch_2.pth').unlink()
    (record,) = copied.glob('*/run.json')
    record.write_text(json.dumps(dict(finished=False)))
    (log,) = copied.glob('*/vis_data/scalars.json')
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(''.join(lines[:3]) + '{"loss": 1.')
    page = page_of(copied, tmp_path)
    assert 'SSDKD, not finished, 1 of 2 epochs' in page.text
    assert '1 broken lines of its logs' in page.text
    assert 'epoch_1.pth' in page.text and 'agreement' in dict(page.figures)


@pytest.mark.slow
def test_broken_checkpoints(copied, tmp_path):
    """The log and the sizes are still shown."""
    for path in copied.glob('*.pth'):
        cut(path)
    page = page_of(copied, tmp_path)
    assert 'Its checkpoint: `resume` must find a whole' in page.text
    figures = dict(page.figures)
    assert figures['student.params'] and figures['last.loss']
    assert 'agreement' not in figures


@pytest.mark.slow
def test_checkpoint_of_another_student(copied, tmp_path):
    """Is named, and the log is still shown."""
    (config,) = copied.glob('*/vis_data/config.py')
    text = config.read_text().replace('base_channels=8', 'base_channels=12')
    text = text.replace('stem_channels=8', 'stem_channels=12')
    config.write_text(text.replace('in_channels=64', 'in_channels=96'))
    page = page_of(copied, tmp_path)
    assert 'Its networks: `checkpoint` must fit the model' in page.text
    assert 'last.loss' in dict(page.figures)


@pytest.mark.slow
def test_checkpoint_without_images(tmp_path):
    """As `save_images_interval` leaves it."""
    trained(DIGITS, tmp_path / 'run', model__save_images_interval=0)
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'Its images: its checkpoint holds none' in page.text
    assert 'student.params' in dict(page.figures)


def test_nothing_but_a_log(tmp_path):
    """No config, no checkpoint: what was logged is shown."""
    start = start_of(tmp_path / 'run')
    log_lines(start, step(1, loss=2.0), {'fidelity/agreement': 0.5, 'step': 1})
    page = page_of(tmp_path / 'run', tmp_path)
    assert dict(page.figures)['last.loss'] == 2.0
    assert dict(page.figures)['fidelity/agreement'] == 0.5
    assert 'it left no config that can be read' in page.text


def test_a_run_that_came_to_nan(tmp_path):
    """It is said, where the curve ends before."""
    nan = float('nan')
    lines = [step(1, loss=2.0), step(2, loss=nan), {'a/b': nan, 'step': 2}]
    log_lines(start_of(tmp_path / 'run'), *lines)
    page = page_of(tmp_path / 'run', tmp_path)
    figures = dict(page.figures)
    assert math.isnan(figures['last.loss']) and math.isnan(figures['a/b'])
    assert 'were no finite numbers: of loss, a/b.' in page.text


def test_took_no_step(tmp_path):
    """A run that broke off at once is said to have."""
    start_of(tmp_path / 'run')
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'took no step' in page.text
    assert 'Curves: its logs hold no step' in page.text


def test_a_run_that_broke_off(tmp_path):
    """An epoch that has begun is not done."""
    start = start_of(tmp_path / 'run')
    config = start / 'vis_data' / 'config.py'
    config.write_text('train_cfg = dict(max_epochs=12)')
    log_lines(start, step(1, loss=2.0))
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'not finished, 0 of 12 epochs' in page.text
    log_lines(start, step(1, loss=2.0), step(2, loss=2.0))
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'not finished, 1 of 12 epochs' in page.text
    config.write_text('train_cfg = dict(max_iters=12)')
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'not finished, 2 of 12 iterations' in page.text


def test_names_are_no_markup(tmp_path):
    """A folder's name is shown as it is."""
    start = start_of(tmp_path / '<script>x')
    log_lines(start, step(1, **{'loss_<b>': 2.0, 'loss': 3.0}))
    write_report(tmp_path / '<script>x', tmp_path / 'report.html')
    text = (tmp_path / 'report.html').read_text()
    assert '<script' not in text and '<b>:' not in text
    assert '&lt;script&gt;x' in text


@pytest.mark.parametrize('number', [2, 100])
def test_classes_that_are_not_shown(number):
    """Are said to be left out."""
    shown = [
        ClassRow(
            name,
            '#ffffff',
            Fact('count.0', 'in the buffer', 3, '3'),
            Fact('share.0', 'share', 0.5, '50%'),
            None,
            [],
        )
        for name in ('first', 'last')
    ]
    status = Status(True, 2, 2, 'epochs')
    report = RunReport('run', 'SSDKD', status, Scalars())
    report.classes, report.num_classes = shown, number
    text = Page(render([report], 'run')).text
    assert ('Of 100 classes those with most' in text) == (number == 100)
