"""Moving a model by keyboard: choose its new parent from a list that is filtered while one types."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from erpai_desktop.models.ids import ModelId
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.search_field import SearchField


class MoveDialog(PlainDialog):
    """`choices` are (parent or None for the top, its path); only possible parents belong in it."""

    chosen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        name: str,
        choices: Sequence[tuple[ModelId | None, str]],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("Move {name} to…").format(name=name), parent=parent)
        self._filter = SearchField(theme, self.tr("Filter"), self.tr("Show only models with these letters"), delay_ms=0)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("New parent"))
        self._list.setToolTip(self.tr("The model that {name} will inherit from").format(name=name))
        for model_id, path in choices:
            item = QListWidgetItem(path)
            item.setData(Qt.ItemDataRole.UserRole, model_id)
            self._list.addItem(item)
        self._list.setSpacing(3)
        self._list.setCurrentRow(0)
        self._filter.searched.connect(self._show_matching)
        self._filter.left_downwards.connect(self._list.setFocus)
        self._list.itemActivated.connect(self._choose)
        self.body.addWidget(self._filter)
        self.body.addWidget(self._list)
        cancel = QuietButton(theme, self.tr("Cancel"), self.tr("Leave it where it is (Esc)"))
        cancel.clicked.connect(self.reject)
        move = PrimaryButton(theme, self.tr("Move"), self.tr("Move it below the chosen model (Enter)"))
        move.clicked.connect(self._choose)
        move.setDefault(True)
        self.add_button(cancel)
        self.add_button(move)
        self.resize(420, 420)

    def _show_matching(self, text: str) -> None:
        first: QListWidgetItem | None = None
        for row in range(self._list.count()):
            item = self._list.item(row)
            hidden = text.casefold() not in item.text().casefold()
            item.setHidden(hidden)
            if not hidden and first is None:
                first = item
        if first is not None:
            self._list.setCurrentItem(first)

    def _choose(self) -> None:
        item = self._list.currentItem()
        if item is not None and not item.isHidden():
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
            self.accept()
