"""The line at the foot: which workspace, who, and whether all is saved."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import row


class StatusLine(QStatusBar):
    """Segments from the left by key, and the saved state at the right."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizeGripEnabled(False)
        self._segments: dict[str, tuple[QWidget, ElidedLabel, IconLabel]] = {}
        self._saved = ElidedLabel(role="note")
        self._saved_icon = IconLabel(theme, "good", "dim", side=13)
        right = QWidget()
        right.setLayout(row(self._saved_icon, self._saved, gap=4, margins=(0, 0, 6, 0)))
        self._saved_icon.hide()
        self.addPermanentWidget(right)

    def set_segment(self, key: str, text: str, *, icon: str = "", tooltip: str = "", tone: ColorName = "dim") -> None:
        """Add a segment or change it; empty text hides it. `tone` is the icon's."""
        if key not in self._segments:
            holder, words, picture = (
                QWidget(),
                ElidedLabel(role="note"),
                IconLabel(self._theme, icon or "info", side=13),
            )
            holder.setLayout(row(picture, words, gap=4, margins=(8, 0, 4, 0)))
            self._segments[key] = (holder, words, picture)
            self.addWidget(holder)
        holder, words, picture = self._segments[key]
        words.setText(text)
        words.set_tooltip(tooltip)
        words.keep_whole(320)
        picture.setVisible(bool(icon))
        if icon:
            picture.set_icon(icon, tone)
        holder.setVisible(bool(text))

    def segment(self, key: str) -> str:
        """The text of a segment, empty when there is none."""
        return self._segments[key][1].text() if key in self._segments else ""

    def set_saved(self, text: str, *, icon: str = "", tone: ColorName = "dim") -> None:
        """The state at the right, e.g. "All changes saved", "Saving…"."""
        self._saved.setText(text)
        self._saved.keep_whole()
        self._saved_icon.setVisible(bool(icon))
        if icon:
            self._saved_icon.set_icon(icon, tone)
