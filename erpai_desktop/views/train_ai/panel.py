"""The sheet between ticking messages and teaching them: what conversation will be made, and of which model."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainAiPreview
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.layout import column, field, frame, label, row, stretch
from erpai_desktop.views.train_ai.draft_row import DraftRow


class TrainAiPanel(QWidget):
    """`confirmed` carries the ModelId and the drafts; nothing is stored before that."""

    confirmed = Signal(object, object)
    cancelled = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[DraftRow] = []
        self._models: tuple[tuple[ModelId, str], ...] = ()
        self._title = label(self.tr("This is what the model will learn"), "strong", wrap=True)
        self._hint = label("", "dim", wrap=True)
        self._model = Choice(theme, self.tr("Model"), self.tr("Which model learns it; those below it inherit it"))
        self._list: QVBoxLayout = column(stretch(), gap=8)
        inner = QFrame()
        inner.setLayout(self._list)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        add = QuietButton(theme, self.tr("Add a message"), self.tr("Add a turn at the end"), icon="add")
        add.clicked.connect(self._add_turn)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        cancel = QuietButton(theme, self.tr("Cancel"), self.tr("Back to the chat; nothing is stored (Esc)"))
        cancel.clicked.connect(self.cancelled)
        self._confirm = PrimaryButton(
            theme,
            self.tr("Train AI"),
            self.tr("Store it as a training conversation (Ctrl+Enter)"),
            icon="train",
            shortcut="Ctrl+Return",
        )
        self._confirm.clicked.connect(self._on_confirm)
        body = column(
            self._title,
            self._hint,
            field(self.tr("Model"), self._model),
            scroll,
            row(add, stretch()),
            self._problem,
            gap=8,
            margins=(12, 10, 12, 8),
        )
        body.setStretchFactor(scroll, 1)
        foot = frame(row(stretch(), cancel, self._confirm, margins=(12, 8, 12, 8)), "selected")
        layout = column(body, foot, gap=0)
        layout.setStretchFactor(body, 1)
        self.setLayout(layout)

    def show_preview(self, preview: TrainAiPreview, models: Sequence[tuple[ModelId, str]]) -> None:
        """Show what Train AI proposes; `models` are those that may learn it."""
        self._models = tuple(models)
        self._model.set_options([(str(model_id), name) for model_id, name in models])
        self._model.choose(str(preview.model_id))
        self._hint.setText(preview.hint)
        self._hint.setVisible(bool(preview.hint))
        for old in list(self._rows):
            self._remove(old)
        for draft in preview.messages:
            self._add(draft)
        self._check()
        if self._rows:
            self._rows[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def drafts(self) -> tuple[MessageDraft, ...]:
        """The conversation as it stands now."""
        return tuple(row_.draft() for row_ in self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _add(self, draft: MessageDraft) -> None:
        made = DraftRow(self._theme, draft)
        made.changed.connect(self._check)
        made.removed.connect(lambda: self._remove(made))
        self._rows.append(made)
        self._list.insertWidget(self._list.count() - 1, made)

    def _add_turn(self) -> None:
        last = self._rows[-1].draft().role if self._rows else ParticipantRole.ASSISTANT
        role = ParticipantRole.ASSISTANT if last is ParticipantRole.USER else ParticipantRole.USER
        self._add(MessageDraft(role, ""))
        self._check()

    def _remove(self, gone: DraftRow) -> None:
        self._rows.remove(gone)
        self._list.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._check()

    def _check(self) -> None:
        drafts = self.drafts()
        roles = [draft.role for draft in drafts]
        if any(not draft.contents for draft in drafts):
            problem = self.tr("A message is empty: write it or leave it out.")
        elif ParticipantRole.USER not in roles:
            problem = self.tr("There is no question: one message has to be the user's.")
        elif not any(role is ParticipantRole.ASSISTANT for role in roles[roles.index(ParticipantRole.USER) + 1 :]):
            problem = self.tr("There is no answer after the question: one message has to be the assistant's.")
        else:
            problem = ""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._confirm.disabled_because(problem)

    def _on_confirm(self) -> None:
        if self._confirm.isEnabled():
            self.confirmed.emit(ModelId(UUID(self._model.current)), self.drafts())
