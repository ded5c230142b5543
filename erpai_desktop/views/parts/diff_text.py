"""A text to read, with the places marked where it differs from another one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.text_diff import Span, differing_spans

_LONGEST = 20_000
"""Characters shown of one text; the rest of a megabyte nobody compares by eye."""


class DiffText(QTextEdit):
    """Plain text without a frame, selectable; `ground` is the colour behind what the other text does not have."""

    def __init__(self, theme: Theme, name: str, ground: ColorName, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ground: ColorName = ground
        self._text = ""
        self._spans: Sequence[Span] = ()
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        # Flush with the label above it.
        self.document().setDocumentMargin(0)
        self.setTabChangesFocus(True)
        self.setProperty("role", "reading")
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Marked: what the other one does not say; select to copy"))
        theme.changed.connect(self._mark)

    def show_text(self, text: str, spans: Sequence[Span] = ()) -> None:
        """Show a text with these (start, end) spans marked, counted in characters."""
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        if shown != self._text or not self.toPlainText():
            self._text = shown
            self.setPlainText(shown)
        self._spans = [(start, min(end, len(shown))) for start, end in spans if start < len(shown)]
        self._mark()

    def _mark(self) -> None:
        self.setExtraSelections(marks(self.document(), self._text, self._spans, self._theme, self._ground))


def show_difference(left: DiffText, left_text: str, right: DiffText, right_text: str) -> None:
    """Show two texts side by side, each with what the other does not have marked."""
    in_left, in_right = differing_spans(left_text[:_LONGEST], right_text[:_LONGEST])
    left.show_text(left_text, in_left)
    right.show_text(right_text, in_right)


def marks(
    document: QTextDocument, text: str, spans: Sequence[Span], theme: Theme, ground: ColorName
) -> list[QTextEdit.ExtraSelection]:
    """The marks of a text in a document that shows it."""
    found = []
    shape = QTextCharFormat()
    shape.setBackground(theme.color(ground))
    to_units = _counter(text)
    for start, end in spans:
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(document)
        cursor.setPosition(to_units(start))
        cursor.setPosition(to_units(end), QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        mark.format = shape
        found.append(mark)
    return found


def _counter(text: str) -> Callable[[int], int]:
    """Qt counts UTF-16 units: an emoji is one character in Python and two there."""
    wide = [place for place, character in enumerate(text) if character > "\uffff"]
    return lambda characters: characters + bisect_left(wide, characters)
