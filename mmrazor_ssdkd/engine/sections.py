"""Finds out whether a config has what a tool needs."""

from mmengine.config import Config

from mmrazor_ssdkd.blame import check_config

__all__ = ['check_sections']


def check_sections(cfg: Config, *names: str) -> None:
    """Raises an error where a config has not all that a tool needs.

    Args:
        cfg (Config): The config.
        *names (str): The sections, each a dict.

    Raises:
        TypeError: One of them is something else.
        ValueError: One of them is missing.
    """
    for name in names:
        if cfg.get(name) is None:
            raise ValueError(
                f'`{name}` must be a section of the config, but '
                f'{cfg.filename!r} has {sorted(cfg.keys())}'
            )
        check_config(name, cfg[name])
