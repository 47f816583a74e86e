"""The table of slow tests on a page is that of the last report."""

import slow_tests

REPORT = """<testsuites><testsuite>
<testcase classname="tests.a.test_b" name="test_c[d]" time="6.4"/>
<testcase classname="tests.a.test_b" name="test_e" time="71.0"/>
<testcase classname="tests.f.TestG" name="test_h" time="1.5"/>
<testcase classname="tests.f.TestG" name="test_i" time="0.5"/>
</testsuite></testsuites>"""
ROWS = """| seconds | test |
| --- | --- |
| 71 | `tests.a.test_b.test_e` |
| 6 | `tests.a.test_b.test_c[d]` |
| 2 | 2 others |
| 79 | all |"""


def run(folder, monkeypatch, *arguments):
    """Calls the tool on the report."""
    report = folder / 'report.xml'
    report.write_text(REPORT)
    words = ['slow_tests.py', report, *arguments]
    monkeypatch.setattr('sys.argv', [str(word) for word in words])
    slow_tests.main()


def test_table_on_a_page(tmp_path, monkeypatch, capsys):
    """What stood there before goes, what is around it stays."""
    page = tmp_path / 'page.md'
    page.write_text(f'A\n{slow_tests.BEGIN}\nold\n{slow_tests.END}\nB\n')
    run(tmp_path, monkeypatch, '--page', page)
    assert capsys.readouterr().out == ROWS + '\n'
    assert page.read_text() == (
        f'A\n{slow_tests.BEGIN}\n{ROWS}\n{slow_tests.END}\nB\n'
    )


def test_least_seconds(tmp_path, monkeypatch, capsys):
    """Quicker ones are counted together."""
    run(tmp_path, monkeypatch, '--least', 10)
    assert '| 8 | 3 others |' in capsys.readouterr().out


def test_page_without_a_place(tmp_path, monkeypatch, capsys):
    """Stays as it is."""
    (tmp_path / 'page.md').write_text('A')
    try:
        run(tmp_path, monkeypatch, '--page', tmp_path / 'page.md')
    except SystemExit as end:
        assert end.code == 2
    assert '`page` must have a place' in capsys.readouterr().err
    assert (tmp_path / 'page.md').read_text() == 'A'
