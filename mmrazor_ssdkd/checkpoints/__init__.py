"""Reads checkpoints that may come from anywhere, running none of their code.

Needs torch and mmengine alone, so that the mends of the stack can read through
it too.
"""

from .reading import read_checkpoint

__all__ = ['read_checkpoint']
