"""Gathers what a page shows of one run, and says what is missing."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Optional, TypeVar

from mmengine.config import Config
from mmengine.logging import MMLogger

from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.distillations import build_any
from mmrazor_ssdkd.cli.pictures import class_names
from mmrazor_ssdkd.models.algorithms import SSDKD

from .advice import Evidence, advise
from .curves import svg_of
from .facts import Fact, metric_facts, ratios, size_facts
from .gallery import class_rows, shown_newest, shown_worst
from .networks import image_shape, measure, networks_of
from .origin import origin_facts, teachers_metrics
from .panels import panels_of
from .records import Record, read_record
from .run_report import RunReport
from .runs import Run
from .samples import compare
from .scalars import read_scalars
from .status import Saved, Status, read_saved, status_of

__all__ = ['collect']

Result = TypeVar('Result')


def collect(run: Run) -> RunReport:
    """Reads a run and measures its networks.

    Args:
        run (Run): Which one.

    Returns:
        RunReport: With whatever there is; nothing in a run raises.
    """
    with _quiet():
        config, scalars = run.config, read_scalars(run.starts)
        saved = read_saved(run)
        record = read_record(run, str(saved.meta.get('time')))
        status = status_of(config, scalars, record, saved)
        report = RunReport(run.name, _kind(config), status, scalars)
        report.origin = origin_facts(run, config, record, saved, scalars)
        _add_logged(report, status)
        evidence = Evidence(scalars)
        if config is None:
            report.missing.append(
                'Its networks and images: it left no config that can be read.'
            )
        else:
            evidence.model = dict(config.get('model') or {})
            report.teachers = teachers_metrics(config, scalars.metrics)
            _add_model(report, config, record, saved, evidence)
        if 'SSDKD' in report.kind:
            report.advice = advise(evidence)
    return report


def _add_logged(report: RunReport, status: Status) -> None:
    """Adds what the log alone tells."""
    scalars = report.scalars
    report.real = metric_facts(scalars, fidelity=False)
    report.fidelity = metric_facts(scalars, fidelity=True)
    for panel in panels_of(scalars, status.unit):
        last = [
            Fact(line.label, line.label, end, f'{end:.4g}')
            for line in panel.lines
            for end in [scalars.last(line.label)]
        ]
        report.panels.append((panel.title, svg_of(panel), last))
    if not scalars.train:
        report.missing.append(
            'Curves: its logs hold no step. It ended before the first '
            'interval of its logger, or its visualizer had no '
            'LocalVisBackend, which writes vis_data/scalars.json.'
        )
    elif scalars.unreadable:
        report.missing.append(
            f'{scalars.unreadable} broken lines of its logs.'
        )
    if names := scalars.not_finite:
        report.missing.append(
            f'Points of curves that were no finite numbers: of '
            f'{", ".join(names)}.'
        )
    if not report.real:
        report.missing.append(
            'Accuracy on real data: nothing was validated on any.'
        )


def _add_model(
    report: RunReport,
    config: Config,
    record: Record,
    saved: Saved,
    evidence: Evidence,
) -> None:
    """Adds what the networks and the buffer tell."""
    if saved.path is None:
        report.missing.append(f'Its checkpoint: {saved.note}.')
    model = _tried(
        report, 'Its networks', lambda: build_any(config, saved.path)
    )
    if model is None and saved.path is not None:
        # A checkpoint that does not fit says nothing against the config.
        model = _tried(report, 'Its networks', lambda: build_any(config))
        saved = Saved(None, {})
    if model is None:
        return
    shape = image_shape(model, record.input_shape)
    if shape is None:
        report.missing.append(
            'MACs and latency: nothing says how large its images are.'
        )
    for role, network in networks_of(model).items():
        found = _tried(
            report,
            f'MACs and latency of the {role}',
            partial(measure, role, network, shape),
        ) or measure(role, network, None)
        report.networks.append((found, size_facts(found)))
    report.ratios = ratios(network for network, _ in report.networks)
    if isinstance(model, SSDKD) and saved.path is not None:
        _tried(
            report,
            'Its images',
            lambda: _add_images(report, model, config, evidence),
        )


def _add_images(
    report: RunReport, algorithm: SSDKD, config: Config, evidence: Evidence
) -> None:
    """Adds what the buffer holds."""
    samples = algorithm.replay_buffer.state_dict()['samples']
    if not samples:
        report.missing.append(
            'Its images: its checkpoint holds none (see '
            '`model.save_images_interval`).'
        )
        return
    meta = dataset_meta(config)
    names = class_names(algorithm, meta)
    answers = compare(algorithm, samples)
    evidence.names = names
    evidence.counts = algorithm.label_model.count(
        samples['labels'], algorithm.num_classes
    ).tolist()
    evidence.agreement = answers.agreement
    report.agreement = Fact(
        'agreement', 'agreement', answers.agreement, f'{answers.agreement:.1%}'
    )
    report.classes = class_rows(algorithm, samples, answers, names, meta)
    report.num_classes = algorithm.num_classes
    report.newest = shown_newest(algorithm, samples, meta)
    report.worst = shown_worst(algorithm, samples, answers, names, meta)


def _tried(
    report: RunReport, what: str, make: Callable[[], Result]
) -> Optional[Result]:
    """Returns what is made, or notes why it cannot be.

    Models are other people's, and what is on disk may be broken in any way.
    """
    try:
        return make()
    except Exception as error:
        text = ' '.join(str(error).split())[:400]
        report.missing.append(f'{what}: {text or type(error).__name__}.')
        return None


def _kind(config: Optional[Config]) -> str:
    """Returns what a run trained."""
    model: Any = {} if config is None else config.get('model') or {}
    kind = model.get('type', 'unknown')
    name = kind if isinstance(kind, str) else kind.__name__
    return name.split('.')[-1]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what building and loading say from the console."""
    logger = MMLogger.get_current_instance()
    before = logger.level
    logger.setLevel('ERROR')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(before)
