"""The base model: typed freely, or chosen from what the last test has found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from erpai_desktop.models.provider_rules import BASE_MODEL_LIMIT
from erpai_desktop.models.snapshots.providers import BaseModel
from erpai_desktop.views.parts.days_left import days_words
from erpai_desktop.views.parts.field_saves import set_line
from erpai_desktop.views.providers.wording import tr


class BaseModelField(QComboBox):
    """`typed` while keys are pressed, `chosen` when one of the list was taken; setting it from code is silent."""

    typed = Signal()
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[BaseModel, ...] = ()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Base model"))
        self.setToolTip(tr("Which of the provider's models is asked; test the connection to choose from its list"))
        line = self.lineEdit()
        assert line is not None
        self.line = line
        line.setMaxLength(BASE_MODEL_LIMIT)
        line.setAccessibleName(tr("Base model"))
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        line.textEdited.connect(lambda _text: self.typed.emit())
        self.activated.connect(self._on_activated)

    def offer(self, models: Sequence[BaseModel]) -> None:
        """What there is to choose from, those that last longest first; the text stays."""
        models = tuple(sorted(models, key=lambda model: (model.days_left is not None, model.name)))
        if models == self._models:
            return
        self._models = models
        text = self.line.text()
        self.clear()
        for model in models:
            left = f"   {days_words(model.days_left)[0]}" if model.days_left is not None else ""
            self.addItem(model.name + left, model.name)
        self.setCurrentIndex(-1)
        self.line.setText(text)

    @property
    def text(self) -> str:
        """The name as it stands."""
        return self.line.text().strip()

    def show_text(self, text: str) -> None:
        """Show a name, silently."""
        set_line(self.line, text)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page."""
        event.ignore()

    def _on_activated(self, index: int) -> None:
        # The list shows days left too; the name alone is meant.
        self.line.setText(str(self.itemData(index) or ""))
        self.chosen.emit()
