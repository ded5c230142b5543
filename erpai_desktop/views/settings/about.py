"""What the program says about itself, and the list of its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from erpai_desktop import __version__
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.layout import label
from erpai_desktop.views.parts.palette import Command


class AboutDialog(PlainDialog):
    """Version and licences."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("ERP AI Desktop {version}").format(version=__version__), parent=parent)
        self.body.addWidget(
            label(
                self.tr(
                    "Curate what a company's AI knows, compile it, prove it, put it to work.\n\n"
                    "Licence: MIT. Built on Qt for Python (LGPL), SQLAlchemy, scikit-learn, ONNX Runtime, WordLlama "
                    "and all-MiniLM-L6-v2, each under its own licence."
                ),
                wrap=True,
                selectable=True,
            )
        )
        close = PrimaryButton(theme, self.tr("Close"), self.tr("Close (Esc)"))
        close.clicked.connect(self.accept)
        self.add_button(close)
        self.resize(460, 200)


class KeysDialog(PlainDialog):
    """Every command that has a key."""

    def __init__(self, theme: Theme, commands: Sequence[Command], *, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Keyboard shortcuts"), parent=parent)
        keyed = [command for command in commands if command.shortcut]
        table = QTableWidget(len(keyed), 2)
        table.setAccessibleName(self.tr("Commands and their keys"))
        table.setToolTip(self.tr("All of these are in the command palette too (Ctrl+K)"))
        table.setHorizontalHeaderLabels([self.tr("Key"), self.tr("What it does")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for line, command in enumerate(keyed):
            table.setItem(line, 0, QTableWidgetItem(command.shortcut))
            table.setItem(
                line, 1, QTableWidgetItem(f"{command.title}: {command.hint}" if command.hint else command.title)
            )
            table.setRowHeight(line, theme.metrics.row)
        table.setColumnWidth(0, 140)
        self.body.addWidget(table)
        close = PrimaryButton(theme, self.tr("Close"), self.tr("Close (Esc)"))
        close.clicked.connect(self.accept)
        self.add_button(close)
        self.resize(560, 520)
