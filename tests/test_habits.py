"""What is checked before a commit and on GitHub is what is checked here."""

import re
import shlex

import pytest
import yaml
from tool_calls import ROOT

from mmrazor_ssdkd import __version__

FORMS = sorted((ROOT / '.github' / 'ISSUE_TEMPLATE').glob('*.yml'))


def read(path):
    """Returns a file of YAML."""
    return yaml.safe_load((ROOT / path).read_text(encoding='utf-8'))


def test_commits_are_checked_as_the_tests_do():
    """The linters of run_tests.sh, with their arguments, and no others."""
    script = (ROOT / 'tools' / 'run_tests.sh').read_text(encoding='utf-8')
    lines = script.replace('\\\n', ' ').replace('$bin', '.venv/bin')
    expected = [
        shlex.split(line)
        for line in lines.splitlines()
        if line.startswith('".venv/bin/')
    ]
    (local,) = read('.pre-commit-config.yaml')['repos']
    assert [shlex.split(hook['entry']) for hook in local['hooks']] == expected


def test_github_runs_what_ci_runs():
    """On the Pythons from the lowest that is supported."""
    jobs = read('.github/workflows/ci.yml')['jobs']
    assert {'run': 'bash .ci/run'} in jobs['tests']['steps']
    pythons = jobs['tests']['strategy']['matrix']['python']
    setup = (ROOT / 'setup.py').read_text(encoding='utf-8')
    assert f"python_requires='>={pythons[0]}'" in setup
    runs = [step.get('run', '') for step in jobs['packages']['steps']]
    assert any('twine check' in run for run in runs)


@pytest.mark.parametrize('path', FORMS, ids=lambda path: path.stem)
def test_forms_are_whole(path):
    """GitHub ignores a form that lacks one of these."""
    form = read(path)
    if path.stem == 'config':
        assert isinstance(form['blank_issues_enabled'], bool)
        return
    assert form['name'] and form['description']
    ids = [field['id'] for field in form['body']]
    assert len(ids) == len(set(ids))
    assert all(field['attributes']['label'] for field in form['body'])


def test_changes_of_the_version():
    """The changelog has the package's version first, but for the next."""
    text = (ROOT / '.github' / 'CHANGELOG.md').read_text(encoding='utf-8')
    versions = re.findall(r'^## (.*)$', text, re.MULTILINE)
    assert next(v for v in versions if v != 'Next') == __version__
