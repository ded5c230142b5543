"""What can be done with several selected Q&As at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.enums import QaType
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.wording import plural


class BulkPanel(QWidget):
    """Stands in the editor's place while more than one row is selected; each action can be undone."""

    active_requested = Signal(bool)
    section_requested = Signal()
    type_requested = Signal(object)
    """A QaType."""
    delete_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._title = label("", "strong")
        on = QuietButton(theme, tr("Switch on"), tr("The next version will know them"), icon="yes")
        off = QuietButton(theme, tr("Switch off"), tr("The next version will not know them"), icon="no")
        section = QuietButton(theme, tr("Section…"), tr("Put them into one section"), icon="section")
        training = QuietButton(theme, tr("Training"), tr("Make them training rows, which teach"))
        validation = QuietButton(theme, tr("Validation"), tr("Make them validation rows, which only test"))
        delete = QuietButton(theme, tr("Delete"), tr("Put them into the bin (Del)"), icon="delete")
        on.clicked.connect(lambda: self.active_requested.emit(True))
        off.clicked.connect(lambda: self.active_requested.emit(False))
        section.clicked.connect(self.section_requested)
        training.clicked.connect(lambda: self.type_requested.emit(QaType.TRAINING))
        validation.clicked.connect(lambda: self.type_requested.emit(QaType.VALIDATION))
        delete.clicked.connect(self.delete_requested)
        self._buttons = (on, off, section, training, validation, delete)
        self._note = label(tr("Each of these can be undone."), "note", wrap=True)
        self.setLayout(
            column(
                self._title,
                row(on, off, section, stretch()),
                row(training, validation, delete, stretch()),
                self._note,
                stretch(),
                gap=10,
                margins=(14, 12, 14, 12),
            )
        )

    def forbid(self, reason: str) -> None:
        """Say why none of it may be done; an empty reason allows it."""
        for button in self._buttons:
            button.disabled_because(reason)
        if reason:
            self._note.setText(reason)

    def show_count(self, count: int) -> None:
        """How many rows it is about."""
        self._title.setText(plural(count, self.tr("1 Q&A selected"), self.tr("{n} Q&As selected")))
