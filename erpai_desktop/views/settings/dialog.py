"""The few settings there are: colours, the language of names; and where things lie."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.key_value import KeyValue, KeyValueRows
from erpai_desktop.views.parts.layout import field


class SettingsDialog(PlainDialog):
    """Each choice takes effect at once; `folders` are (what, path) pairs to read and copy."""

    color_scheme_chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        *,
        color_scheme: str,
        language: str,
        folders: tuple[tuple[str, str], ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("Settings"), parent=parent)
        scheme = Choice(theme, self.tr("Colours"), self.tr("Light, dark, or as the system is"))
        scheme.set_options(
            [
                ("system", self.tr("As the system")),
                ("light", self.tr("Light")),
                ("dark", self.tr("Dark")),
            ]
        )
        scheme.choose(color_scheme)
        scheme.chosen.connect(self.color_scheme_chosen)
        names = Choice(
            theme, self.tr("Language of names"), self.tr("In which language names of models and providers are shown")
        )
        names.set_options([("en", "English"), ("bg", "Български")])
        names.choose(language)
        names.chosen.connect(self.language_chosen)
        self.body.addLayout(field(self.tr("Colours"), scheme))
        self.body.addLayout(field(self.tr("Language of names"), names))
        rows = KeyValueRows()
        rows.set_rows(KeyValue(what, where) for what, where in folders)
        self.body.addWidget(rows)
        close = PrimaryButton(theme, self.tr("Close"), self.tr("Close the settings (Esc)"))
        close.clicked.connect(self.accept)
        self.add_button(close)
        self.resize(520, 300)
