"""Two people changed the same row: shows both texts and lets the person keep one or make a third."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QScrollArea, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.diff_text import marks
from erpai_desktop.views.parts.layout import label
from erpai_desktop.views.parts.text_diff import Span, differing_spans


@dataclass(frozen=True, slots=True)
class _Field:
    """One differing field: its two values and the editor or list that makes the merged one."""

    name: str
    mine: object
    theirs: object
    editor: QPlainTextEdit | Choice

    def merged(self) -> object:
        if isinstance(self.editor, Choice):
            return self.mine if self.editor.current == "mine" else self.theirs
        return self.editor.toPlainText()


class ConflictDialog(PlainDialog):
    """`resolved` carries a value for every field that differed; closing the dialog changes nothing.

    `mine` and `theirs` map field names to values (texts, or values shown as text); only fields that differ are shown.
    """

    resolved = Signal(dict)

    def __init__(
        self,
        theme: Theme,
        title: str,
        *,
        mine: Mapping[str, object],
        theirs: Mapping[str, object],
        labels: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, parent=parent)
        self.resize(860, 520)
        self.body.addWidget(
            label(
                self.tr("Someone else saved this while you were editing. Nothing is lost: choose what to keep."),
                "dim",
                wrap=True,
            )
        )
        self._fields: list[_Field] = []
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for column, text in enumerate((self.tr("Mine"), self.tr("Theirs"), self.tr("What will be saved"))):
            grid.addWidget(label(text, "strong"), 0, column)
            grid.setColumnStretch(column, 1)
        names = [name for name in mine if name in theirs and mine[name] != theirs[name]]
        for index, name in enumerate(names):
            caption = (labels or {}).get(name, name)
            grid.addWidget(label(caption, "note"), 1 + 2 * index, 0, 1, 3)
            self._add_field(grid, 2 + 2 * index, name, caption, mine[name], theirs[name])
        grid.setRowStretch(1 + 2 * len(names), 1)
        inside = QWidget()
        inside.setLayout(grid)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        self.body.addWidget(area, 1)
        self._add_buttons()

    def merged(self) -> dict[str, object]:
        """What would be saved now, field by field."""
        return {field.name: field.merged() for field in self._fields}

    def _add_buttons(self) -> None:
        later = QuietButton(self.theme, self.tr("Decide later"), self.tr("Close and save nothing yet (Esc)"))
        later.clicked.connect(self.reject)
        theirs = QuietButton(self.theme, self.tr("Keep theirs"), self.tr("Leave what the other person saved"))
        theirs.clicked.connect(lambda: self._resolve({f.name: f.theirs for f in self._fields}))
        mine = QuietButton(self.theme, self.tr("Keep mine"), self.tr("Save my text over the other person's"))
        mine.clicked.connect(lambda: self._resolve({f.name: f.mine for f in self._fields}))
        save = PrimaryButton(self.theme, self.tr("Save the text on the right"), self.tr("Save the third column"))
        save.clicked.connect(lambda: self._resolve(self.merged()))
        self.add_button(later, left=True)
        for button in (theirs, mine, save):
            self.add_button(button)

    def _add_field(self, grid: QGridLayout, row: int, name: str, caption: str, mine: object, theirs: object) -> None:
        editor: QPlainTextEdit | Choice
        if isinstance(mine, str) and isinstance(theirs, str):
            in_mine, in_theirs = differing_spans(mine, theirs)
            grid.addWidget(self._reader(mine, in_mine, "good_soft", f"{caption}: {self.tr('Mine')}"), row, 0)
            grid.addWidget(self._reader(theirs, in_theirs, "hit", f"{caption}: {self.tr('Theirs')}"), row, 1)
            editor = QPlainTextEdit(mine)
            editor.setMinimumHeight(72)
        else:
            grid.addWidget(label(self._words(mine), wrap=True), row, 0)
            grid.addWidget(label(self._words(theirs), wrap=True), row, 1)
            editor = Choice(self.theme, caption, self.tr("Which value to keep"))
            editor.set_options([("mine", self.tr("Mine")), ("theirs", self.tr("Theirs"))])
        editor.setAccessibleName(f"{caption}: {self.tr('What will be saved')}")
        grid.addWidget(editor, row, 2)
        self._fields.append(_Field(name, mine, theirs, editor))

    def _words(self, value: object) -> str:
        if isinstance(value, bool):
            return self.tr("yes") if value else self.tr("no")
        return self.tr("(empty)") if value is None else str(value)

    def _reader(self, text: str, spans: list[Span], ground: ColorName, name: str) -> QPlainTextEdit:
        reader = QPlainTextEdit(text)
        reader.setReadOnly(True)
        reader.setMinimumHeight(72)
        reader.setAccessibleName(name)
        reader.setExtraSelections(marks(reader.document(), text, spans, self.theme, ground))
        return reader

    def _resolve(self, values: dict[str, object]) -> None:
        self.accept()
        self.resolved.emit(values)
