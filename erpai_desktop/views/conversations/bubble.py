"""One message of a training conversation: role, name and words, each edited where it stands."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QSizePolicy, QWidget

from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.snapshots.conversations import TrainingMessage
from erpai_desktop.views.conversations.wording import ROLE_KINDS, role_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.growing_text import GrowingText
from erpai_desktop.views.parts.layout import column, frame, label, restyle, row, stretch
from erpai_desktop.views.parts.markdown_view import MarkdownView
from erpai_desktop.views.parts.permission import forbid
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.views.qas.badge_button import BadgeButton

NAME_LIMIT: Final = 64
_ROOMY: Final = 380


class Handle(IconButton):
    """Drag it to move the message. The places are the screen's."""

    dragged = Signal(QPoint)
    dropped = Signal(QPoint)

    def __init__(self, theme: Theme, text: str, tip: str) -> None:
        super().__init__(theme, "drag", text, tip, size="small")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._is_dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self._is_dragging = event.button() == Qt.MouseButton.LeftButton
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry."""
        if self._is_dragging:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._is_dragging:
            self._is_dragging = False
            self.dropped.emit(event.globalPosition().toPoint())


class Bubble(QWidget):
    """Enter or a double click edits, Esc ends that; Alt+Up and Alt+Down move it, Del deletes it.

    Markdown is shown while it is not being edited. What was typed stays until it is known to be stored.
    """

    save_requested = Signal()
    """Something was typed or chosen a moment ago; `values` has it."""
    entered = Signal()
    """The keyboard or the mouse came to it."""
    step_requested = Signal(int)
    """By how many places to move it."""
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    delete_requested = Signal()
    go_requested = Signal(int)
    """By how many messages the keyboard wants to go on."""

    def __init__(
        self,
        theme: Theme,
        message: TrainingMessage | None,
        role: ParticipantRole,
        *,
        forbidden: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._forbidden = forbidden
        self._is_current: bool | None = None
        self._is_editing = False
        self._shown: TrainingMessage | None = None
        self._role = role
        self._build()
        self.autosave = Autosave(self.save_requested.emit, parent=self)
        self._text.textChanged.connect(self.autosave.touch)
        self._name.textEdited.connect(self.autosave.touch)
        for editor in (self._text, self._name):
            self.autosave.watch(editor)
            editor.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if message is not None:
            self.show_message(message)
        self._wear(role)
        self.set_current(False)

    # --- what it holds --------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Role, name and words as they stand here, by the names of services."""
        typed = self._text.toPlainText()
        # Qt's field keeps neither CR nor a no-break space: words that nobody has touched are the stored ones.
        same = self._shown is not None and typed == _as_qt(self._shown.contents)
        return {
            "role": self._role,
            "participant_name": " ".join(self._name.text().split()),
            "contents": self._shown.contents if same and self._shown is not None else typed,
        }

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to store."""
        return not self._text.toPlainText().strip()

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that no save has taken yet."""
        return self.autosave.is_dirty

    def show_message(self, message: TrainingMessage, fields: frozenset[str] | None = None) -> None:
        """Show what is stored; with `fields` only these."""
        wanted = fields if fields is not None else frozenset({"role", "participant_name", "contents"})
        if "role" in wanted and message.role is not self._role:
            self._wear(message.role)
        if "participant_name" in wanted and self._name.text() != message.participant_name:
            self._name.setText(message.participant_name)
            self._name.setCursorPosition(0)
        if "contents" in wanted and self._text.toPlainText() != _as_qt(message.contents):
            self._text.blockSignals(True)
            self._text.setPlainText(message.contents)
            self._text.blockSignals(False)
        self._shown = message
        self._time.setText(local_time(message.message_time_utc))
        if not self._is_editing:
            self._view.set_markdown(self._text.toPlainText())
        self._show_controls()

    def show_fields(self, fields: dict[str, Any]) -> None:
        """Put these in, as a decision in a conflict."""
        if "role" in fields:
            self._wear(ParticipantRole(fields["role"]))
        if "participant_name" in fields:
            self._name.setText(fields["participant_name"] or "")
        if "contents" in fields:
            self._text.setPlainText(fields["contents"])
            self._view.set_markdown(fields["contents"])
        self.autosave.forget()

    def say(self, problem: str) -> None:
        """Say why it is not stored; an empty text takes that back."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    # --- editing --------------------------------------------------------------------------------------------------

    def begin_edit(self) -> None:
        """Edit the words."""
        if self._forbidden:
            return
        if not self._is_editing:
            self._is_editing = True
            self._view.hide()
            self._text.show()
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        self._text.moveCursor(self._text.textCursor().MoveOperation.End)

    def end_edit(self) -> None:
        """Show the words as Markdown again; what was typed is stored."""
        self.autosave.flush()
        if self._is_editing and not self.is_blank:
            self._is_editing = False
            self._view.set_markdown(self._text.toPlainText())
            self._text.hide()
            self._view.show()

    def set_current(self, current: bool) -> None:
        """Whether Tab leads to its controls."""
        if current == self._is_current:
            return
        self._is_current = current
        policy = Qt.FocusPolicy.StrongFocus if current else Qt.FocusPolicy.ClickFocus
        for control in (*self._controls, self._name, self._view, self._text, self._badge):
            control.setFocusPolicy(policy)
        self.setFocusPolicy(policy)
        self._show_controls()

    def set_place(self, number: int, total: int) -> None:
        """Which message it is, counted from 1."""
        self._up.disabled_because(self._forbidden or ("" if number > 1 else self.tr("It is the first message")))
        self._down.disabled_because(self._forbidden or ("" if number < total else self.tr("It is the last message")))
        self.setAccessibleName(
            self.tr("Message {n}, {role}: {text}").format(
                n=number, role=role_name(self._role), text=self._text.toPlainText()[:200]
            )
        )

    def choose_role(self, role: ParticipantRole) -> None:
        """Let somebody else speak."""
        if role is not self._role:
            self._wear(role)
            self.autosave.touch()
            self.autosave.flush()

    # --- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a message; in a text field most of them mean something else and do not come here."""
        key, has_alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self._forbidden and (has_alt or key == Qt.Key.Key_Delete):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and has_alt:
            self.step_requested.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Escape and self._is_editing:
            self.end_edit()
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.hasFocus() or has_ctrl:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.begin_edit()
        elif key == Qt.Key.Key_Delete:
            self.delete_requested.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.go_requested.emit(-1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Controls inside make it current; leaving the words ends editing; a double click begins it."""
        kind = event.type()
        if kind == QEvent.Type.FocusIn:
            self.entered.emit()
        elif kind == QEvent.Type.FocusOut and watched is self._text and isinstance(event, QFocusEvent):
            if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
                self.end_edit()
        elif kind == QEvent.Type.MouseButtonDblClick and watched is self._view.viewport():
            self.begin_edit()
            return True
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Become current."""
        super().focusInEvent(event)
        self.entered.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the controls."""
        super().enterEvent(event)
        self._show_controls()

    def leaveEvent(self, event: QEvent) -> None:
        """Calm again."""
        super().leaveEvent(event)
        self._show_controls()

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(180, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With little room the time gives way to what one can do."""
        super().resizeEvent(event)
        self._show_controls()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring around the words while the message itself has the keyboard."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            corner = self._theme.metrics.radius_card + 1
            painter.drawRoundedRect(self._frame.geometry().toRectF().adjusted(-1, -1, 1, 1), corner, corner)
            painter.end()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, tr = self._theme, self.tr
        self._handle = Handle(theme, tr("Move"), tr("Drag to another place (Alt+Up, Alt+Down)"))
        self._handle.dragged.connect(self.dragged)
        self._handle.dropped.connect(self.dropped)
        self._badge = BadgeButton(theme, "plain", tr("Who speaks: choose another role"))
        self._badge.clicked.connect(self._open_roles)
        self._name = QLineEdit()
        self._name.setProperty("role", "cell")
        self._name.setMaxLength(NAME_LIMIT)
        self._name.setMaximumWidth(150)
        self._name.setFixedHeight(20)
        self._name.setPlaceholderText(tr("name"))
        self._name.setAccessibleName(tr("Name of the speaker"))
        self._name.setToolTip(tr("A name, if it matters who speaks; may be left empty"))
        self._name.textChanged.connect(lambda _text: self._show_controls())
        self._name_label = ElidedLabel(role="note")
        self._time = label("", "note")
        self._up = IconButton(theme, "up", tr("Up"), tr("Move it up (Alt+Up)"), size="small")
        self._down = IconButton(theme, "down", tr("Down"), tr("Move it down (Alt+Down)"), size="small")
        self._edit = IconButton(theme, "edit", tr("Edit"), tr("Edit the words (Enter; Esc ends)"), size="small")
        self._delete = IconButton(theme, "delete", tr("Delete"), tr("Delete this message (Del)"), size="small")
        self._up.clicked.connect(lambda: self.step_requested.emit(-1))
        self._down.clicked.connect(lambda: self.step_requested.emit(1))
        self._edit.clicked.connect(self.begin_edit)
        self._delete.clicked.connect(self.delete_requested)
        self._controls = (self._handle, self._up, self._down, self._edit, self._delete)
        # The words must not move sideways when the handle appears; above them there is room enough.
        policy = self._handle.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._handle.setSizePolicy(policy)
        self._badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._view = MarkdownView(theme)
        self._view.setAccessibleName(tr("Words of the message"))
        self._view.setToolTip(tr("Double click edits"))
        self._view.viewport().installEventFilter(self)
        self._view.installEventFilter(self)
        self._text = GrowingText(least=1, most=24)
        self._text.setAccessibleName(tr("Words of the message"))
        self._text.setToolTip(tr("Markdown; Esc ends editing"))
        self._text.setPlaceholderText(tr("What is said"))
        self._text.hide()
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        if self._forbidden:
            for control in self._controls:
                control.disabled_because(self._forbidden)
            for widget in (self._name, self._badge):
                forbid(widget, self._forbidden)
            self._view.setToolTip(self._forbidden)
        self._frame: QFrame = frame(column(self._view, self._text, gap=4, margins=(10, 8, 10, 8)), "bubble")
        head = row(self._badge, self._name, self._name_label, self._time, stretch(), gap=6)
        for button in self._controls[1:]:
            head.addWidget(button)
        head.addStrut(22)
        inner = column(head, self._frame, self._problem, gap=2)
        layout = row(self._handle, inner, gap=4, margins=(6, 3, 14, 5))
        layout.setAlignment(self._handle, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _wear(self, role: ParticipantRole) -> None:
        self._role = role
        self._badge.show_text(role_name(role), ROLE_KINDS[role])
        self._badge.setAccessibleName(self.tr("Role: {role}").format(role=role_name(role)))
        self._frame.setProperty("role", "own_bubble" if role is ParticipantRole.USER else "bubble")
        restyle(self._frame)

    def _open_roles(self) -> None:
        menu = QMenu(self)
        for role in ParticipantRole:
            action = menu.addAction(role_name(role))
            action.setCheckable(True)
            action.setChecked(role is self._role)
            action.triggered.connect(lambda _on=False, wanted=role: self.choose_role(wanted))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._badge.mapToGlobal(QPoint(0, self._badge.height() + 2)))

    def _show_controls(self) -> None:
        offered = bool(self._is_current) or self.underMouse()
        for control in self._controls:
            control.setVisible(offered)
        # The name is a field only where one might type; elsewhere it is a word among others.
        self._name.setVisible(bool(self._is_current))
        self._name_label.setText(self._name.text())
        self._name_label.setVisible(not self._is_current and bool(self._name.text()))
        self._time.setVisible(not offered or self.width() >= _ROOMY)


def _as_qt(text: str) -> str:
    """A text as Qt's plain text fields give it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\xa0", " ")
