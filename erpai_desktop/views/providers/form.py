"""The fields of a provider's connection; knows how they look, not when they are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.provider_rules import OPENAI_URL, URL_LIMIT
from erpai_desktop.models.snapshots.providers import ProviderDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.field_problems import FieldProblems
from erpai_desktop.views.parts.field_saves import Named, set_line, set_text
from erpai_desktop.views.parts.flat_fields import name_field
from erpai_desktop.views.parts.layout import column, field, label, row
from erpai_desktop.views.parts.permission import forbid
from erpai_desktop.views.providers.base_model_field import BaseModelField
from erpai_desktop.views.providers.wording import kind_name, kind_note, tr

_HAS_URL = (ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE)


class ProviderForm(QWidget):
    """`typed` while keys are pressed, `chosen` when something was decided at once."""

    typed = Signal()
    chosen = Signal()
    field_made = Signal(object)
    """A QLineEdit for a name in one more language."""

    def __init__(self, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        self.names: dict[str, QLineEdit] = {}
        self._problems = FieldProblems("names")
        self.notes_card = self._make_notes(theme)
        """Stands apart, at the end of the page."""
        self.setLayout(column(self._make_connection(theme), gap=0))

    # --- cards ----------------------------------------------------------------------------------------------------

    def _make_connection(self, theme: Theme) -> Card:
        card = Card(theme, tr("Connection"), icon="providers")
        self._names_grid = QGridLayout()
        self._names_grid.setHorizontalSpacing(8)
        self._names_grid.setVerticalSpacing(6)
        self.kind = Choice(theme, tr("Kind"), tr("What kind of service it is"))
        self.kind.set_options([(kind.value, kind_name(kind)) for kind in ProviderKind])
        forbid(self.kind, self._forbidden)
        self.kind.chosen.connect(lambda _key: self._on_kind())
        self._kind_note = label("", "note", wrap=True)
        self.base_url = self._line(tr("Address"), tr("Where it answers, up to the part that all calls begin with"))
        self._url_warning = label("", "bad", wrap=True)
        self._url_warning.hide()
        self._url = QWidget()
        self._url.setLayout(
            column(field(tr("Address"), self.base_url), self._problems.line("base_url"), self._url_warning, gap=4)
        )
        self.model_file = self._line(tr("Model file"), tr("The .gguf file on this computer"))
        self.model_file.setPlaceholderText(tr("/path/to/model.gguf"))
        browse = QuietButton(theme, tr("Browse…"), tr("Choose the file"), icon="open")
        browse.disabled_because(self._forbidden)
        browse.clicked.connect(self._browse)
        line = row(self.model_file, browse)
        line.setStretchFactor(self.model_file, 1)
        caption = label(tr("Model file"), "note")
        caption.setBuddy(self.model_file)
        self._file = QWidget()
        self._file.setLayout(column(caption, line, self._problems.line("model_file"), gap=4))
        self.base_model = BaseModelField()
        forbid(self.base_model, self._forbidden)
        self.base_model.typed.connect(self.typed)
        self.base_model.chosen.connect(self.chosen)
        self._base = QWidget()
        self._base.setLayout(
            column(field(tr("Base model"), self.base_model), self._problems.line("base_model_name"), gap=4)
        )
        if self._forbidden:
            card.body.addWidget(
                label(
                    tr("Only an administrator of this workspace may change it. You may keep a key of your own."),
                    "note",
                    wrap=True,
                )
            )
        card.body.addLayout(self._names_grid)
        card.body.addWidget(self._problems.line("names"))
        card.body.addLayout(field(tr("Kind"), self.kind))
        card.body.addWidget(self._kind_note)
        for part in (self._url, self._file, self._base):
            card.body.addWidget(part)
        return card

    def _make_notes(self, theme: Theme) -> Card:
        card = Card(theme, tr("Notes"), icon="edit")
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName(tr("Notes"))
        self.notes.setToolTip(tr("For people; never a place for a key"))
        self.notes.setPlaceholderText(tr("Only for people. Never put a key here."))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(3 * self.notes.fontMetrics().lineSpacing() + 14)
        forbid(self.notes, self._forbidden)
        self.notes.textChanged.connect(self.typed)
        card.body.addWidget(self.notes)
        card.body.addWidget(self._problems.line("notes"))
        return card

    def _line(self, name: str, tip: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setMaxLength(URL_LIMIT)
        edit.setAccessibleName(name)
        edit.setToolTip(tip)
        forbid(edit, self._forbidden)
        edit.textEdited.connect(lambda _text: self.typed.emit())
        return edit

    # --- showing --------------------------------------------------------------------------------------------------

    def offer_languages(self, languages: Sequence[str]) -> None:
        """A field for a name in each of these; those there are stay."""
        for language in dict.fromkeys(languages):
            if language in self.names:
                continue
            edit = self.names[language] = QLineEdit()
            edit.setMaxLength(256)
            edit.setAccessibleName(tr("Name ({language})").format(language=language))
            edit.setToolTip(tr("The provider's name in this language, up to 256 characters"))
            forbid(edit, self._forbidden)
            edit.textEdited.connect(lambda _text: self.typed.emit())
            place = self._names_grid.rowCount()
            self._names_grid.addWidget(label(language, "note"), place, 0)
            self._names_grid.addWidget(edit, place, 1)
            self.field_made.emit(edit)

    def show_found(self, details: ProviderDetails) -> None:
        """What is known of the provider beside its settings."""
        self.base_model.offer(details.models)
        self._url_warning.setText(details.warning)
        self._url_warning.setVisible(bool(details.warning))

    def values(self) -> dict[str, object]:
        """What the fields show."""
        names: dict[str, object] = {name_field(language): edit.text().strip() for language, edit in self.names.items()}
        return names | {
            "kind": ProviderKind(self.kind.current),
            "base_model_name": self.base_model.text,
            "base_url": self.base_url.text().strip(),
            "model_file": self.model_file.text().strip(),
            "notes": self.notes.toPlainText(),
        }

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show these; what the fields show already is left as it is, and the cursor with it."""
        for language, edit in self.names.items():
            set_line(edit, str(values.get(name_field(language), "")))
        self.kind.choose(str(values["kind"]))
        self.base_model.show_text(str(values["base_model_name"]))
        set_line(self.base_url, str(values["base_url"]))
        set_line(self.model_file, str(values["model_file"]))
        set_text(self.notes, str(values["notes"]))
        self._show_kind()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What cannot be saved, at its field; an empty mapping takes all away."""
        self._problems.show(problems)

    def label_of(self, name: str) -> str:
        """What a field is called."""
        if name.startswith("name:"):
            return tr("Name ({language})").format(language=name.removeprefix("name:"))
        return {
            "kind": tr("Kind"),
            "base_model_name": tr("Base model"),
            "base_url": tr("Address"),
            "model_file": tr("Model file"),
            "notes": tr("Notes"),
        }.get(name, name)

    def in_words(self, name: str, value: object) -> object:
        """A field's value as a conflict shows it."""
        return Named(value, kind_name(ProviderKind(str(value)))) if name == "kind" else value

    def _on_kind(self) -> None:
        self._show_kind()
        self.chosen.emit()

    def _show_kind(self) -> None:
        kind = ProviderKind(self.kind.current)
        self._kind_note.setText(kind_note(kind))
        self._url.setVisible(kind in _HAS_URL)
        self._file.setVisible(kind is ProviderKind.LOCAL)
        self._base.setVisible(kind is not ProviderKind.BUILT_IN)
        usual = OPENAI_URL if kind is ProviderKind.OPENAI else "https://models.example.com/v1"
        self.base_url.setPlaceholderText(usual)

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Model file"), self.model_file.text(), tr("Models (*.gguf)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_file(self, name: str) -> None:
        self.model_file.setText(name)
        self.chosen.emit()
