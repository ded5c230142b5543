"""The command palette: every command by its name, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column, label
from erpai_desktop.views.parts.search_field import SearchField

_Index = QModelIndex | QPersistentModelIndex
_COMMAND: Final = int(Qt.ItemDataRole.UserRole)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do. `why_disabled` is shown while `enabled` is false."""

    id: str
    title: str
    callback: Callable[[], object]
    hint: str = ""
    shortcut: str = ""
    icon: str = ""
    enabled: bool = True
    why_disabled: str = ""


def best_matches(commands: Sequence[Command], text: str, recent: Sequence[str] = ()) -> list[Command]:
    """Commands whose title or hint is like `text`, best first; without text the recent ones, then all.

    What cannot be done now comes after what can."""
    if not text.strip():
        order = {name: place for place, name in enumerate(recent)}
        return sorted(commands, key=lambda c: (not c.enabled, order.get(c.id, len(order))))[:_MOST]
    # Imported on first use: not needed before the first paint.
    from rapidfuzz import fuzz

    wanted = text.casefold().strip()
    scored: list[tuple[float, int, Command]] = []
    for place, command in enumerate(commands):
        title = command.title.casefold()
        score = fuzz.partial_ratio(wanted, f"{title} {command.hint.casefold()}")
        initials = "".join(word[0] for word in title.split() if word)
        if title.startswith(wanted):
            score += 40
        elif f" {wanted}" in title or initials.startswith(wanted):
            score += 30
        if score >= 70:
            score -= 0 if command.enabled else 10
            scored.append((-score + 0.1 * len(title), place, command))
    return [command for _, _, command in sorted(scored, key=lambda entry: entry[:2])[:_MOST]]


class CommandPalette(QFrame):
    """A popup: type, arrows choose, Enter runs, Escape closes. `commands` is asked each time it opens."""

    ran = Signal(str)

    def __init__(
        self, theme: Theme, commands: Callable[[], Sequence[Command]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAccessibleName(self.tr("Command palette"))
        self._commands = commands
        self._known: list[Command] = []
        self._recent: list[str] = []
        self.field = SearchField(theme, self.tr("Search or run a command"), self.tr("Type a command"), delay_ms=0)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setToolTip(self.tr("Up and Down choose, Enter runs"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model = _Commands(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Row(theme, self))
        self._nothing = label(self.tr("No command is called like that."), "dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(column(self.field, self.list, self._nothing, gap=4, margins=(6, 6, 6, 6)))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._run)

    def open_at(self, anchor: QWidget, text: str = "") -> None:
        """Open below the top edge of `anchor`, at least as wide as it."""
        self._known = list(self._commands())
        self.field.setText(text)
        self._filter(text)
        width = max(anchor.width(), 440)
        self.resize(width, 360)
        middle = anchor.mapToGlobal(QPoint(anchor.width() // 2, 0))
        self.move(middle.x() - width // 2, middle.y())
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def shown(self) -> list[Command]:
        """The commands listed now."""
        return self._model.commands

    def eventFilter(self, watched: QObject, event: object) -> bool:
        """Arrows, pages, Enter and Escape go to the list while the field has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            key = event.key()
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if key in steps:
                self._step(steps[Qt.Key(key)])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return False

    def _filter(self, text: str) -> None:
        self._model.show(best_matches(self._known, text, self._recent))
        self._nothing.setVisible(not self._model.commands)
        self.list.setVisible(bool(self._model.commands))
        self.list.setCurrentIndex(self._model.index(0))

    def _step(self, by: int) -> None:
        count = self._model.rowCount()
        if count:
            row = self.list.currentIndex().row() + by
            row = row % count if abs(by) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self._model.index(row))

    def _run(self, index: QModelIndex) -> None:
        command = index.data(_COMMAND)
        if not isinstance(command, Command) or not command.enabled:
            return
        self._recent = [command.id, *(name for name in self._recent if name != command.id)][:20]
        self.close()
        command.callback()
        self.ran.emit(command.id)


class _Commands(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.commands: list[Command] = []

    def show(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.commands)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self.commands):
            return None
        command = self.commands[index.row()]
        if role == _COMMAND:
            return command
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return command.why_disabled if not command.enabled else command.hint
        return None


class _Row(QStyledItemDelegate):
    """Icon, title, hint in dim; the shortcut, or the reason why not, at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, self._theme.metrics.row + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = self._theme
        command = index.data(_COMMAND)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(rect, 5, 5)
        if command.icon:
            icon_box = QRect(rect.left() + 8, rect.center().y() - 7, 16, 16)
            theme.icons.paint(painter, icon_box, command.icon, "dim")
        room = rect.adjusted(32, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        note = QFontMetrics(theme.font("note"))
        right = command.shortcut if command.enabled else command.why_disabled
        right = note.elidedText(right, Qt.TextElideMode.ElideRight, room.width() // 2)
        painter.setFont(theme.font("note"))
        painter.setPen(theme.color("dim"))
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignRight), right)
        room.setRight(room.right() - note.horizontalAdvance(right) - 12)
        metrics = QFontMetrics(theme.font("text"))
        title = metrics.elidedText(command.title, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(theme.font("text"))
        painter.setPen(theme.color("text" if command.enabled else "dim"))
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), title)
        room.setLeft(room.left() + metrics.horizontalAdvance(title) + 10)
        if command.hint and command.enabled and room.width() > 40:
            painter.setFont(theme.font("note"))
            painter.setPen(theme.color("dim"))
            hint = note.elidedText(command.hint, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), hint)
        painter.restore()
