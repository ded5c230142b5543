"""Widgets on show."""

from tests.views.compilations.stand import on_show

__all__ = ["on_show"]
