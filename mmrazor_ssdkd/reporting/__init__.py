"""Shows what a run learnt: a page for a work directory."""

from .page import write_report

__all__ = ['write_report']
