"""Takes out of mmengine's runs what takes time and nobody looks at."""

import logging
from typing import Any

import pytest
from mmengine.config import Config
from mmengine.runner import Runner


def make_plain(patch: pytest.MonkeyPatch) -> None:
    """Makes runs quick and quiet.

    Args:
        patch (pytest.MonkeyPatch): What undoes it.
    """
    # Loggers of earlier tests write to what is closed by now.
    patch.setattr(logging, 'raiseExceptions', False)
    # Four fifths of a tool's time go into the layout of its config.
    patch.setattr(Config, 'pretty_text', property(_plain_text))
    # The report on the machine takes two seconds.
    patch.setattr(Runner, '_log_env', lambda *_: None)


def _plain_text(config: Config) -> str:
    """Returns a config as code that nobody reads."""
    return code(config.to_dict())


def code(config: dict[str, Any]) -> str:
    """Returns a config's code."""
    return '\n'.join(f'{key} = {value!r}' for key, value in config.items())
