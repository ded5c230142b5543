"""The line at the top: name, menus, the palette's field in the middle, workspace and notifications at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QMenuBar, QPushButton, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import label, row, stretch
from erpai_desktop.views.window.action_list import MENUS
from erpai_desktop.views.window.actions import Actions, translated


class PaletteField(QPushButton):
    """Looks like a field and opens the command palette."""

    def __init__(self, theme: Theme, text: str, tooltip: str, keys: str) -> None:
        super().__init__(theme.icon("search"), text)
        self.setAutoDefault(False)
        self.setToolTip(tooltip)
        self.setAccessibleName(text)
        self.setMinimumWidth(220)
        self.setMaximumWidth(400)
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        keys_label = label(keys, "note")
        keys_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(row(stretch(), keys_label, margins=(0, 0, 8, 0)))


class TitleBar(QFrame):
    """The menu line of the main window."""

    notifications_requested = Signal()

    def __init__(self, theme: Theme, actions: Actions, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(30)
        self.menu_bar = QMenuBar()
        self.menu_bar.setNativeMenuBar(False)
        self._fill_menus(actions)
        self.menu_bar.setFixedWidth(self.menu_bar.sizeHint().width())
        self.menu_bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        palette = actions.action("view.palette")
        keys = palette.shortcut().toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ")
        self.palette_field = PaletteField(theme, self.tr("Search or run a command"), palette.toolTip(), keys)
        self.palette_field.clicked.connect(lambda: palette.trigger())
        self.workspace = ElidedLabel(role="dim")
        self.workspace.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bell = IconButton(theme, "notifications", self.tr("Notifications"), tone="text")
        self.bell.clicked.connect(self.notifications_requested)
        self.workspace.setMaximumWidth(220)
        layout = row(
            label("ERP AI Desktop", "strong"),
            6,
            self.menu_bar,
            stretch(),
            self.palette_field,
            stretch(),
            self.workspace,
            self.bell,
            gap=4,
            margins=(10, 0, 3, 1),
        )
        layout.setStretchFactor(self.palette_field, 8)
        self.setLayout(layout)

    def _fill_menus(self, actions: Actions) -> None:
        for key, title in MENUS:
            menu = self.menu_bar.addMenu(translated(title))
            menu.setToolTipsVisible(True)
            group = 0
            for spec in actions.specs:
                if spec.menu != key:
                    continue
                if spec.group != group:
                    menu.addSeparator()
                    group = spec.group
                menu.addAction(actions.action(spec.id))
