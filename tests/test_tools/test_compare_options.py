"""Variants take turns, and differ in their options alone."""

import itertools
import json

import compare_options
import pytest
import torch
from compare_options import Variant, compare
from tool_calls import DIGITS, TINY, call


def test_variants_take_turns(monkeypatch):
    """Ratios are those of one turn, and the first turn does not count."""
    # Each look at the clock takes as long as all before it together.
    ticks = (2.0**number for number in itertools.count())
    monkeypatch.setattr(compare_options, 'clock', lambda _: next(ticks))
    device = torch.device('cpu')
    options = {'model.distillation.tau': 2.0}
    variants = [
        Variant(str(DIGITS), TINY, chosen, device) for chosen in ({}, options)
    ]
    assert [v.algorithm.distillation.tau for v in variants] == [4.0, 2.0]
    assert all(v.algorithm.synthesis.interval == 2 for v in variants)
    first, second = compare(variants, 3)
    assert [v.algorithm.iteration for v in variants] == [4 * 2, 4 * 2]
    assert first['options'] == 'as it is' and first['against'] == 1
    assert second['options'] == 'model.distillation.tau=2.0'
    # Two looks of a segment later.
    assert second['against'] == 4 and second['range'] == [4, 4]
    # Of the three turns, two segments each, the one in the middle.
    assert first['step_seconds'] == 2.0 ** (4 + 4) / 2


def test_repeats_are_counted(monkeypatch, capsys):
    """There is at least one, checked before a network is built."""
    arguments = ['compare_options.py', str(DIGITS), '--repeats', '0']
    arguments += ['--variant', 'model.distillation.tau=2']
    monkeypatch.setattr('sys.argv', arguments)
    with pytest.raises(SystemExit):
        compare_options.main()
    assert '`repeats` must be >= 1, but got 0' in capsys.readouterr().err


@pytest.mark.slow
def test_command_line(tmp_path):
    """Each --variant is a row, under the options that all share."""
    out = tmp_path / 'rows.json'
    shared = (f'{key}={value}' for key, value in TINY.items())
    output = call(
        'compare_options.py',
        DIGITS,
        *(
            '--variant',
            'model.channels_last=False',
            'model.distillation.tau=2.0',
        ),
        *('--variant', 'model.distillation.augmentation=None'),
        *('--repeats', 1, '--json', out, '--cfg-options', *shared),
    )
    rows = json.loads(out.read_text())
    assert [row['options'] for row in rows] == [
        'as it is',
        'model.channels_last=False model.distillation.tau=2.0',
        'model.distillation.augmentation=None',
    ]
    assert all(row['options'] in output for row in rows)
    assert all(row['step_seconds'] > 0 for row in rows)
