"""Two texts side by side, each under its caption, with what the other one does not say marked."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.diff_text import DiffText, show_difference
from erpai_desktop.views.parts.layout import LabelRole, column, label, row


class TwoTexts(QWidget):
    """`names` tell the texts apart for who hears the window; `role` is that of the captions."""

    def __init__(
        self,
        theme: Theme,
        names: tuple[str, str],
        *,
        role: LabelRole = "note",
        gap: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.texts = (DiffText(theme, names[0], "hit"), DiffText(theme, names[1], "good_soft"))
        self._captions = (label("", role), label("", role))
        sides = (column(caption, text, gap=4) for caption, text in zip(self._captions, self.texts, strict=True))
        layout = row(*sides, gap=gap)
        layout.setStretch(0, 1)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def set_captions(self, left: str, right: str) -> None:
        """What stands above them."""
        for caption, text in zip(self._captions, (left, right), strict=True):
            caption.setText(text)

    def show_difference(self, left: str, right: str) -> None:
        """Show both, with what differs marked."""
        show_difference(self.texts[0], left, self.texts[1], right)

    def show_plain(self, left: str, right: str) -> None:
        """Show both without a mark: one of them is no text to compare."""
        self.texts[0].show_text(left)
        self.texts[1].show_text(right)
