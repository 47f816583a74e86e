"""What the READMEs point at is there."""

import re

import pytest
from tool_calls import ROOT

READMES = [
    ROOT / 'README.md',
    ROOT / 'tools' / 'README.md',
    *sorted((ROOT / 'configs').rglob('README.md')),
]


@pytest.mark.parametrize(
    'path', READMES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_and_paths_exist(path):
    """Relative links, and the configs, plans and tools in the text."""
    text = path.read_text(encoding='utf-8')
    links = re.findall(r'\]\((?!https?:)([^)#]+)', text)
    for link in links:
        assert (path.parent / link).exists(), link
    named = re.findall(r'\b(?:configs|tools)/[\w./*+{},-]*\.(?:py|sh)', text)
    assert links or named
    for name in named:
        # A brace stands for several names, as in a shell.
        pattern = re.sub(r'\{[^}]*\}', '*', name)
        assert list(ROOT.glob(pattern)), name
