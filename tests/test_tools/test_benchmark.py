"""The benchmark's figures add up, and measuring changes nothing."""

import itertools
import json

import pytest
import torch
from benchmark import CONFIGS, DEFAULT_CONFIGS, benchmark, main, table
from benchmarking import floor as floor_module
from benchmarking import segments
from benchmarking.floor import Floor
from benchmarking.segments import figures, timed_parts
from plot_benchmark import group
from tool_calls import DIGITS, TINY, call
from torch.nn import functional as F
from toy_models import build, optimizers, same, segmentation, snapshot, ssdkd
from toy_models import steps as train


def count_calls(owner, run):
    """Returns how often each model runs forward."""
    calls = dict.fromkeys(('student', 'teacher', 'generator'), 0)

    def hook(name):
        def count(*_):
            calls[name] += 1

        return count

    handles = [
        getattr(owner, name).register_forward_hook(hook(name))
        for name in calls
    ]
    run()
    for handle in handles:
        handle.remove()
    return calls


def test_row_of_a_real_training(monkeypatch):
    """Ratio, shares and rates follow from the seconds that stand there."""
    # One tick for each look at the clock: the same on every machine.
    ticks = itertools.count()
    for module in (floor_module, segments):
        monkeypatch.setattr(module, 'clock', lambda _: next(ticks))
    row = benchmark(
        dict(
            config=str(DIGITS),
            cfg_options=TINY,
            amp=False,
            buffer_size=None,
            image_size=None,
            repeats=3,
        )
    )
    step, floor = row['step_seconds'], row['floor_seconds']
    assert step > 0 and floor > 0
    assert row['ratio'] == pytest.approx(step / floor)
    assert row['ratio_range'][0] <= row['ratio_range'][1]
    parts = row['parts']
    names = ('synthesis', 'candidates', 'insert', 'draw', 'student', 'rest')
    assert sorted(parts) == sorted(names)
    assert min(parts.values()) > 0
    share = (parts['insert'] + parts['draw']) / sum(parts.values())
    assert row['buffer_share'] == pytest.approx(share)
    assert row['images_per_second'] == pytest.approx(4 / step)
    rate = row['flops_per_step'] / step
    assert row['matrix_share'] == pytest.approx(rate / row['matrix_rate'])
    # Warm-up, then every second of 2 + 3 * 2 * 2 steps: 8 rounds.
    assert row['buffer_size'] == 8 * 8
    # A gray 16x16 image and ten logits.
    assert row['buffer_bytes'] == 2560 * (256 + 6 + 4 * 10 + 16)
    assert row['dtype'] == 'float32'
    assert f'{row["ratio"]:.3f}' in table([row])


@pytest.mark.slow
def test_command_line(tmp_path):
    """Rows of several buffers, in a process each."""
    out = tmp_path / 'rows.json'
    arguments = [DIGITS, '--device', 'cpu', '--json', out, '--repeats', 1]
    arguments += ['--buffer-sizes', 20, 600, '--image-sizes', 8, '--amp']
    arguments += ['--cfg-options', *(f'{k}={v}' for k, v in TINY.items())]
    output = call('benchmark.py', *arguments)
    rows = json.loads(out.read_text())
    assert [row['buffer_size'] for row in rows] == [20, 600]
    for row in rows:
        assert row['image_size'] == [8, 8]
        assert row['buffer_bytes'] == row['buffer_size'] * 126
        assert row['device'] == 'cpu' and row['dtype'] == 'bfloat16'
        assert row['ratio'] == row['step_seconds'] / row['floor_seconds']
    assert output.count(DIGITS.stem) == 2
    call('plot_benchmark.py', out, tmp_path / 'plot.png', '--x', 'buffer_size')
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')
    with pytest.raises(ValueError, match=r'`json` must .* several pixels'):
        group(rows, 'pixels')


def test_repeats_are_counted(monkeypatch, capsys):
    """There is at least one, checked before a network is built."""
    monkeypatch.setattr('sys.argv', ['benchmark.py', '--repeats', '0'])
    with pytest.raises(SystemExit):
        main()
    assert '`repeats` must be >= 1, but got 0' in capsys.readouterr().err


def test_rows_to_draw_are_in_order():
    """Each config's rows by size, whatever their order in the file."""
    sides = ((4, 8), (2, 2), (8, 8))
    rows = [dict(config='a', image_size=side) for side in sides]
    grouped = group([*rows, dict(config='b', image_size=(3, 3))], 'pixels')
    assert [row['pixels'] for row in grouped['a']] == [4, 32, 64]
    assert [row['pixels'] for row in grouped['b']] == [9]


def test_default_configs_exist():
    """Without an argument the benchmark finds its configs."""
    assert all((CONFIGS / path).is_file() for path in DEFAULT_CONFIGS)


def test_figures_are_medians():
    """An outlier among the segments counts for nothing."""
    floor = dict(student=1.0, rounds=0.5)
    parts = dict(draw=0.25, student=1.0, rest=1.25)
    row = figures(
        dict(
            step=[3.0, 90.0, 2.0],
            floor=[floor, floor, dict(student=50.0, rounds=7.0)],
            parts=[parts, dict(rest=80.0), parts],
            bn=[0.75, 0.75, 9.0],
            flops=12.0,
            matrix_rate=8.0,
            peak_memory=1,
        )
    )
    assert row['step_seconds'] == 3.0 and row['floor_seconds'] == 1.5
    assert row['ratio'] == 2.0
    assert row['parts']['rest'] == 1.25
    assert row['buffer_share'] == 0.1
    assert row['bn_seconds'] == 0.25
    assert row['matrix_share'] == 0.5


def test_distiller_has_no_floor():
    """It is refused, not left out."""
    cfg = dict(distiller=dict(type='ConfigurableDistiller'))
    job = dict(config=str(DIGITS), buffer_size=None, image_size=None)
    with pytest.raises(ValueError, match=r'`model\.distiller` must be None'):
        benchmark(dict(job, cfg_options=dict(model=cfg)))


def test_clocks_leave_no_trace():
    """Parts are timed once each, and only inside the context."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    own = set(vars(algorithm)) | set(vars(algorithm.replay_buffer))
    with timed_parts(algorithm) as seconds:
        algorithm.distillation.view(dict(images=torch.zeros(1)))
        assert set(seconds) == {'student'}
        train(algorithm, wrapper, 3)
    assert set(seconds) == {
        'synthesis',
        'candidates',
        'insert',
        'student',
        'draw',
    }
    assert min(seconds.values()) > 0
    assert own == set(vars(algorithm)) | set(vars(algorithm.replay_buffer))


@pytest.mark.parametrize('config', [ssdkd, segmentation])
def test_floor_trains_copies(config):
    """The algorithm comes out as it went in, its copies do not."""
    algorithm = build(config())
    wrapper = optimizers(algorithm)
    train(algorithm, wrapper, 1)
    models = (algorithm.student, algorithm.generator, algorithm.teacher)
    before = [snapshot(model) for model in models]
    floor = Floor(algorithm, wrapper, 4)
    student, generator = snapshot(floor.student), snapshot(floor.generator)
    seconds = floor.seconds(algorithm.synthesis.interval)
    assert set(seconds) == {'student', 'rounds'}
    for model, state in zip(models, before):
        assert same(state, snapshot(model))
    assert not same(student, snapshot(floor.student))
    assert not same(generator, snapshot(floor.generator))


@pytest.mark.parametrize(
    ('store_logits', 'adversarial_weight', 'augmentation'),
    [
        (True, 0.3, None),
        (True, 0.0, dict(type='mmrazor_ssdkd.RandomView')),
        (False, 0.0, None),
        (False, 0.3, dict(type='mmrazor_ssdkd.RandomView')),
    ],
)
def test_floor_runs_what_training_runs(
    store_logits, adversarial_weight, augmentation
):
    """As many forward passes of each model as in real steps and rounds."""
    config = ssdkd(
        replay_buffer=dict(store_logits=store_logits),
        synthesis=dict(adversarial_weight=adversarial_weight),
        distillation=dict(augmentation=augmentation),
    )
    algorithm = build(config)
    wrapper = optimizers(algorithm)
    # The next step starts with a round.
    train(algorithm, wrapper, 2)
    floor = Floor(algorithm, wrapper, 6)
    trained = count_calls(algorithm, lambda: train(algorithm, wrapper, 2))
    assert trained == count_calls(floor, lambda: floor.seconds(2))
    assert trained['generator'] == 3


def test_flops_of_grouped_convolutions():
    """Three times the forward pass's, not more for depthwise layers."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    train(algorithm, wrapper, 1)
    floor = Floor(algorithm, wrapper, 4)
    weight = torch.randn(8, 2, 3, 3, requires_grad=True)
    images = torch.randn(4, 8, 10, 10, requires_grad=True)

    def step():
        F.conv2d(images, weight, padding=1, groups=4).sum().backward()

    floor.student_step, floor.round = step, lambda: None
    forward = 2 * 4 * weight.numel() * 10 * 10
    assert floor.flops() == 3 * forward
