"""Where a question is written: Enter sends, Shift+Enter begins a new line, Stop while an answer is being made."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.layout import column, label, row, stretch


class _Field(QPlainTextEdit):
    sent = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter alone sends; with Shift it is a new line."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)


class Composer(QFrame):
    """Keeps what was typed until it is told that it was taken (`clear`)."""

    send_requested = Signal(str)
    stop_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._busy = False
        self._reason = ""
        self._field = _Field()
        self._field.setAccessibleName(self.tr("Question"))
        self._field.setToolTip(self.tr("Enter sends, Shift+Enter begins a new line"))
        self._field.setTabChangesFocus(True)
        self._field.setFixedHeight(46)
        self._field.sent.connect(self._send)
        self._field.textChanged.connect(self._on_text)
        self._note = label("", "note")
        self._send_button = IconButton(theme, "send", self.tr("Send"), self.tr("Ask (Enter)"), tone="accent")
        self._send_button.clicked.connect(self._send)
        self._stop = IconButton(theme, "stop", self.tr("Stop"), self.tr("Stop this answer (Esc)"), tone="bad")
        self._stop.clicked.connect(self.stop_requested)
        self._stop.hide()
        foot = row(self._note, stretch(), self._stop, self._send_button, gap=2)
        self.setLayout(column(self._field, foot, gap=4, margins=(12, 10, 8, 6)))
        self._on_text()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.toPlainText()

    def set_text(self, text: str) -> None:
        """Put text into the field and the keyboard with it."""
        self._field.setPlainText(text)
        self.focus()

    def clear(self) -> None:
        """The question was taken."""
        self._field.clear()

    def focus(self) -> None:
        """Give the field the keyboard."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_model(self, name: str) -> None:
        """Whom one asks."""
        self._field.setPlaceholderText(self.tr("Ask {name}").format(name=name) if name else self.tr("Ask"))

    def set_note(self, text: str) -> None:
        """A short note at the foot, e.g. which version answers."""
        self._note.setText(text)

    def set_busy(self, busy: bool) -> None:
        """While an answer is being made there is a Stop instead of Send."""
        self._busy = busy
        self._stop.setVisible(busy)
        self._send_button.setVisible(not busy)
        self._on_text()

    def disabled_because(self, reason: str) -> None:
        """Nothing can be asked now, and why; an empty reason enables it again."""
        self._reason = reason
        self._field.setReadOnly(bool(reason))
        self._on_text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape stops the answer."""
        if event.key() == Qt.Key.Key_Escape and self._busy:
            self.stop_requested.emit()
        else:
            super().keyPressEvent(event)

    def _send(self) -> None:
        text = self.text
        if not self._busy and not self._reason and text.strip():
            self.send_requested.emit(text)

    def _on_text(self) -> None:
        why = self._reason or ("" if self.text.strip() else self.tr("Write a question first"))
        self._send_button.disabled_because(why)
