"""Asks once before a version is deleted, for that cannot be undone."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.layout import label


class DeleteVersionDialog(PlainDialog):
    """`accepted` when the person means it."""

    def __init__(self, theme: Theme, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Delete {version} for good?").format(version=name), parent=parent)
        self.body.addWidget(
            label(
                self.tr(
                    "Its files are freed, and a model that was trained for it is deleted at the provider: this cannot "
                    "be undone. Its log, how well it did and golden answers recorded from it stay. Chats remember it."
                ),
                wrap=True,
            )
        )
        keep = QuietButton(theme, self.tr("Keep"), self.tr("Delete nothing (Esc)"))
        keep.clicked.connect(self.reject)
        delete = PrimaryButton(
            theme, self.tr("Delete {version}").format(version=name), self.tr("Delete it here and at its provider")
        )
        delete.clicked.connect(self.accept)
        self.add_button(keep)
        self.add_button(delete)
        keep.setDefault(True)
        keep.setFocus()
        self.resize(440, 180)
