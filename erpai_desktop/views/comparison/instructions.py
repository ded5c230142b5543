"""The instructions that each of the two versions was given, with what differs marked."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.models.snapshots.comparison import KnowledgeDifference
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.two_texts import TwoTexts


class InstructionsDifference(QWidget):
    """`show_difference` fills it."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._texts = TwoTexts(theme, (tr("Before"), tr("After")), role="strong", gap=20)
        self._texts.setContentsMargins(14, 10, 14, 10)
        self._empty = EmptyState(theme, "instructions", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._texts)
        self.setLayout(column(self._stack))

    def show_difference(self, difference: KnowledgeDifference, left: str, right: str) -> bool:
        """Show the instructions of the versions of these names; whether they differ."""
        tr = self.tr
        texts = (difference.left_instructions, difference.right_instructions)
        if not any(text.strip() for text in texts):
            self._empty.set_words(tr("No instructions"), tr("Neither version was told how to answer."))
            self._stack.setCurrentIndex(0)
            return False
        differ = texts[0] != texts[1]
        same = "{version}" if differ else tr("{version} · the same")
        self._texts.set_captions(same.format(version=left), same.format(version=right))
        before, after = (text if text.strip() else tr("(none)") for text in texts)
        self._texts.show_difference(before, after)
        self._stack.setCurrentIndex(1)
        return differ
