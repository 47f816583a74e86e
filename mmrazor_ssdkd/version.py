"""The package's version, which setup.py reads from here."""

__version__ = '0.2.0'
