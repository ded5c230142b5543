"""The bar above the table: search, section, which rows, and the page's buttons; and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QSizePolicy, QWidget

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.snapshots.qas import QaFilter, SectionCount
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import frame, row
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.qas.wording import type_name

_ONE_ROW: Final = 480
"""Pixels from which everything stands in one row."""
_ROOMY: Final = 600
"""Pixels from which it has its words, too."""
_SECTION_WIDTHS: Final = (130, 150)
_ANY: Final = ""


class FilterBar(QWidget):
    """Says by `changed` what the person wants to see; `apply` makes a filter of it."""

    changed = Signal()
    left_downwards = Signal()
    new_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()
    turn_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._arranged: tuple[bool, bool] | None = None
        self._qa_type: QaType | None = None
        self._is_active: bool | None = None
        tr = self.tr
        self.search = SearchField(
            theme, tr("Search questions and answers"), tr("Every word is looked for; Down goes to the rows (Ctrl+F)")
        )
        self.search.setMinimumWidth(120)
        self.search.searched.connect(self.changed)
        self.search.left_downwards.connect(self.left_downwards)
        self.section = Choice(theme, tr("Section"), tr("Show the rows of one section"), prefix=tr("Section: "))
        self.section.set_options([(_ANY, tr("any"))])
        self.section.chosen.connect(lambda _key: self.changed.emit())
        self._which = IconButton(theme, "filter", tr("Filter"), tr("Show training or validation rows, on or off"))
        self._which.setCheckable(True)
        self._which.clicked.connect(self._open_menu)
        self.new = QuietButton(theme, tr("Q&&A"), tr("Add a question and its answer (Ctrl+N)"), icon="add")
        self.new.setAccessibleName(tr("New Q&A"))
        self.new.clicked.connect(self.new_requested)
        self._import_text = tr("Import")
        self._import = QuietButton(theme, tr("Import"), tr("Add the rows of a CSV file (Ctrl+I)"), icon="import")
        self._import.setAccessibleName(tr("Import"))
        self._import.clicked.connect(self.import_requested)
        self._export = IconButton(theme, "export", tr("Export"), tr("Write the active rows to a CSV file (Ctrl+E)"))
        self._export.clicked.connect(self.export_requested)
        self._turn = IconButton(theme, "swap", tr("Move the editor"), tr("Put the editor beside or beneath the table"))
        self._turn.clicked.connect(self.turn_requested)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 5, 10, 5)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        for button in (self.new, self._import):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._buttons: tuple[QWidget, ...] = (
            self.section,
            self._which,
            self.new,
            self._import,
            self._export,
            self._turn,
        )
        self._found = ElidedLabel(role="note")
        self._clear = QuietButton(theme, tr("Show all"), tr("Clear the search and every filter"))
        self._clear.clicked.connect(self.clear)
        strip = row(self._found, self._clear, margins=(14, 2, 10, 2))
        strip.setStretchFactor(self._found, 1)
        self.strip = frame(strip, "alternate")
        self.strip.hide()
        self._arrange()

    def forbid(self, adding: str, importing: str) -> None:
        """Say why nothing may be added or imported here; an empty reason allows it."""
        self.new.disabled_because(adding)
        self._import.disabled_because(importing)

    # --- what is wanted -------------------------------------------------------------------------------------------

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(
            self.search.text().strip()
            or self.section.current
            or self._qa_type is not None
            or self._is_active is not None
        )

    def apply(self, chosen: QaFilter) -> QaFilter:
        """The filter with what is chosen here; the order stays."""
        section = self.section.current
        return replace(
            chosen,
            text=self.search.text().strip(),
            section=section[1:] if section else None,
            qa_type=self._qa_type,
            is_active=self._is_active,
        )

    def clear(self) -> None:
        """Leave nothing out."""
        self.reset()
        self.changed.emit()

    def reset(self) -> None:
        """Leave nothing out. The search field still says so a moment later; the filter is then the same as before."""
        self.search.clear()
        self.section.choose(_ANY)
        self._qa_type = self._is_active = None
        self._which.setChecked(False)

    def search_for(self, text: str) -> None:
        """Search as if the person had typed it."""
        self.search.setText(text)
        self.changed.emit()

    def set_sections(self, sections: Sequence[SectionCount]) -> None:
        """Offer these, with their counts; the chosen one stays."""
        options = [(_ANY, self.tr("any"))]
        # The mark keeps a section apart from the key for any, whatever its name.
        options += [
            (f"={entry.section}", self.tr("{name} ({count})").format(name=entry.section, count=f"{entry.count:,}"))
            for entry in sections
        ]
        self.section.set_options(options)

    def show_found(self, count: int | None) -> None:
        """How many rows are shown; None while they are being looked for."""
        self._which.setChecked(self._qa_type is not None or self._is_active is not None)
        self.strip.setVisible(self.narrows)
        if not self.narrows:
            return
        parts = [self.tr("Searching…") if count is None else self.tr("{n} found").format(n=f"{count:,}")]
        if self._qa_type is not None:
            parts.append(type_name(self._qa_type))
        if self._is_active is not None:
            parts.append(self.tr("active") if self._is_active else self.tr("switched off"))
        self._found.setText(" · ".join(parts))

    # --- inside ---------------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Narrow windows give it a second row instead."""
        return QSize(300, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two rows where there is little room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        is_one_row, is_roomy = self.width() >= _ONE_ROW, self.width() >= _ROOMY
        if (is_one_row, is_roomy) == self._arranged:
            return
        self._arranged = is_one_row, is_roomy
        self._import.setText(self._import_text if is_roomy else "")
        self.section.setMaximumWidth(_SECTION_WIDTHS[is_roomy])
        last = len(self._buttons)
        for widget in (self.search, *self._buttons):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.search, 0, 0, 1, 1 if is_one_row else last + 1)
        for place, widget in enumerate(self._buttons, start=1):
            self._grid.addWidget(widget, 0 if is_one_row else 1, place if is_one_row else place - 1)
        # What is left over goes to the search field, or in two rows behind the last button.
        self._grid.setColumnStretch(0, 1 if is_one_row else 0)
        self._grid.setColumnStretch(last, 0 if is_one_row else 1)

    def _open_menu(self) -> None:
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._which.mapToGlobal(QPoint(0, self._which.height() + 2)))
        self._which.setChecked(self._qa_type is not None or self._is_active is not None)

    def make_menu(self) -> QMenu:
        """Type and state, each with a way to leave nothing out."""
        menu = QMenu(self)
        types = QActionGroup(menu)
        for text, qa_type in (
            (self.tr("Training and validation"), None),
            (self.tr("Training only"), QaType.TRAINING),
            (self.tr("Validation only"), QaType.VALIDATION),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(qa_type is self._qa_type)
            action.setActionGroup(types)
            action.triggered.connect(lambda _on=False, wanted=qa_type: self._show_type(wanted))
        menu.addSeparator()
        states = QActionGroup(menu)
        for text, is_active in (
            (self.tr("Active and switched off"), None),
            (self.tr("Active only"), True),
            (self.tr("Switched off only"), False),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(is_active is self._is_active)
            action.setActionGroup(states)
            action.triggered.connect(lambda _on=False, wanted=is_active: self._show_active(wanted))
        return menu

    def _show_type(self, qa_type: QaType | None) -> None:
        self._qa_type = qa_type
        self.changed.emit()

    def _show_active(self, is_active: bool | None) -> None:
        self._is_active = is_active
        self.changed.emit()
