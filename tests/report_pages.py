"""Pages on runs as a person reads them, and their figures by other means."""

import json
import re
from datetime import datetime
from html.parser import HTMLParser

import torch

from mmrazor_ssdkd.cli.distillations import build
from mmrazor_ssdkd.reporting import write_report
from mmrazor_ssdkd.reporting.page import LIMIT
from mmrazor_ssdkd.reporting.runs import find_runs


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
    """Returns what the last checkpoint says, by other means than the page's.

    Logits of a segmentor are compared pixel by pixel, where the buffer keeps
    its teacher's.
    """
    path = work_dir / 'epoch_2.pth'
    state = torch.load(path, map_location='cpu')['state_dict']
    samples = state['_extra_state']['replay_buffer']['samples']
    algorithm = build(find_runs(work_dir)[0].config, str(path))
    with torch.no_grad():
        preds_S = algorithm.predict_student(
            samples['images'], samples['preds_T']
        )
    found = _of_answers(samples, preds_S)
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
        shape = samples['images'].shape[1:]
        network = getattr(algorithm, name)
        found[f'{role}.macs'] = [_multiplications(network, shape)]
    return found


def _of_answers(samples, preds_S):
    """Returns how far the student does what its teacher did."""
    labels, preds_T = samples['labels'].long(), samples['preds_T'].float()
    same = preds_S.argmax(dim=1) == labels
    found = {'agreement': [same.double().mean().item()]}
    for label in range(preds_T.shape[1]):
        of_class = labels == label
        number = int(of_class.sum())
        found[f'count.{label}'] = [number]
        found[f'share.{label}'] = [number / labels.numel()]
        found[f'agreement.{label}'] = [same[of_class].double().mean().item()]
    log_T, log_S = preds_T.log_softmax(1), preds_S.log_softmax(1)
    divergence = (log_T.exp() * (log_T - log_S)).sum(1)
    divergence = (
        divergence.flatten(1).mean(1) if labels.ndim > 1 else divergence
    )
    worst = divergence.argsort(descending=True)[:12]
    found['worst.divergence'] = divergence[worst].tolist()
    if labels.ndim > 1:
        found['worst.agreement'] = (
            same[worst].double().flatten(1).mean(1).tolist()
        )
        return found
    found['worst.confidence.teacher'] = samples['confidence'][worst].tolist()
    found['worst.confidence.student'] = (
        log_S.exp().max(1).values[worst].tolist()
    )
    return found


def _multiplications(network, shape):
    """Returns those of an image's convolutions and layers."""
    counts = []

    def count(module, inputs, output):
        counts.append(output.numel() * module.weight[0].numel())

    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        network(torch.zeros(1, *shape), mode='tensor')
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
