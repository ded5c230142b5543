"""Where a question is written: Enter sends, Shift+Enter begins a new line, Stop while an answer is being made."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from erpai_desktop.views.chat.cost import CostWords
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.growing_text import GrowingText
from erpai_desktop.views.parts.layout import column, row


class _Field(GrowingText):
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
    model_chosen = Signal(str)

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._busy = False
        self._reason = ""
        self._field = _Field(least=2, most=8)
        self._field.setAccessibleName(self.tr("Question"))
        self._field.setToolTip(self.tr("Enter sends, Shift+Enter begins a new line"))
        self._field.sent.connect(self._send)
        self._field.textChanged.connect(self._on_text)
        self._version = ""
        self._which = self.tr("Which model answers; another one begins a new conversation")
        self._model = Choice(theme, self.tr("Model to ask"), self._which)
        self._model.setMaximumWidth(190)
        # What was spent is told in full; the name beside it stands in the field too.
        self._model.setMinimumWidth(64)
        self._model.chosen.connect(self.model_chosen)
        self._note = ElidedLabel(role="note")
        self._cost = ElidedLabel(role="note")
        self._cost.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._cost.hide()
        self._send_button = IconButton(theme, "send", self.tr("Send"), self.tr("Ask (Enter)"), tone="accent")
        self._send_button.clicked.connect(self._send)
        self._stop = IconButton(theme, "stop", self.tr("Stop"), self.tr("Stop this answer (Esc)"), tone="bad")
        self._stop.clicked.connect(self.stop_requested)
        self._stop.hide()
        foot = row(self._model, self._note, self._cost, self._stop, self._send_button, gap=6)
        foot.setStretchFactor(self._note, 1)
        foot.setStretchFactor(self._cost, 1)
        self.setLayout(column(self._field, foot, gap=6, margins=(12, 10, 12, 8)))
        self.setFocusProxy(self._field)
        self._on_text()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.toPlainText()

    def set_text(self, text: str) -> None:
        """Put text into the field, the cursor behind it, and the keyboard with it."""
        self._field.setPlainText(text)
        cursor = self._field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self._field.setTextCursor(cursor)
        self.focus()

    def give_back(self, text: str) -> None:
        """A question that could not be taken; what was typed since stands below it."""
        typed = self.text
        self.set_text(f"{text}\n\n{typed}" if typed.strip() and typed.strip() != text.strip() else text)

    def clear(self) -> None:
        """The question was taken."""
        self._field.clear()

    def focus(self) -> None:
        """Give the field the keyboard."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_models(self, models: Sequence[tuple[str, str]]) -> None:
        """Whom one can ask, as (key, name)."""
        self._model.set_options(models)
        self._model.setVisible(bool(models))

    def set_model(self, key: str, name: str, note: str, tooltip: str) -> None:
        """Whom one asks, and a short note beside it, e.g. which version answers."""
        self._model.choose(key)
        if self._model.current != key:
            # One that is in the bin: to show another one's name here would be a lie.
            self._model.setCurrentIndex(-1)
            self._model.setPlaceholderText(name)
        self._field.setPlaceholderText(self.tr("Ask {name}").format(name=name) if name else self.tr("Ask"))
        self._version = note
        self._model.setToolTip("\n".join(part for part in (self._which, tooltip) if part))
        self._note.set_tooltip(tooltip)
        self._show_note()

    def show_cost(self, words: CostWords) -> None:
        """What the conversation has come to; nothing while it has cost nothing."""
        self._cost.setText(words.text)
        self._cost.set_tooltip(words.tooltip)
        self._cost.setAccessibleName(words.spoken)
        self._cost.setAccessibleDescription(words.tooltip)
        self._cost.keep_whole()
        self._cost.setVisible(bool(words.text))
        self._show_note()

    def set_busy(self, busy: bool) -> None:
        """While an answer is being made there is a Stop instead of Send; one can type the next question meanwhile."""
        had_focus = self._stop.hasFocus() or self._send_button.hasFocus()
        self._busy = busy
        self._stop.setVisible(busy)
        self._send_button.setVisible(not busy)
        if had_focus:
            self.focus()
        self._on_text()

    def disabled_because(self, reason: str) -> None:
        """Nothing can be asked now, and why; an empty reason enables it again. Typing stays possible."""
        self._reason = reason
        self._on_text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape stops the answer."""
        if event.key() == Qt.Key.Key_Escape and self._busy:
            self.stop_requested.emit()
        else:
            super().keyPressEvent(event)

    def _show_note(self) -> None:
        # Beside what was spent there is no room for the version, which stands at each answer and in the tooltip.
        self._note.setText("" if self._cost.text() else self._version)
        self._note.setVisible(not self._cost.text())

    def _send(self) -> None:
        text = self.text
        if not self._busy and not self._reason and text.strip():
            self.send_requested.emit(text)

    def _on_text(self) -> None:
        why = self._reason or ("" if self.text.strip() else self.tr("Write a question first"))
        self._send_button.disabled_because(why)
