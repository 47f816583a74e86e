"""Tests of the reader of pytest's reports."""

from mmrazor_ssdkd.cli.junit import counts, read_report

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="m">x
E   KeyError: 'first'
E   During handling
E   ValueError: 'one'</failure></testcase>
<testcase classname="b" name="wrong"><failure message="m">y
E   assert 1 == 2</failure></testcase>
<testcase classname="" name="c"><error message="collection failure">z
E   ImportError: no d</error></testcase>
<testcase classname="a" name="late"><skipped message="not now"/></testcase>
</testsuite></testsuites>"""


def test_report(tmp_path):
    """Each has how it ended, and one line that says why."""
    path = tmp_path / 'report.xml'
    path.write_text(REPORT)
    rows = read_report(path)
    assert [tuple(row.values()) for row in rows] == [
        ('a.good', 'passed', ''),
        ('a.bad', 'failure', "ValueError: 'one'"),
        ('b.wrong', 'failure', 'assert 1 == 2'),
        ('c', 'error', 'ImportError: no d'),
        ('a.late', 'skipped', 'not now'),
    ]
    ended = dict(passed=1, failure=2, error=1, skipped=1)
    assert counts(rows) == ended
    assert counts(rows[:1]) == dict(passed=1)
