"""Tests of the check of installed packages."""

import sys
from importlib import metadata
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement

import mmrazor_ssdkd
from mmrazor_ssdkd.dependencies import check_dependencies

LIST = Path(mmrazor_ssdkd.__file__).with_name('requirements.txt')


def install(folder: Path, name: str, version: str) -> None:
    """Makes a distribution of no content."""
    info = folder / f'{name.replace("-", "_")}-{version}.dist-info'
    info.mkdir()
    text = f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n'
    (info / 'METADATA').write_text(text)


def listed_requirements() -> list[str]:
    """Returns the package's requirements, without comments."""
    lines = LIST.read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def test_installed_packages_are_accepted():
    """The environment that the tests run in is in the tried range."""
    check_dependencies()


@pytest.mark.parametrize('line', listed_requirements())
def test_every_requirement_has_both_bounds(line):
    """Each listed package has a lower and an upper bound."""
    operators = {spec.operator for spec in Requirement(line).specifier}
    assert '>=' in operators
    assert operators & {'<', '<='}


def test_too_old_package_raises():
    """The message names package, range, version and the command to run."""
    version = metadata.version('torch')
    with pytest.raises(ImportError) as error:
        check_dependencies('numpy>=1\ntorch>=99,<100')
    message = str(error.value)
    assert '`torch` must be <100,>=99' in message
    assert f'torch {version} is installed' in message
    assert 'pip install "torch<100,>=99"' in message


def test_missing_package_raises():
    """A package that is not there is named, with 'nothing' installed."""
    with pytest.raises(ImportError, match=r'`no-such-package`.*nothing is'):
        check_dependencies('no-such-package>=1,<2')


def test_local_version_is_accepted():
    """A build tag such as 2.13.0+cpu does not put torch out of its range."""
    public = torch.__version__.split('+')[0]
    check_dependencies(f'torch>={public},<={public}')


def test_comments_and_blank_lines_are_skipped():
    """A requirements file's comments and blank lines require nothing."""
    check_dependencies('# no-such-package>=1\n\nnumpy>=1\n')


def test_prerelease_is_accepted(tmp_path, monkeypatch):
    """A pre-release inside the range counts as inside."""
    install(tmp_path, 'prereleased', '1.5rc1')
    monkeypatch.syspath_prepend(tmp_path)
    check_dependencies('prereleased>=1.0,<2.0')


def test_full_mmcv_stands_for_mmcv_lite(tmp_path, monkeypatch):
    """The full mmcv alone satisfies what is asked of mmcv-lite."""
    install(tmp_path, 'mmcv', '2.0.1')
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    check_dependencies('mmcv-lite>=2.0.0,<=2.1.0')


def test_full_mmcv_out_of_range_raises(tmp_path, monkeypatch):
    """An mmcv out of range is refused, whatever mmcv-lite is there."""
    install(tmp_path, 'mmcv', '2.2.0')
    install(tmp_path, 'mmcv-lite', '2.1.0')
    monkeypatch.setattr(sys, 'path', [str(tmp_path)])
    with pytest.raises(ImportError, match=r'`mmcv or mmcv-lite`.*mmcv 2.2.0'):
        check_dependencies('mmcv-lite>=2.0.0,<=2.1.0')


def test_installed_mmcls_raises(tmp_path, monkeypatch):
    """It breaks the stack, whatever else is installed."""
    install(tmp_path, 'mmcls', '0.25.0')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r'mmcls 0.25.0.*pip uninstall mmc'):
        check_dependencies()
