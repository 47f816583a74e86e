"""SSD-KD, Small Scale Data-Free Knowledge Distillation, for MMRazor.

Importing the package makes MMRazor, mmpretrain and mmseg importable on the
installed torch and registers the components that configs name
``mmrazor_ssdkd.X``.
"""

from .dependencies import check_dependencies

check_dependencies()

# The rest imports packages that need mending first.
from .compat import mend  # noqa: E402

mend()

from . import datasets, engine, fidelity, models, replay  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = [
    '__version__',
    'datasets',
    'engine',
    'fidelity',
    'models',
    'replay',
]
