"""Qt's palette from the tokens, so that what no style sheet rule touches still fits."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from erpai_desktop.views.look.tokens import ColorName, Tokens

_Role = QPalette.ColorRole
_ROLES: tuple[tuple[QPalette.ColorRole, ColorName], ...] = (
    (_Role.Window, "panel"),
    (_Role.WindowText, "text"),
    (_Role.Base, "panel"),
    (_Role.AlternateBase, "alternate"),
    (_Role.Text, "text"),
    (_Role.PlaceholderText, "dim"),
    (_Role.Button, "panel"),
    (_Role.ButtonText, "text"),
    (_Role.BrightText, "bad"),
    (_Role.ToolTipBase, "panel"),
    (_Role.ToolTipText, "text"),
    (_Role.Highlight, "accent_soft"),
    (_Role.HighlightedText, "text"),
    (_Role.Link, "accent"),
    (_Role.LinkVisited, "accent"),
    (_Role.Accent, "accent"),
    (_Role.Light, "panel"),
    (_Role.Midlight, "neutral_soft"),
    (_Role.Mid, "line"),
    (_Role.Dark, "line_strong"),
    (_Role.Shadow, "line_strong"),
)
_DISABLED: tuple[tuple[QPalette.ColorRole, ColorName], ...] = (
    (_Role.WindowText, "faint"),
    (_Role.Text, "faint"),
    (_Role.ButtonText, "faint"),
    (_Role.HighlightedText, "faint"),
)


def palette(tokens: Tokens) -> QPalette:
    """A palette whose every role that this program shows comes from `tokens`."""
    made = QPalette()
    for role, name in _ROLES:
        made.setColor(role, QColor(tokens.of(name)))
    for role, name in _DISABLED:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.of(name)))
    return made
