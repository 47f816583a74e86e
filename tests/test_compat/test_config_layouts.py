"""Tests that a config's text is laid out once."""

from mmengine.config import Config

from mmrazor_ssdkd.compat import config_layouts


def test_text_is_laid_out_once(monkeypatch):
    """However often a run asks for it, until the config changes."""
    given, format_code = [], config_layouts.FormatCode

    def lay_out(text, **options):
        given.append(text)
        return format_code(text, **options)

    monkeypatch.setattr(config_layouts, 'FormatCode', lay_out)
    cfg = Config(dict(model=dict(name=__file__, sizes=[1, 2])))
    first = cfg.pretty_text
    assert cfg.pretty_text == first and len(given) == 1
    cfg.model.sizes.append(3)
    assert '3' in cfg.pretty_text and len(given) == 2
    assert Config.fromstring(first, '.py').model.sizes == [1, 2]
