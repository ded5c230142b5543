"""The sheet between ticking messages and teaching them: what conversation will be made, and of which model."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

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
        self._shown: tuple[MessageDraft, ...] = ()
        self._storing = False
        self._model = Choice(
            theme, self.tr("Model"), self.tr("Which model learns it; its neighbours in the tree do too")
        )
        self._hint = label("", "dim", wrap=True)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        add = QuietButton(theme, self.tr("Add a message"), self.tr("Add a turn at the end"), icon="add")
        add.clicked.connect(self._add_turn)
        self._list: QVBoxLayout = column(gap=8)
        self._scroll = self._make_scroll(row(add, stretch()))
        cancel = QuietButton(theme, self.tr("Cancel"), self.tr("Back to the chat; nothing is stored (Esc)"))
        cancel.clicked.connect(self.cancelled)
        self._confirm = PrimaryButton(
            theme,
            self.tr("Train AI"),
            self.tr("Store it as a training conversation"),
            icon="train",
            shortcut="Ctrl+Return",
        )
        self._confirm.clicked.connect(self._on_confirm)
        top = column(
            label(self.tr("This is what the model will learn"), "strong", wrap=True),
            self._hint,
            field(self.tr("Model"), self._model),
            gap=8,
            margins=(12, 12, 12, 10),
        )
        foot = frame(
            column(self._problem, row(stretch(), cancel, self._confirm), gap=6, margins=(12, 8, 12, 8)), "selected"
        )
        layout = column(frame(top, "bar"), self._scroll, foot, gap=0)
        layout.setStretchFactor(self._scroll, 1)
        self.setLayout(layout)

    # --- what the dock calls --------------------------------------------------------------------------------------

    def show_preview(self, preview: TrainAiPreview, models: Sequence[tuple[ModelId, str]]) -> None:
        """Show what Train AI proposes; `models` are those that may learn it."""
        self._model.set_options([(str(model_id), name) for model_id, name in models])
        self._model.choose(str(preview.model_id))
        self._hint.setText(preview.hint)
        self._hint.setVisible(bool(preview.hint))
        self._replace(preview.messages)
        self._shown = preview.messages
        self._check()

    def show_problem(self, problem: str) -> None:
        """Why it could not be stored."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def set_storing(self, storing: bool) -> None:
        """While it is being stored it cannot be confirmed again."""
        self._storing = storing
        self._check()

    def focus(self) -> None:
        """Give the proposed answer the keyboard: it is what one most often mends."""
        if self._rows:
            self._rows[-1].begin_editing()
        else:
            self._model.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_edited(self) -> bool:
        """Whether what stands here differs from what was proposed."""
        return bool(self._shown) and self.drafts() != self._shown

    @property
    def rows(self) -> tuple[DraftRow, ...]:
        """The messages in order."""
        return tuple(self._rows)

    def drafts(self) -> tuple[MessageDraft, ...]:
        """The conversation as it stands now."""
        return tuple(row_.draft() for row_ in self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back, Ctrl+Enter (of the number pad too) confirms."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_confirm()
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_scroll(self, foot: QHBoxLayout) -> QScrollArea:
        inner = QFrame()
        inner.setProperty("role", "ground")
        inner.setLayout(column(self._list, foot, stretch(), gap=8, margins=(12, 12, 12, 12)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        return scroll

    def _replace(self, drafts: Sequence[MessageDraft]) -> None:
        while self._rows:
            self._drop(self._rows[-1])
        for draft in drafts:
            self._add(draft)

    def _add(self, draft: MessageDraft) -> DraftRow:
        made = DraftRow(self._theme, draft)
        made.changed.connect(self._check)
        made.removed.connect(lambda: self._remove(made))
        made.up.clicked.connect(lambda: self._move_up(made))
        self._rows.append(made)
        self._list.addWidget(made)
        return made

    def _add_turn(self) -> None:
        last = self._rows[-1].draft().role if self._rows else ParticipantRole.ASSISTANT
        role = ParticipantRole.ASSISTANT if last is ParticipantRole.USER else ParticipantRole.USER
        made = self._add(MessageDraft(role, ""))
        self._check()
        made.begin_editing()
        QTimer.singleShot(0, made, lambda: self._scroll.ensureWidgetVisible(made))

    def _move_up(self, moved: DraftRow) -> None:
        place = self._rows.index(moved)
        if place:
            self._rows.insert(place - 1, self._rows.pop(place))
            self._list.insertWidget(place - 1, moved)
            self._check()

    def _remove(self, gone: DraftRow) -> None:
        place = self._rows.index(gone)
        self._drop(gone)
        self._check()
        if self._rows:
            self._rows[min(place, len(self._rows) - 1)].begin_editing()

    def _drop(self, gone: DraftRow) -> None:
        self._rows.remove(gone)
        self._list.removeWidget(gone)
        gone.hide()
        gone.deleteLater()

    def _check(self) -> None:
        drafts = self.drafts()
        for place, (row_, draft) in enumerate(zip(self._rows, drafts, strict=True)):
            row_.show_problem("" if draft.contents else self.tr("Write it or leave it out."))
            row_.up.disabled_because("" if place else self.tr("It is the first message"))
        problem = self._problem_of(drafts)
        self.show_problem(problem)
        self._confirm.disabled_because(self.tr("It is being stored") if self._storing else problem)

    def _problem_of(self, drafts: Sequence[MessageDraft]) -> str:
        roles = [draft.role for draft in drafts]
        if any(not draft.contents for draft in drafts):
            return self.tr("A message is empty.")
        if ParticipantRole.USER not in roles:
            return self.tr("There is no question: one message has to be the user's.")
        if ParticipantRole.ASSISTANT not in roles[roles.index(ParticipantRole.USER) + 1 :]:
            return self.tr("There is no answer after the question: one message has to be the assistant's.")
        return ""

    def _on_confirm(self) -> None:
        if self._confirm.isEnabled():
            self.confirmed.emit(ModelId(UUID(self._model.current)), self.drafts())
