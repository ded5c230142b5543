"""Paints the cells of the Q&A table and edits short ones in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyleOptionViewItem, QWidget

from erpai_desktop.models.enums import QaType
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.highlight import HighlightDelegate
from erpai_desktop.views.qas.rows_model import ACTIVE, ANSWER, QUESTION, SECTION, SHOWN, TYPE
from erpai_desktop.views.qas.wording import type_name

Index = QModelIndex | QPersistentModelIndex
SECTION_LIMIT = 128


class Cells(HighlightDelegate):
    """A text that is longer than its line, or has several, is edited in the roomy editor instead."""

    roomy_requested = Signal(int)
    """The column whose text wants more room than its cell."""
    toggle_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QObject | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._sections: tuple[str, ...] = ()

    def set_sections(self, sections: Sequence[str]) -> None:
        """The sections that are offered."""
        self._sections = tuple(sections)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field over the cell; nothing where there is no room for one."""
        column = index.column()
        if column == SECTION:
            return self._section_editor(parent)
        if column == TYPE:
            return self._type_editor(parent)
        if column == ACTIVE:
            self.toggle_requested.emit()
            return None  # type: ignore[return-value]  # Qt takes a null pointer for "no editor"; the stub does not say so
        text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        if len(text) >= SHOWN or "\n" in text:
            self.roomy_requested.emit(column)
            return None  # type: ignore[return-value]  # as above
        field = QLineEdit(parent)
        field.setProperty("role", "cell")
        names = {QUESTION: self.tr("Question"), ANSWER: self.tr("Answer")}
        field.setAccessibleName(names[column])
        field.setToolTip(self.tr("Enter saves, Esc keeps what was there"))
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show what is stored, all of it selected."""
        value: Any = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            if editor.isEditable():
                editor.setEditText(str(value))
                line = editor.lineEdit()
                if line is not None:
                    line.selectAll()
            else:
                editor.setCurrentIndex(max(0, editor.findData(QaType(value).value)))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(value))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand what was typed to the model."""
        if isinstance(editor, QComboBox):
            value = editor.currentText().strip() if editor.isEditable() else editor.currentData()
        elif isinstance(editor, QLineEdit):
            value = editor.text()
        else:
            return
        model.setData(index, value, Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the cell, and wide enough for a choice."""
        rect: QRect = option.rect
        wide = max(rect.width(), editor.minimumSizeHint().width()) if isinstance(editor, QComboBox) else rect.width()
        editor.setGeometry(rect.left(), rect.top(), wide, rect.height() - 1)

    def _section_editor(self, parent: QWidget) -> QComboBox:
        box = QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(self._sections)
        box.setAccessibleName(self.tr("Section"))
        box.setToolTip(self.tr("Choose a section or type a new one"))
        line = box.lineEdit()
        if line is not None:
            line.setMaxLength(SECTION_LIMIT)
            line.setAccessibleName(self.tr("Section"))
            line.setToolTip(box.toolTip())
        return box

    def _type_editor(self, parent: QWidget) -> QComboBox:
        box = QComboBox(parent)
        for qa_type in QaType:
            box.addItem(type_name(qa_type), qa_type.value)
        box.setAccessibleName(self.tr("Type"))
        box.setToolTip(self.tr("Training rows teach; validation rows only test"))
        return box
