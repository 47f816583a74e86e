"""Whose folder the quickstart takes."""

import pytest
from quickstart import check_root


def test_check_root(tmp_path):
    """A new one, an empty one, or an earlier quickstart's."""
    check_root(tmp_path / 'new')
    check_root(tmp_path)
    (tmp_path / '.lock').write_text('')
    check_root(tmp_path)
    (tmp_path / 'mine').write_text('')
    with pytest.raises(ValueError, match=r"earlier quickstart's, but .* else"):
        check_root(tmp_path)
    (tmp_path / 'teacher').mkdir()
    (tmp_path / 'teacher' / 'config.py').write_text('')
    check_root(tmp_path)
