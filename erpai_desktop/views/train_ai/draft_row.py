"""One message of the conversation to be made: its role, its text, and a way to leave it out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.growing_text import GrowingText
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch


class DraftRow(QWidget):
    """Edits one MessageDraft; `up` is its button for another place."""

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
        self.up = IconButton(
            theme, "up", self.tr("Move up"), self.tr("Put this message before the one above"), size="small"
        )
        remove = IconButton(theme, "close", self.tr("Leave out"), self.tr("Leave this message out"), size="small")
        remove.clicked.connect(self.removed)
        self._text = GrowingText(least=1, most=10)
        self._text.setPlainText(draft.contents)
        self._text.setAccessibleName(self.tr("Text of the message"))
        self._text.setToolTip(self.tr("What will be taught; Markdown"))
        self._text.setPlaceholderText(self.tr("Write what is said here"))
        self._text.textChanged.connect(self.changed)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        head = row(self._role, stretch(), self.up, remove, gap=6)
        inside = column(head, self._text, self._problem, gap=6, margins=(8, 6, 8, 8))
        self.setLayout(column(frame(inside, "bubble")))
        self.setFocusProxy(self._text)

    def draft(self) -> MessageDraft:
        """What stands here now."""
        return MessageDraft(ParticipantRole(self._role.current), self._text.toPlainText().strip(), self._name)

    def show_problem(self, problem: str) -> None:
        """What is wrong with this message; empty when nothing is."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def begin_editing(self) -> None:
        """Give the text the keyboard, the cursor behind it."""
        cursor = self._text.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self._text.setTextCursor(cursor)
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_role(self) -> None:
        # The name belonged to whoever spoke before.
        self._name = ""
        self.changed.emit()
