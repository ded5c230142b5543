"""One message of the conversation to be made: its role, its text, and a way to leave it out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.layout import column, frame, row, stretch

_TALLEST_LINES = 8


class _Text(QPlainTextEdit):
    """As tall as its text, up to eight lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabChangesFocus(True)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.updateGeometry())

    def sizeHint(self) -> QSize:
        """From the number of lines, wrapped ones included."""
        lines = max(2, min(_TALLEST_LINES, round(self.document().size().height())))
        return QSize(120, lines * self.fontMetrics().lineSpacing() + 14)


class DraftRow(QWidget):
    """Edits one MessageDraft."""

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, draft: MessageDraft, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = draft.participant_name
        self._role = Choice(theme, self.tr("Who speaks"), self.tr("Whose turn this is in the training conversation"))
        self._role.set_options(
            [
                (ParticipantRole.USER.value, self.tr("User")),
                (ParticipantRole.ASSISTANT.value, self.tr("Assistant")),
                (ParticipantRole.SYSTEM.value, self.tr("System")),
            ]
        )
        self._role.choose(draft.role.value)
        self._role.chosen.connect(lambda _role: self._on_role())
        remove = IconButton(theme, "close", self.tr("Leave out"), self.tr("Leave this message out"), size="small")
        remove.clicked.connect(self.removed)
        self._text = _Text()
        self._text.setPlainText(draft.contents)
        self._text.setAccessibleName(self.tr("Text of the message"))
        self._text.setToolTip(self.tr("What will be taught; Markdown"))
        self._text.textChanged.connect(self.changed)
        self._frame = frame(
            column(row(self._role, stretch(), remove), self._text, gap=4, margins=(8, 6, 8, 8)), "bubble"
        )
        self.setLayout(column(self._frame))

    def draft(self) -> MessageDraft:
        """What stands here now."""
        return MessageDraft(ParticipantRole(self._role.current), self._text.toPlainText().strip(), self._name)

    def _on_role(self) -> None:
        self._name = ""
        self.changed.emit()
