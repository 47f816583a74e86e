"""Effects of paired runs and the page that says which claims hold."""

import json
import math
import sys

import claims
import pytest
from buffer_figures import buffer_figures
from claim_checks import check_claims
from claim_pages import decide, page
from claims import MODULES, collect, main, merge, read_runs
from mmengine.config import Config
from paired import Effect, paired_effect
from tool_calls import ROOT
from torch import tensor, zeros

from mmrazor_ssdkd.replay import PrioritizedReplayBuffer


def test_effect_is_that_of_a_paired_t_test():
    effect = paired_effect([3.0, 5.0, 7.0], [1.0, 4.0, 4.0])
    # Differences 2, 1, 3: mean 2, standard error 1 / sqrt 3, t(2) = 4.3027.
    assert effect.mean == 2
    assert effect.half_width == pytest.approx(4.302653 / math.sqrt(3))
    # A noncentral t with two degrees of freedom and 5.653 passes 4.3027 with
    # a chance of 0.8.
    assert effect.detectable == pytest.approx(5.653 / math.sqrt(3), rel=1e-3)
    assert effect.number == 3


def test_a_single_pair_has_no_interval():
    effect = paired_effect([3.0], [1.0])
    assert effect.mean == 2
    assert math.isnan(effect.half_width)
    assert effect.verdict(1.0) == 'cannot tell'


@pytest.mark.parametrize(('on', 'off'), [([], []), ([1.0], [1.0, 2.0])])
def test_what_is_no_pair_is_refused(on, off):
    with pytest.raises(ValueError, match='`on` and `off` must be of one len'):
        paired_effect(on, off)


@pytest.mark.parametrize(
    ('mean', 'half_width', 'verdict'),
    [
        (2.0, 1.5, 'holds'),
        (0.2, 0.1, 'holds'),
        (-2.0, 1.5, 'the contrary'),
        (0.3, 0.6, 'no effect'),
        (0.3, 0.8, 'cannot tell'),
        (2.0, 2.5, 'cannot tell'),
    ],
)
def test_verdict(mean, half_width, verdict):
    assert Effect(mean, half_width, 0.0, 5).verdict(1.0) == verdict


def record(row: str, seed: int, score: float, balance: float) -> dict:
    """Returns what is kept of a run."""
    return dict(
        plan='digits',
        row=row,
        epochs=10,
        seed=seed,
        score=score,
        steps=400,
        cpu_seconds=30.0,
        buffer=dict(class_balance=balance),
        machine='a processor',
    )


RECORDS = [
    record('all', 0, 91.0, 0.9),
    record('none', 0, 90.0, 0.8),
    record('all', 1, 93.0, 0.9),
    record('none', 1, 91.5, 0.8),
    record('none', 2, 10.0, 0.1),
]
CLAIM = dict(name='it helps', on='all', off='none', figure='score')


def test_only_seeds_of_both_rows_are_compared():
    effect = decide(CLAIM, 'digits', RECORDS)
    assert (effect.mean, effect.number) == (1.25, 2)
    balance = decide({**CLAIM, 'figure': 'class_balance'}, 'digits', RECORDS)
    assert balance.mean == pytest.approx(0.1)
    assert decide(CLAIM, 'scenes', RECORDS) is None


def claim_list(*changes: dict) -> Config:
    """Returns a list of claims that differ from one so."""
    claim = dict(CLAIM, plans=['digits', 'scenes'])
    return Config(
        dict(
            head='# Claims',
            regimes=dict(digits='ten digits', scenes='scenes'),
            margins=dict(score=1.0),
            claims=[{**claim, **change} for change in changes],
        )
    )


def test_lengths_of_one_seed_are_no_further_seeds():
    longer = [{**run, 'epochs': 20} for run in RECORDS]
    with pytest.raises(ValueError, match=r"'digits' of one .*\[10, 20\]"):
        decide(CLAIM, 'digits', [*RECORDS, *longer])


def test_a_figure_that_no_run_has():
    with pytest.raises(ValueError, match=r"'class_balance', 'score'.*'odd'"):
        decide({**CLAIM, 'figure': 'odd'}, 'digits', RECORDS)


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        ([{}, {}], r"`name` must differ .*\['it helps'\]"),
        ([dict(plans=['pairs'])], r"\['digits', 'scenes'\].*\['pairs'\]"),
        ([dict(figure='odd')], r"`figure` of \['score'\].*'odd'"),
    ],
)
def test_claims_that_cannot_be_shown(changes, match):
    with pytest.raises(ValueError, match=match):
        check_claims(claim_list(*changes), MODULES)


def test_a_row_that_its_plan_does_not_have():
    plan = claim_list(dict(plans=['digits'], on='SSD-KD', off='SSDKD'))
    del plan.regimes['scenes']
    with pytest.raises(ValueError, match=r"'it helps' must be on .*'SSDKD'"):
        check_claims(plan, MODULES)


def test_a_file_of_results_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match='`runs` must be a file of results'):
        read_runs(tmp_path / 'none.json', None)


def test_page():
    lines = page(claim_list({}), RECORDS).splitlines()
    assert '| it helps |  |  |  | 1 | 1 |' in lines
    # Differences 1 and 1.5: 0.25 times t(1) = 12.706.
    assert '| ten digits | +1.25 ± 3.18 | 4.08 | 2 | cannot tell |' in lines
    assert '| scenes |  |  |  | not measured |' in lines
    assert any('plans/modules/digits.py' in line for line in lines)
    runs = '5 runs, 5 of 400 steps and 30 processor seconds (the median)'
    assert f'- **ten digits**: {runs}, on a processor.' in lines


def test_new_results_replace_those_of_their_name(tmp_path):
    folder = tmp_path / 'digits' / 'all_10e_0'
    folder.mkdir(parents=True)
    result = {**record('all', 0, 50.0, 0.5), 'points': [1]}
    (folder / 'result.json').write_text(json.dumps(result))
    teacher = tmp_path / 'digits' / 'teacher_0'
    teacher.mkdir()
    (teacher / 'result.json').write_text(json.dumps(dict(seed=0, score=1.0)))
    new = collect(tmp_path)
    assert [(r['plan'], r['score']) for r in new] == [('digits', 50.0)]
    assert 'points' not in new[0]
    assert new[0]['machine'] == 'a processor'
    del result['machine']
    (folder / 'result.json').write_text(json.dumps(result))
    assert collect(tmp_path)[0]['machine'] == 'a machine that was not noted'
    scores = [r['score'] for r in merge(RECORDS, new)]
    assert scores == [50.0, 93.0, 90.0, 91.5, 10.0]


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ValueError, match='`collect` must be a folder of plan'):
        collect(tmp_path)


def test_results_that_make_no_page_are_not_kept(tmp_path, monkeypatch):
    """The file of results stays as it was, until they do."""
    plan, runs = tmp_path / 'plan.py', tmp_path / 'claims.json'
    claim_list(dict(plans=['digits'])).dump(plan)
    monkeypatch.setattr(claims, 'check_claims', lambda *_: None)
    kept = json.dumps([record('all', 0, 91.0, 0.9)])
    runs.write_text(kept)
    new = tmp_path / 'new' / 'digits' / 'none_20e_0' / 'result.json'
    new.parent.mkdir(parents=True)
    words = ['claims.py', plan, '--runs', runs, '--page', tmp_path / 'a.md']
    words += ['--collect', tmp_path / 'new']
    monkeypatch.setattr(sys, 'argv', [*map(str, words)])
    for epochs in (20, 10):
        result = {**record('none', 0, 90.0, 0.8), 'epochs': epochs}
        new.write_text(json.dumps(result))
        if epochs == 20:
            with pytest.raises(SystemExit):
                main()
            assert runs.read_text() == kept
    main()
    assert len(json.loads(runs.read_text())) == 2


def test_figures_of_a_buffer():
    buffer = PrioritizedReplayBuffer(4, alpha=1.0, beta=1.0, eps=1e-9)
    logits = tensor([[9.0, 0.0], [9.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    images = zeros(4, 1, 2, 2).byte()
    buffer.extend(images, logits, tensor([1.0, 1.0, 1.0, 3.0]))
    found = buffer_figures(buffer)
    assert found['rarest_class'] == 0.5
    # Of 1/6, 1/6, 1/6 and 1/2: 1 over 4 times a third.
    assert found['draw_size'] == pytest.approx(0.75)
    # Weights 6/4 with chance 1/2 and 1/2 with chance 1/2: 1 / 1.25.
    assert found['weight_size'] == pytest.approx(0.8)
    assert found['class_balance'] == pytest.approx(0.8113, abs=1e-4)


def test_the_published_page_is_made_of_the_published_runs(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    made = tmp_path / 'claims.md'
    command = f'claims.py tools/tables/claim_lists/paper.py --page {made}'
    monkeypatch.setattr(sys, 'argv', command.split())
    main()
    text = (ROOT / 'configs/claims.md').read_text('utf-8')
    assert made.read_text('utf-8') == text


def test_every_claim_names_rows_of_its_plans():
    plan = Config.fromfile(ROOT / 'tools/tables/claim_lists/paper.py')
    for claim in plan.claims:
        for regime in claim.plans:
            path = ROOT / f'tools/tables/plans/modules/{regime}.py'
            rows = Config.fromfile(path).rows
            assert {claim.on, claim.off} <= rows.keys(), claim.name
