"""Leaves out warnings of the stack that nobody who runs it can act on."""

import warnings

# Of mmengine's `pkg::` configs, and of building mmsegmentation's losses.
_KNOWN = (
    r'pkg_resources is deprecated as an API',
    r'``build_loss`` would be deprecated soon',
    r'Default ``avg_non_ignore`` is False',
)


def ignore_known_warnings() -> None:
    """Keeps these warnings, and no others, from the console."""
    for message in _KNOWN:
        warnings.filterwarnings('ignore', message)
