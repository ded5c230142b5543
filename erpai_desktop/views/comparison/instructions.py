"""The instructions that each of the two versions was given, with what differs marked."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.models.snapshots.comparison import KnowledgeDifference
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.diff_text import DiffText, show_difference
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, label, row


class InstructionsDifference(QWidget):
    """`show_difference` fills it."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._captions = (label("", "strong"), label("", "strong"))
        self._texts = (DiffText(theme, tr("Before"), "hit"), DiffText(theme, tr("After"), "good_soft"))
        both = row(
            *(column(caption, text, gap=6) for caption, text in zip(self._captions, self._texts, strict=True)), gap=20
        )
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        both.setContentsMargins(14, 10, 14, 10)
        shown = QWidget()
        shown.setLayout(both)
        self._empty = EmptyState(theme, "instructions", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(shown)
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
        for caption, name in zip(self._captions, (left, right), strict=True):
            caption.setText(name if differ else tr("{version} · the same").format(version=name))
        shown = tuple(text if text.strip() else tr("(none)") for text in texts)
        show_difference(self._texts[0], shown[0], self._texts[1], shown[1])
        self._stack.setCurrentIndex(1)
        return differ
