"""Tests of settings on a command line."""

from argparse import ArgumentParser

import pytest

from mmrazor_ssdkd.engine import OptionsAction


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('/tmp/my folder/t.pth', '/tmp/my folder/t.pth'),
        (' /tmp/my folder (2)/t.pth ', '/tmp/my folder (2)/t.pth'),
        ("'my folder'", 'my folder'),
        (' 3', 3),
        ('1e-3 ', 1e-3),
        ('True', True),
        ('None', None),
        ('a, b c ,d', ['a', 'b c', 'd']),
        ('[ (1, 2), [ a b, c ] ]', [(1, 2), ['a b', 'c']]),
        ('(0.5, 0.999)', (0.5, 0.999)),
        ('', ''),
    ],
)
def test_values(text, value):
    parser = ArgumentParser()
    parser.add_argument('--options', nargs='+', action=OptionsAction)
    args = parser.parse_args(['--options', f'a.b={text}', 'c=d=1'])
    assert args.options == {'a.b': value, 'c': 'd=1'}
    assert type(args.options['a.b']) is type(value)
