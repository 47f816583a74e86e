"""The page says what logs and checkpoints say, of every kind of run."""

import json
import re
import shutil
from datetime import datetime
from html.parser import HTMLParser

import pytest
import torch
from report_runs import KD, TEACHER, log_lines, start_of, step, trained
from tool_calls import DIGITS

from mmrazor_ssdkd.cli.distillations import build
from mmrazor_ssdkd.reporting import write_report
from mmrazor_ssdkd.reporting.page import LIMIT
from mmrazor_ssdkd.reporting.runs import find_runs

NO_VALIDATION = {
    f'val_{key}': None for key in ('cfg', 'dataloader', 'evaluator')
}


class Page(HTMLParser):
    """The figures of a page, its text and what it refers to."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.text, self.addresses = [], '', []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Takes what a browser would."""
        found = dict(attrs)
        if tag == 'data':
            self.figures.append((found['data-key'], float(found['value'])))
        for name in ('src', 'href', 'xlink:href'):
            if name in found:
                self.addresses.append(found[name])

    def handle_data(self, data):
        """Takes what a person reads."""
        self.text += data + ' '


def page_of(folder, out):
    """Returns the page on a folder; it needs nothing but itself."""
    write_report(folder, out / 'report.html')
    text = (out / 'report.html').read_text()
    assert len(text.encode()) < LIMIT
    page = Page(text)
    assert all(a.startswith(('#', 'data:')) for a in page.addresses)
    assert 'url(http' not in text and '@import' not in text
    return page


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


def logged(work_dir):
    """Returns the last value of everything that was logged."""
    (log,) = work_dir.glob('*/vis_data/scalars.json')
    last = {}
    for line in log.read_text().splitlines():
        last.update(json.loads(line))
    # Training's, where validation has one of this name.
    last['step'] = max(
        entry['step']
        for entry in map(json.loads, log.read_text().splitlines())
        if 'iter' in entry
    )
    return last


def recomputed(work_dir):
    """Returns what the checkpoint says, by other means than the page's."""
    path = work_dir / 'epoch_2.pth'
    state = torch.load(path, map_location='cpu')['state_dict']
    samples = state['_extra_state']['replay_buffer']['samples']
    algorithm = build(find_runs(work_dir)[0].config, str(path))
    with torch.no_grad():
        preds_S = algorithm.predict_student(
            samples['images'], samples['preds_T']
        )
    labels = samples['labels'].long()
    same = preds_S.argmax(dim=1) == labels
    found = {'agreement': [same.double().mean().item()]}
    for label in range(10):
        number = int((labels == label).sum())
        found[f'count.{label}'] = [number]
        found[f'share.{label}'] = [number / len(labels)]
        found[f'agreement.{label}'] = [
            same[labels == label].double().mean().item()
        ]
    log_T = samples['preds_T'].log_softmax(1)
    log_S = preds_S.log_softmax(1)
    divergence = (log_T.exp() * (log_T - log_S)).sum(1)
    worst = divergence.argsort(descending=True)[:12]
    found['worst.divergence'] = divergence[worst].tolist()
    found['worst.confidence.teacher'] = samples['confidence'][worst].tolist()
    found['worst.confidence.student'] = (
        log_S.exp().max(1).values[worst].tolist()
    )
    for role, name in (('teacher', 'teacher'), ('student', 'architecture')):
        weights = {
            key.removeprefix(f'{name}.'): value
            for key, value in state.items()
            if key.startswith(f'{name}.')
        }
        statistics = ('running_mean', 'running_var', 'num_batches_tracked')
        found[f'{role}.params'] = [
            sum(
                value.numel()
                for key, value in weights.items()
                if not key.endswith(statistics)
            )
        ]
        found[f'{role}.nbytes'] = [sum(v.nbytes for v in weights.values())]
        network = getattr(algorithm, name)
        found[f'{role}.macs'] = [multiplications(network)]
    return found


def multiplications(network):
    """Returns those of an image's convolutions and layers."""
    counts = []

    def count(module, inputs, output):
        counts.append(output.numel() * module.weight[0].numel())

    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(count)
    network(torch.zeros(1, 1, 16, 16), mode='tensor')
    return sum(counts)


def seconds(work_dir):
    """Returns the time that the log and the checkpoint tell."""
    (log,) = work_dir.glob('*/*.log')
    lines = re.findall(r'^(\S+ \S+) - mmengine', log.read_text(), re.M)
    saved = torch.load(work_dir / 'epoch_2.pth')['meta']['time']
    ends = [datetime.strptime(lines[-1], '%Y/%m/%d %H:%M:%S')]
    ends.append(datetime.strptime(saved, '%Y%m%d_%H%M%S'))
    begun = datetime.strptime(log.stem, '%Y%m%d_%H%M%S')
    return (max(ends) - begun).total_seconds()


@pytest.mark.slow
def test_every_figure_is_that_of_logs_and_checkpoint(distilled, tmp_path):
    """None is left out, and all of their digits are there."""
    work_dir = distilled / 'distill'
    page = page_of(work_dir, tmp_path)
    last = logged(work_dir)
    took = seconds(work_dir)
    teacher = logged(distilled / 'teacher')
    expected = recomputed(work_dir)
    expected |= {f'last.{key}': [value] for key, value in last.items()}
    top1 = 'accuracy/top1'
    expected |= {
        top1: [last[top1]],
        f'teacher.{top1}': [teacher[top1]],
        'seed': [3],
        'seconds': [took],
        'step': [last['step']],
        'buffer.synthesized': [last['buffer.synthesized']],
    }
    seen = {}
    for key, value in page.figures:
        seen.setdefault(key, []).append(value)
    for role in ('teacher', 'student'):
        assert 0 < seen.pop(f'{role}.milliseconds')[0] < 1000
    # Of classes without an image there is nothing to agree on.
    unknown = [key for key in seen if key not in expected]
    assert not unknown
    for key, values in seen.items():
        assert values == pytest.approx(expected[key], rel=1e-5), key
    left_out = {key for key in recomputed(work_dir) if key not in seen}
    assert all(key.startswith('agreement.') for key in left_out)


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


def test_took_no_step(tmp_path):
    """A run that broke off at once is said to have."""
    start_of(tmp_path / 'run')
    page = page_of(tmp_path / 'run', tmp_path)
    assert 'took no step' in page.text
    assert 'Curves: its logs hold no step' in page.text


def test_names_are_no_markup(tmp_path):
    """A folder's name is shown as it is."""
    start = start_of(tmp_path / '<script>x')
    log_lines(start, step(1, **{'loss_<b>': 2.0, 'loss': 3.0}))
    write_report(tmp_path / '<script>x', tmp_path / 'report.html')
    text = (tmp_path / 'report.html').read_text()
    assert '<script' not in text and '<b>:' not in text
    assert '&lt;script&gt;x' in text
