"""A small rounded word that says what kind a thing is or what is due."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from erpai_desktop.views.parts.layout import restyle
from erpai_desktop.views.parts.wording import plain_tooltip

BadgeKind = Literal["plain", "accent", "good", "warning", "bad"]


class Badge(QLabel):
    """One or a few words on a soft ground; hidden while it has none."""

    def __init__(
        self, text: str = "", kind: BadgeKind = "plain", *, tooltip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_text(text, kind, tooltip)

    def show_text(self, text: str, kind: BadgeKind | None = None, tooltip: str | None = None) -> None:
        """Change words, kind and tooltip; empty text hides the badge."""
        self.setText(text)
        self.setAccessibleName(text)
        if tooltip is not None:
            self.setToolTip(plain_tooltip(tooltip))
        if kind is not None and kind != self.property("kind"):
            self.setProperty("kind", kind)
            restyle(self)
        if not text:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()
        else:
            # Shown with its parent, once it has one; show() now would open a window.
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
