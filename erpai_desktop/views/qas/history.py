"""The versions of a Q&A: who changed what and when, and a way to bring one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.snapshots.qas import QaDetails, QaVersion
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.diff_text import marks
from erpai_desktop.views.parts.layout import column, label, row
from erpai_desktop.views.parts.text_diff import differing_spans
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.views.qas.form import FIELDS
from erpai_desktop.views.qas.wording import field_names, translated, type_name

_LINE_HEIGHT: Final = 46
_MOST_LINES: Final = 6


class HistoryDialog(PlainDialog):
    """Newest first; beside the list stands what a version had that is different now."""

    restore_requested = Signal(dict)
    """Field by field what the chosen version had; only those that differ from now."""

    def __init__(
        self,
        theme: Theme,
        details: QaDetails,
        versions: Sequence[QaVersion],
        *,
        forbidden: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("Versions of this Q&A"), parent=parent)
        self._forbidden = forbidden
        self.resize(760, 460)
        self._now = {name: getattr(details, name) for name in FIELDS}
        self._states = states(self._now, versions)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Versions"))
        self._list.setToolTip(self.tr("Up and Down choose a version"))
        self._list.setMinimumWidth(230)
        self._list.setMaximumWidth(280)
        for number, version in enumerate(versions):
            lines = [
                self.tr("Version {n}, now").format(n=len(versions))
                if number == 0
                else self.tr("Version {n}").format(n=len(versions) - number),
                " · ".join(part for part in (local_time(version.time_utc), version.user, version.label) if part),
            ]
            QListWidgetItem("\n".join(lines), self._list).setSizeHint(QSize(0, _LINE_HEIGHT))
        self._list.currentRowChanged.connect(self._show)
        self._inside: QVBoxLayout = column(gap=6)
        holder = QWidget()
        holder.setLayout(column(self._inside, margins=(0, 0, 8, 0)))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(holder)
        body = row(self._list, area, gap=12)
        body.setStretchFactor(area, 1)
        body.setAlignment(self._list, Qt.AlignmentFlag(0))
        self.body.addLayout(body, 1)
        close = QuietButton(theme, self.tr("Close"), self.tr("Leave everything as it is (Esc)"))
        close.clicked.connect(self.reject)
        self._restore = PrimaryButton(
            theme, self.tr("Bring it back"), self.tr("Save this version as the newest one"), icon="restore"
        )
        self._restore.clicked.connect(self._on_restore)
        self.add_button(close)
        self.add_button(self._restore)
        self._list.setCurrentRow(min(1, len(versions) - 1))
        self._list.setFocus()

    def _different(self, row_: int) -> dict[str, Any]:
        state = self._states[row_]
        return {name: value for name, value in state.items() if value != self._now[name]}

    def _show(self, row_: int) -> None:
        while (item := self._inside.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        different = self._different(row_)
        names = field_names()
        if row_ == 0:
            self._inside.addWidget(label(self.tr("This is what is stored now."), "dim", wrap=True))
        elif not different:
            self._inside.addWidget(label(self.tr("It was the same as it is now."), "dim", wrap=True))
        for name, value in different.items():
            self._inside.addWidget(label(names[name], "note"))
            self._inside.addWidget(self._text(names[name], _words(value), _words(self._now[name])))
        self._inside.addStretch()
        why = "" if different else self.tr("It does not differ from what is stored now")
        self._restore.disabled_because(self._forbidden or why)

    def _text(self, name: str, then: str, now: str) -> QPlainTextEdit:
        text = QPlainTextEdit(then)
        text.setReadOnly(True)
        text.setAccessibleName(name)
        text.setToolTip(self.tr("Marked: what is different now"))
        lines = then.count("\n") + 1 + len(then) // 60
        text.setFixedHeight(min(_MOST_LINES, lines) * text.fontMetrics().lineSpacing() + 16)
        if lines <= _MOST_LINES:
            text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        text.setExtraSelections(marks(text.document(), then, differing_spans(then, now)[0], self.theme, "hit"))
        return text

    def _on_restore(self) -> None:
        fields = self._different(self._list.currentRow())
        self.accept()
        self.restore_requested.emit(fields)


def states(now: Mapping[str, Any], versions: Sequence[QaVersion]) -> list[dict[str, Any]]:
    """What the row was at each version, newest first: the present one with what came later taken back."""
    state = dict(now)
    found = []
    for version in versions:
        found.append(dict(state))
        state.update({name: _value(name, value) for name, value in version.before if name in state})
    return found


def _value(name: str, stored: object) -> Any:
    """A value as the history keeps it, in JSON, as a field holds it."""
    if name == "qa_type":
        return QaType(str(stored))
    if name in ("required_terms", "forbidden_terms"):
        return tuple(stored) if isinstance(stored, list | tuple) else ()
    return stored


def _words(value: Any) -> str:
    if isinstance(value, QaType):
        return type_name(value)
    if isinstance(value, bool):
        return translated("yes") if value else translated("no")
    if isinstance(value, tuple):
        return "; ".join(value)
    return str(value)
