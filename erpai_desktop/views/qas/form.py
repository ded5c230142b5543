"""The fields of one Q&A, beneath or beside the table; knows nothing of saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.layout import column, field, label, row, stretch
from erpai_desktop.views.parts.permission import forbid
from erpai_desktop.views.qas.cells import SECTION_LIMIT
from erpai_desktop.views.qas.wording import field_names, type_name

_WIDE: Final = 460
"""Pixels from which the fields stand in two columns."""
_PARTED: Final = "; "
FIELDS: Final = (
    "question", "answer", "section", "qa_type", "is_active", "expects_refusal",
    "required_terms", "forbidden_terms", "notes",
)  # fmt: skip


class QaForm(QWidget):
    """`typed` comes with each key, `decided` with a choice that wants saving at once."""

    typed = Signal()
    decided = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_wide: bool | None = None
        self._problems: dict[str, QLabel] = {}
        self._shown: dict[str, tuple[str, Any]] = {}
        names = field_names()
        tr = self.tr
        self.question = self._text(names["question"], tr("What people ask, in one of their ways"), lines=1)
        self.answer = self._text(names["answer"], tr("What the model answers, word for word; Markdown"), lines=3)
        # Its height is what is left over; Qt would ask for far more.
        self.answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.section = self._section(names["section"])
        self.qa_type = Choice(theme, names["qa_type"], tr("Training rows teach; validation rows only test a version"))
        self.qa_type.set_options([(qa_type.value, type_name(qa_type)) for qa_type in QaType])
        self.qa_type.chosen.connect(lambda _key: self._on_type())
        self.is_active = self._check(
            names["is_active"], tr("Off: the next version will not know it (Space in the table)")
        )
        self.expects_refusal = self._check(
            names["expects_refusal"], tr("The model must say that it does not know; no answer is needed")
        )
        self.required_terms = self._terms(
            names["required_terms"], tr("Words the answer has to hold, parted by semicolons")
        )
        self.forbidden_terms = self._terms(
            names["forbidden_terms"], tr("Words the answer must not hold, parted by semicolons")
        )
        self.notes = self._text(names["notes"], tr("For people; no model ever sees them"), lines=1)
        self.foot = QVBoxLayout()
        self._build(names)

    def forbid(self, reason: str) -> None:
        """Say why nothing may be changed; everything can still be read and copied."""
        for widget in (
            self.question,
            self.answer,
            self.section,
            self.qa_type,
            self.is_active,
            self.expects_refusal,
            self.required_terms,
            self.forbidden_terms,
            self.notes,
        ):
            forbid(widget, reason)

    # --- values ---------------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """What the fields hold, by the names of services."""
        return {
            "question": self._typed("question", self.question.toPlainText()),
            "answer": self._typed("answer", self.answer.toPlainText()),
            "section": self._typed("section", " ".join(self.section.currentText().split())),
            "qa_type": QaType(self.qa_type.current),
            "is_active": self.is_active.isChecked(),
            "expects_refusal": self.expects_refusal.isChecked() and self.qa_type.current == QaType.VALIDATION.value,
            "required_terms": self._typed("required_terms", self.required_terms.text()),
            "forbidden_terms": self._typed("forbidden_terms", self.forbidden_terms.text()),
            "notes": self._typed("notes", self.notes.toPlainText()),
        }

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show these; a field that holds its value already is left alone, with its cursor and its undo."""
        now = self.values()
        for name, value in values.items():
            if value == now[name]:
                continue
            widget = getattr(self, name)
            if isinstance(widget, QPlainTextEdit):
                widget.blockSignals(True)
                widget.setPlainText(value)
                widget.blockSignals(False)
                self._shown[name] = (widget.toPlainText(), value)
            elif isinstance(widget, QLineEdit):
                widget.setText(_PARTED.join(value))
                self._shown[name] = (widget.text(), tuple(value))
            elif isinstance(widget, Choice):
                widget.choose(QaType(value).value)
            elif isinstance(widget, QComboBox):
                widget.setEditText(value)
            elif isinstance(widget, QCheckBox):
                widget.setChecked(value)
        self._show_needed()

    def _typed(self, name: str, text: str) -> Any:
        """What a field's text means. One that nobody has touched means what was put in.

        Qt's fields keep neither CR nor a no-break space, and terms could hold the mark that parts them.
        """
        shown = self._shown.get(name)
        if shown is not None and shown[0] == text:
            return shown[1]
        return _terms_of(text) if name.endswith("_terms") else text

    def show_details(self, details: QaDetails) -> None:
        """Show a stored row."""
        self.show_values({name: getattr(details, name) for name in FIELDS})

    def set_sections(self, sections: Sequence[str]) -> None:
        """The sections that are offered."""
        text = self.section.currentText()
        self.section.clear()
        self.section.addItems(list(sections))
        self.section.setEditText(text)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it; those that are not named are right."""
        for name, problem in self._problems.items():
            problem.setText(problems.get(name, ""))
            problem.setVisible(name in problems)

    def go_to(self, name: str) -> None:
        """Put the cursor into a field, at its end."""
        editor = self.answer if name == "answer" else self.question
        editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        editor.moveCursor(editor.textCursor().MoveOperation.End)

    @property
    def editors(self) -> tuple[QWidget, ...]:
        """The fields that one types into."""
        line = self.section.lineEdit()
        assert line is not None
        return (self.question, self.answer, line, self.required_terms, self.forbidden_terms, self.notes)

    def minimumSizeHint(self) -> QSize:
        """Any width will do: below a certain one the columns stand one below the other."""
        return QSize(180, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room."""
        super().resizeEvent(event)
        self._arrange()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self, names: Mapping[str, str]) -> None:
        self._terms_box = QWidget()
        self._terms_box.setLayout(
            row(
                self._field("required_terms", names["required_terms"], self.required_terms),
                self._field("forbidden_terms", names["forbidden_terms"], self.forbidden_terms),
                gap=12,
            )
        )
        self._left = column(
            self._field("question", names["question"], self.question),
            self._field("answer", names["answer"], self.answer),
            self._terms_box,
            gap=8,
        )
        self._left.setStretch(1, 1)
        kind = field(names["qa_type"], self.qa_type)
        switch = column(label("", "note"), self.is_active, gap=4)
        self._right = column(
            self._field("section", names["section"], self.section),
            row(kind, switch, stretch(), gap=12),
            self.expects_refusal,
            self._problem("expects_refusal"),
            self.foot,
            self._field("notes", names["notes"], self.notes),
            stretch(),
            gap=8,
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 10, 14, 12)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        self._show_needed()
        self._arrange()

    def _arrange(self) -> None:
        is_wide = self.width() >= _WIDE
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        for part in (self._left, self._right):
            self._grid.removeItem(part)
        self._grid.addLayout(self._left, 0, 0)
        self._grid.addLayout(self._right, 0 if is_wide else 1, 1 if is_wide else 0)
        self._grid.setColumnStretch(0, 7)
        self._grid.setColumnStretch(1, 3 if is_wide else 0)

    def _field(self, name: str, caption: str, widget: QWidget) -> QVBoxLayout:
        layout = field(caption, widget)
        layout.addWidget(self._problem(name))
        if widget is self.answer:
            layout.setStretch(1, 1)
        return layout

    def _problem(self, name: str) -> QLabel:
        problem = label("", "bad", wrap=True)
        problem.hide()
        self._problems[name] = problem
        return problem

    def _text(self, name: str, tip: str, *, lines: int) -> QPlainTextEdit:
        editor = QPlainTextEdit()
        editor.setAccessibleName(name)
        editor.setToolTip(tip)
        editor.setTabChangesFocus(True)
        height = lines * editor.fontMetrics().lineSpacing() + 14
        editor.setMinimumHeight(height)
        editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if lines == 1:
            editor.setFixedHeight(height)
            editor.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            editor.document().documentLayout().documentSizeChanged.connect(lambda _size: _fit(editor, height))
        editor.textChanged.connect(self.typed)
        return editor

    def _section(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setAccessibleName(name)
        tip = self.tr("What belongs together: choose a section or type a new one")
        box.setToolTip(tip)
        line = box.lineEdit()
        if line is not None:
            line.setMaxLength(SECTION_LIMIT)
            line.setAccessibleName(name)
            line.setToolTip(tip)
            line.textEdited.connect(self.typed)
        box.activated.connect(self.decided)
        return box

    def _check(self, name: str, tip: str) -> QCheckBox:
        box = QCheckBox(name)
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.clicked.connect(self._on_check)
        return box

    def _terms(self, name: str, tip: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setToolTip(tip)
        line.setPlaceholderText(self.tr("any"))
        line.textEdited.connect(self.typed)
        return line

    def _on_type(self) -> None:
        self._show_needed()
        self.decided.emit()

    def _on_check(self) -> None:
        self._show_needed()
        self.decided.emit()

    def _show_needed(self) -> None:
        """What only tests need is shown with rows that test."""
        is_test = self.qa_type.current == QaType.VALIDATION.value
        self.expects_refusal.setVisible(is_test)
        self._terms_box.setVisible(is_test and not self.expects_refusal.isChecked())
        self.answer.setPlaceholderText(
            self.tr("Not needed: a refusal is the right answer") if is_test and self.expects_refusal.isChecked() else ""
        )


def _terms_of(text: str) -> tuple[str, ...]:
    return tuple(term for part in text.split(_PARTED.strip()) if (term := " ".join(part.split())))


def _fit(editor: QPlainTextEdit, least: int) -> None:
    """As tall as its lines, up to four; a plain text document counts its height in lines."""
    lines = max(1, min(4, round(editor.document().size().height())))
    height = max(least, lines * editor.fontMetrics().lineSpacing() + 14)
    scrolls = round(editor.document().size().height()) > lines
    editor.setVerticalScrollBarPolicy(
        Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    )
    if editor.height() != height:
        editor.setFixedHeight(height)
