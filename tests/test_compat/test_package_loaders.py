"""Tests of the search for mmcv's compiled ops on Python 3.14."""

import pkgutil

from mmengine.utils.dl_utils import mmcv_full_available

from mmrazor_ssdkd.compat.package_loaders import restore_find_loader


def test_missing_function_is_restored(monkeypatch):
    """mmengine finds out what is there, as on an older Python."""
    expected = mmcv_full_available()
    monkeypatch.delattr(pkgutil, 'find_loader', raising=False)
    restore_find_loader()
    assert mmcv_full_available() == expected
    assert pkgutil.find_loader('json') is not None
    assert pkgutil.find_loader('no_such_package') is None


def test_own_function_stays(monkeypatch):
    """Where Python has it."""
    monkeypatch.setattr(pkgutil, 'find_loader', print, raising=False)
    restore_find_loader()
    assert pkgutil.find_loader is print
