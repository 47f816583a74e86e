"""The table of model families says what works and what does not."""

import pytest
from families import FAMILIES, Family
from model_families import table, try_family

OWN = [family for family in FAMILIES if family.library == 'own file']


@pytest.mark.slow
@pytest.mark.parametrize('family', OWN, ids=lambda family: family.kind)
def test_all_of_a_family_works(family):
    """From its file to ONNX."""
    pytest.importorskip('onnxruntime')
    cells = try_family(family)
    assert set(cells.values()) == {'yes'}, cells


def test_what_is_not_installed_is_said():
    """Nothing of it is tried."""
    family = Family('nowhere', 'CNN', 'nowhere:a', 'nowhere:b')
    cells = try_family(family)
    assert cells.pop('builds') == 'nowhere is not installed'
    assert not any(cells.values())


def test_what_fails_is_noted():
    """With the message, and what comes after it stays empty."""
    family = OWN[0]._replace(teacher='timm_:nothing')
    cells = try_family(family)
    assert '`module` must' in cells['builds']
    lines = list(table([(OWN[1], dict(builds='yes')), (family, cells)]))
    assert lines[2].endswith('| yes |')
    assert '| no (1) |' in lines[3]
    assert lines[-1].startswith('(1) `module` must')


def test_addresses_are_short():
    """Or the table is wide."""
    assert (
        'resnet18 → resnet18 |'
        in list(table([(FAMILIES[0], dict(builds='yes'))]))[-2]
    )
