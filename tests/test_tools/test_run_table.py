"""How the table runner changes configs, resumes and writes cells."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from run_table import epochs_in_the_same_time, parse_args, read_plan
from table_markdown import cell, render
from table_runs import (
    check_folders,
    run,
    set_teacher,
    teacher_checkpoint,
)
from tool_calls import DIGITS, ROOT, TINY
from training_curve import TrainingCurve

from mmrazor_ssdkd.models.algorithms import SSDKD

PLANS = sorted(
    path
    for path in (ROOT / 'tools' / 'tables' / 'plans').rglob('*.py')
    if '_base_' not in path.parts
)


def name_of(path):
    """Returns what a plan is called in a test's name."""
    return '-'.join(path.parts[path.parts.index('plans') + 1 :])


@pytest.mark.parametrize('moved', [False, True])
def test_teacher_of_a_folder_that_was_moved(tmp_path, moved):
    """What names its weights has a path that is no more."""
    work_dir = tmp_path / 'teacher_10'
    work_dir.mkdir()
    (work_dir / 'result.json').write_text('{}')
    weights = work_dir / 'epoch_4.pth'
    weights.write_text('')
    named = '/gone/teacher_10/epoch_4.pth' if moved else str(weights)
    (work_dir / 'last_checkpoint').write_text(named)
    assert teacher_checkpoint(Config(), tmp_path, 10) == str(weights)


def test_set_teacher():
    """Each kind of algorithm has its own key for the teacher's weights."""
    ours = Config(dict(model=dict(teacher=dict(cfg_path='a.py'))))
    set_teacher(ours, 'new.pth')
    assert ours.model.teacher_ckpt == 'new.pth'
    plain = Config(dict(model=dict(type='ImageClassifier')))
    set_teacher(plain, 'new.pth')
    assert plain.model == dict(type='ImageClassifier')
    peer = Config(dict(model=dict(teachers=dict(any=dict(ckpt_path='old')))))
    set_teacher(peer, 'new.pth')
    assert peer.model == dict(teachers=dict(any=dict(ckpt_path='new.pth')))


def test_finished_run_is_not_run_again(tmp_path):
    """Its JSON file is the result; no config is even read."""
    plan = Config(dict(rows={'a row': {}}, config='/no/such/config.py'))
    done = tmp_path / 'a-row_6e_10'
    done.mkdir()
    (done / 'result.json').write_text(json.dumps(dict(score=97.5)))
    assert run(plan, 'a row', 6, 10, tmp_path) == dict(score=97.5)
    with pytest.raises(ValueError, match=r'/no/such/config\.py'):
        run(plan, 'a row', 6, 11, tmp_path)


@pytest.mark.parametrize('path', PLANS, ids=name_of)
def test_plans_name_configs_that_exist(path):
    """And the rows that get a column of their own."""
    plan = Config.fromfile(path)
    rows = plan.rows.values()
    configs = {row['config'] for row in rows if 'config' in row}
    for config in (plan.teacher, plan.config, *configs):
        assert (ROOT / config).is_file()
    assert set(plan.get('same_time', [])) <= set(plan.rows)


def test_epochs_of_a_row(tmp_path, monkeypatch):
    """A longer epoch counts as several, and divides into as many parts."""
    trained = []

    def train(cfg, seed, plan):
        trained.append((cfg.train_cfg, seed, plan.metric))
        Path(cfg.work_dir).mkdir()  # As a Runner does.
        runner = SimpleNamespace(model=None)
        return runner, [dict(steps=7, seconds=1.0, cpu_seconds=2.0, score=3.0)]

    monkeypatch.setattr('table_runs.train', train)
    monkeypatch.setattr('table_runs.teacher_checkpoint', lambda *_: 'a.pth')
    plan = Config.fromfile(ROOT / 'tools/tables/plans/cifar10_slim.py')
    for row in ('SSD-KD', 'control: oracle, real images'):
        result = run(plan, row, 100, 10, tmp_path)
        assert result['epochs'] == 100 and result['score'] == 3.0
    (ours, *rest), (oracle, *_) = trained
    assert rest == [10, 'accuracy/top1']
    assert (ours.max_epochs, ours.val_interval) == (100, 10)
    assert (oracle.max_epochs, oracle.val_interval) == (10, 1)


def test_options_of_every_run(tmp_path, monkeypatch):
    """Those of the command line reach the teacher and the rows."""
    trained = []

    def train(cfg, seed, plan):
        trained.append((cfg, plan.amp))
        Path(cfg.work_dir).mkdir()
        (Path(cfg.work_dir) / 'last_checkpoint').write_text('a.pth')
        runner = SimpleNamespace(model=None)
        return runner, [dict(steps=7, seconds=1.0, cpu_seconds=2.0, score=3.0)]

    monkeypatch.setattr('table_runs.train', train)
    path = ROOT / 'tools' / 'tables' / 'plans' / 'cifar10_wrn.py'
    command = (
        f'run_table.py {path} --out {tmp_path} --epochs 2 --teacher-epochs 3 '
        '--cfg-options model.synthesis.warmup_rounds=1 '
        '--teacher-options train_dataloader.batch_size=7 --amp'
    )
    monkeypatch.setattr('sys.argv', command.split())
    plan = read_plan(parse_args())
    assert plan.epochs == [2]
    result = run(plan, 'phi off', 2, 10, tmp_path)
    assert result['options'] == {
        'model.task_loss.diversity': False,
        'model.task_loss.gamma': 0.0,
        'model.synthesis.warmup_rounds': 1,
    }
    (teacher, _), (student, _) = trained
    assert all(amp for _, amp in trained)
    assert teacher.train_dataloader.batch_size == 7
    assert teacher.train_cfg.max_epochs == teacher.param_scheduler.end == 3
    assert student.model.synthesis.warmup_rounds == 1
    assert student.model.teacher_ckpt == 'a.pth'
    assert student.train_cfg.max_epochs == 2


def test_rows_go_before_the_options_of_all(tmp_path, monkeypatch):
    """Or rows that differ in a setting would be the same run."""

    def train(cfg, seed, plan):
        Path(cfg.work_dir).mkdir()
        lengths.append(cfg.train_dataloader.dataset.length)
        return SimpleNamespace(model=None), [dict(score=3.0)]

    lengths = []
    monkeypatch.setattr('table_runs.train', train)
    monkeypatch.setattr('table_runs.teacher_checkpoint', lambda *_: 'a.pth')
    plan = Config.fromfile(ROOT / 'tools/tables/plans/cifar10_wrn.py')
    plan.cfg_options = {'train_dataloader.dataset.length': 64}
    for row in ('SSD-KD', 'data scale 1%'):
        run(plan, row, 2, 10, tmp_path)
    assert lengths == [64, 500]


class _CutOff(Exception):
    pass


def _cut_off_at(step, monkeypatch):
    """Ends a run before the validation after a step."""
    before_val = TrainingCurve.before_val

    def cut_off(curve, runner):
        if runner.iter == step:
            raise _CutOff
        before_val(curve, runner)

    monkeypatch.setattr(TrainingCurve, 'before_val', cut_off)


@pytest.fixture(scope='module')
def whole_run(tmp_path_factory):
    """A plan, where one of its rows ran to its end, and what that gave."""
    plan = Config(
        dict(
            teacher=str(DIGITS.parent / 'resnet18-w16_1xb64-60e_digits.py'),
            teacher_epochs=1,
            config=str(DIGITS),
            metric='accuracy/top1',
            validations=2,
            rows={'SSD-KD': TINY},
        )
    )
    out = tmp_path_factory.mktemp('whole')
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield plan, out, run(plan, 'SSD-KD', 4, 3, out)


@pytest.mark.slow
@pytest.mark.parametrize('step', [4, 8])
def test_run_goes_on_where_it_was_cut_off(
    step, whole_run, tmp_path, monkeypatch
):
    """In the middle or before the last validation: nothing is missing."""
    plan, folder, whole = whole_run
    out = tmp_path / 'cut'
    out.mkdir()
    (out / 'teacher_3').symlink_to(folder / 'teacher_3')
    with monkeypatch.context() as patch, pytest.raises(_CutOff):
        _cut_off_at(step, patch)
        run(plan, 'SSD-KD', 4, 3, out)
    trained = []
    train_step = SSDKD.train_step
    monkeypatch.setattr(
        SSDKD,
        'train_step',
        lambda *args, **kwargs: (
            trained.append(0) or train_step(*args, **kwargs)
        ),
    )
    resumed = run(plan, 'SSD-KD', 4, 3, out)
    assert len(trained) == 8 - step
    assert [p['steps'] for p in resumed['points']] == [4, 8]
    for point, other in zip(resumed['points'], whole['points']):
        assert point['score'] == other['score']
    first, last = resumed['points']
    assert 0 < first['seconds'] < last['seconds']


def test_cell():
    """Mean, sample standard deviation, every score and the mean time."""
    results = [dict(score=s) for s in (97.0, 98.0, 99.0)]
    assert cell(results) == '98.00 ± 1.00 (97.00, 98.00, 99.00)'
    assert cell(results[:1]) == '97.00'
    assert cell([dict(score=97.0, seconds=s) for s in (60, 120)]) == (
        '97.00 ± 0.00 (97.00, 97.00), 1.5 min'
    )


def test_render():
    """Others' figures stand in a column of their own, never in ours."""
    plan = Config(
        dict(
            metric='top1',
            epochs=[4, 40],
            same_time=['SSD-KD'],
            published={
                'peer': {'teacher': 95.7, 'DAFL': '92.22 (2.7 h)'},
                'paper': {'SSD-KD': 93},
            },
        )
    )
    ours = [[dict(score=s, seconds=60)] for s in (9.0, 80.0, 70.0)]
    rows = {'SSD-KD': ours, 'plain': ours[:2]}
    assert render(plan, [dict(score=90.0)], rows).splitlines() == [
        '| top1 | 4 epochs | 40 epochs | the same time | peer | paper |',
        '|---|---|---|---|---|---|',
        '| teacher | 90.00 |  |  | 95.7 |  |',
        '| SSD-KD | 9.00, 1.0 min | 80.00, 1.0 min | 70.00, 1.0 min |  | 93 |',
        '| plain | 9.00, 1.0 min | 80.00, 1.0 min |  |  |  |',
        '| DAFL |  |  |  | 92.22 (2.7 h) |  |',
    ]


def test_epochs_in_the_same_time(monkeypatch):
    """A row three times as slow trains a third as long, and never less."""
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    first = [dict(seconds=1, cpu_seconds=s) for s in (9.0, 11.0)]
    slow = [dict(seconds=1, cpu_seconds=s) for s in (31.0, 29.0)]
    assert epochs_in_the_same_time(40, first, slow) == 13
    assert epochs_in_the_same_time(40, first, first) == 40
    assert epochs_in_the_same_time(1, first, slow) == 1
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    assert epochs_in_the_same_time(40, first, slow) == 40


@pytest.mark.parametrize(
    ('text', 'error', 'match'),
    [
        ('x = 1', ValueError, r'has no teacher, config, metric, epochs, rows'),
        ('rows = {}', ValueError, 'has no rows'),
        ('epochs = None', ValueError, 'has no epochs'),
        ('epochs = 40', TypeError, '`epochs` must be a Sequence, but got 40'),
        ('epochs = [0]', ValueError, '`epochs` must be >= 1, but got 0'),
        ('config = 3', TypeError, '`config` must be a str, but got 3'),
        ("rows = {'a': 1}", TypeError, "`rows` must be dicts .* 1 for 'a'"),
    ],
)
def test_file_that_is_no_plan(tmp_path, monkeypatch, text, error, match):
    """What it has not is named; it may have it from its base."""
    base = ROOT / 'tools/tables/plans/digits_inherited.py'
    # Whatever is no dict replaces what the base has.
    lines = [] if text == 'x = 1' else [f'_base_ = {str(base)!r}']
    if text == 'rows = {}':
        text = 'rows = dict(_delete_=True)'
    plan = tmp_path / 'plan.py'
    command = f'run_table.py {plan} --out {tmp_path}'
    monkeypatch.setattr('sys.argv', command.split())
    plan.write_text('\n'.join([*lines, text]))
    with pytest.raises(error, match=match):
        read_plan(parse_args())
    plan.write_text('\n'.join(lines) or f'_base_ = {str(base)!r}')
    assert read_plan(parse_args()).epochs


def test_rows_of_one_folder(tmp_path, monkeypatch):
    """They are refused before anything runs."""
    plan = tmp_path / 'plan.py'
    plan.write_text(
        "teacher = config = metric = 'a'\nepochs = [1]\n"
        "rows = {'alpha 0': {}, 'beta': {}, 'Alpha-0': {}}\n"
    )
    command = f'run_table.py {plan} --out {tmp_path}'
    monkeypatch.setattr('sys.argv', command.split())
    with pytest.raises(ValueError, match=r"but got 'alpha 0' and 'Alpha-0'"):
        read_plan(parse_args())


@pytest.mark.parametrize(
    ('options', 'match'),
    [
        ('--epochs 0', '`epochs` must be >= 1, but got 0'),
        ('--seeds 10 10', r'`seeds` must differ, but got \[10, 10\]'),
    ],
)
def test_columns_and_seeds_that_cannot_be(options, match, monkeypatch):
    plan = 'tools/tables/plans/digits_inherited.py'
    command = f'run_table.py {ROOT / plan} --out out {options}'
    monkeypatch.setattr('sys.argv', command.split())
    with pytest.raises(ValueError, match=match):
        read_plan(parse_args())


@pytest.mark.parametrize('path', PLANS, ids=name_of)
def test_options_of_all_rows_are_for_all_rows(path):
    """Not for one whose config is of another algorithm."""
    plan = Config.fromfile(path)
    if not any(
        key.startswith('model.') for key in plan.get('cfg_options', ())
    ):
        return
    for name, options in plan.rows.items():
        cfg = Config.fromfile(ROOT / options.get('config', plan.config))
        assert cfg.model.type == 'mmrazor_ssdkd.SSDKD', name


@pytest.mark.parametrize('path', PLANS, ids=name_of)
def test_plans_have_folders_for_every_row(path):
    """None shares one with another."""
    check_folders(Config.fromfile(path).rows)
