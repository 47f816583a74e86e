"""What of a page is prose."""

from reading_ease import before, pages, prose

PAGE = """# A heading

Plain words with a [link](https://example.org) and `code_of_some_kind`.

```bash
python tools/train.py CONFIG
```

| a | table |
|---|---|

- *An item.*
1. A step.
"""


def test_only_sentences_are_read():
    assert prose(PAGE) == ('Plain words with a link and it. An item. A step.')


def test_pages():
    found = pages()
    assert found[0].name == 'README.md'
    assert len(found) > 20
    assert before(found[0], 'no-such-revision') is None
