"""The few settings there are: colours, the language of names, how much is logged; and where things lie."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.key_value import KeyValue, KeyValueRows
from erpai_desktop.views.parts.layout import field, label


class SettingsDialog(PlainDialog):
    """Each choice takes effect at once; `folders` are (what, path) pairs to read and copy."""

    color_scheme_chosen = Signal(str)
    language_chosen = Signal(str)
    log_level_chosen = Signal(str)
    log_folder_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        color_scheme: str,
        language: str,
        log_level: str,
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
        self.log_level = Choice(theme, self.tr("Log"), self.tr("How much the program writes into its log"))
        self.log_level.set_options(
            [
                ("warning", self.tr("What failed")),
                ("info", self.tr("What failed and what was done")),
                ("debug", self.tr("Everything, to find a mistake")),
            ]
        )
        self.log_level.choose(log_level)
        self.log_level.chosen.connect(self._choose_log_level)
        self.body.addLayout(field(self.tr("Log"), self.log_level))
        self._logged = label("", "dim", wrap=True)
        self._say_what_is_logged()
        self.body.addWidget(self._logged)
        rows = KeyValueRows()
        rows.set_rows(KeyValue(what, where) for what, where in folders)
        self.body.addWidget(rows)
        self.body.addStretch()
        log = QuietButton(
            theme,
            self.tr("Open log folder"),
            self.tr("Show the folder in which the log lies"),
            icon="open_outside",
        )
        log.clicked.connect(self.log_folder_requested)
        self.add_button(log, left=True)
        close = PrimaryButton(theme, self.tr("Close"), self.tr("Close the settings (Esc)"))
        close.clicked.connect(self.accept)
        self.add_button(close)
        self.resize(560, 440)

    def _choose_log_level(self, level: str) -> None:
        self._say_what_is_logged()
        self.log_level_chosen.emit(level)

    def _say_what_is_logged(self) -> None:
        about = self.tr(
            "The log stays on this computer, in files that only you can read: at most 1 MB each, the newest five of "
            "each kind. It tells which jobs ran, what failed and where in the program. Keys are never in it. "
        )
        if self.log_level.current == "debug":
            about += self.tr(
                "Now it also holds the words of failures, which may quote questions, answers and rows: look through it "
                "before you send it on, and choose less when the mistake is found."
            )
        else:
            about += self.tr("Questions, answers and rows are not in it either.")
        self._logged.setText(about)
