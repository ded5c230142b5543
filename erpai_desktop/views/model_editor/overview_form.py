"""The controls of a model's overview, laid out in cards; knows how they look, not when they are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton, tooltip_text
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.field_problems import FieldProblems
from erpai_desktop.views.parts.field_saves import Named, set_line, set_text
from erpai_desktop.views.parts.flat_fields import name_field
from erpai_desktop.views.parts.layout import column, field, label, row, stretch
from erpai_desktop.views.parts.percent_field import PercentField
from erpai_desktop.views.parts.permission import forbid

INHERIT = "inherit"
_TWO_COLUMNS = 600
"""Pixels from which the cards stand in two columns."""


class OverviewForm(QScrollArea):
    """`typed` while keys are pressed, `chosen` when something was decided at once."""

    typed = Signal()
    chosen = Signal()
    field_made = Signal(object)
    """A QLineEdit for a name in one more language."""

    def __init__(self, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        self._theme = theme
        self.names: dict[str, QLineEdit] = {}
        self._problems = FieldProblems("names")
        left = column(self._make_identity(), self._make_provider(), self._make_notes(), stretch(), gap=12)
        right = column(self._make_instructions(), stretch(), gap=12)
        self._columns: QBoxLayout = row(left, right, gap=12, margins=(14, 12, 14, 12))
        self._columns.setStretch(0, 5)
        self._columns.setStretch(1, 6)
        inner = QFrame()
        inner.setLayout(self._columns)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two would be cramped."""
        narrow = event.size().width() < _TWO_COLUMNS
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        super().resizeEvent(event)

    # --- cards ----------------------------------------------------------------------------------------------------

    def _make_identity(self) -> Card:
        tr = self.tr
        card = Card(self._theme, tr("Name and role"), icon="model")
        self._names_grid = QGridLayout()
        self._names_grid.setHorizontalSpacing(8)
        self._names_grid.setVerticalSpacing(6)
        card.body.addLayout(self._names_grid)
        card.body.addWidget(self._problems.line("names"))
        self._parent = label("", "dim", wrap=True)
        card.body.addWidget(self._parent)
        self.assistant = self._check(
            tr("Assistant for private chats and forms"),
            tr("Off: an arbiter, a member of group chats that answers when it is @mentioned"),
        )
        self.auto_update = self._check(
            tr("Activate each successful build"), tr("Off: a new version waits until somebody activates it")
        )
        self.margin = PercentField(
            tr("How much worse it may be"),
            tr(
                "A new version that answers fewer of the validation questions right than the active one, by more than "
                "this, waits until a person activates it"
            ),
        )
        forbid(self.margin, self._forbidden)
        self.margin.changed.connect(self.chosen)
        self._gate = label(tr("unless it is worse by more than"), "dim")
        self.virtual_user = Choice(self._theme, tr("Speaks in groups as"), "")
        self.virtual_user.chosen.connect(lambda _key: self.chosen.emit())
        card.body.addWidget(self.assistant)
        card.body.addWidget(self.auto_update)
        card.body.addLayout(row(self._gate, self.margin, label("%", "dim"), stretch(), margins=(22, 0, 0, 0)))
        card.body.addWidget(self._problems.line("activation_margin"))
        card.body.addLayout(field(tr("Speaks in groups as"), self.virtual_user))
        card.body.addWidget(self._problems.line("virtual_user_id"))
        return card

    def _make_provider(self) -> Card:
        tr = self.tr
        card = Card(self._theme, tr("Provider"), icon="providers")
        self.provider = Choice(
            self._theme, tr("Provider"), tr("The connection this model uses; without one it inherits")
        )
        self.provider.chosen.connect(lambda _key: self.chosen.emit())
        self._override = QuietButton(self._theme, tr("Override"), tr("Choose a provider for this model alone"))
        forbid(self.provider, self._forbidden)
        self._override.disabled_because(self._forbidden)
        self._override.clicked.connect(self.provider.showPopup)
        self._provider_origin = Badge()
        self._provider_note = label("", "dim", wrap=True)
        card.add_to_header(self._provider_origin)
        card.body.addLayout(row(self.provider, self._override, stretch()))
        card.body.addWidget(self._problems.line("provider_id"))
        card.body.addWidget(self._provider_note)
        return card

    def _make_instructions(self) -> Card:
        tr = self.tr
        card = Card(self._theme, tr("Instructions"), icon="instructions")
        self.system_message = self._editor(
            tr("This model's own instructions"),
            tr("Added after the ancestors' instructions; say what is special here"),
            tr("How should it answer? Whom does it help?"),
            lines=6,
        )
        card.body.addLayout(field(tr("This model's own instructions"), self.system_message))
        card.body.addWidget(self._problems.line("system_message"))
        self._parts: QVBoxLayout = column(gap=6)
        card.body.addSpacing(4)
        card.body.addWidget(label(tr("What the model gets, from the top of the tree down"), "note"))
        card.body.addLayout(self._parts)
        return card

    def _make_notes(self) -> Card:
        tr = self.tr
        card = Card(self._theme, tr("Notes"), icon="edit")
        self.notes = self._editor(
            tr("Notes"), tr("For people; no model ever sees them"), tr("Only for people"), lines=3
        )
        card.body.addWidget(self.notes)
        card.body.addWidget(self._problems.line("notes"))
        return card

    def _check(self, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tip)
        box.setAccessibleName(text)
        forbid(box, self._forbidden)
        box.clicked.connect(lambda _checked=False: self.chosen.emit())
        return box

    def _editor(self, name: str, tip: str, hint: str, *, lines: int) -> QPlainTextEdit:
        editor = QPlainTextEdit()
        editor.setAccessibleName(name)
        editor.setToolTip(tip)
        editor.setPlaceholderText(hint)
        editor.setTabChangesFocus(True)
        editor.setFixedHeight(lines * editor.fontMetrics().lineSpacing() + 14)
        forbid(editor, self._forbidden)
        editor.textChanged.connect(self.typed)
        return editor

    # --- showing --------------------------------------------------------------------------------------------------

    def offer_languages(self, languages: Sequence[str]) -> None:
        """A field for a name in each of these; those there are stay."""
        for language in dict.fromkeys(languages):
            if language in self.names:
                continue
            edit = self.names[language] = QLineEdit()
            edit.setMaxLength(256)
            edit.setAccessibleName(self.tr("Name ({language})").format(language=language))
            edit.setToolTip(self.tr("The model's name in this language, up to 256 characters"))
            forbid(edit, self._forbidden)
            edit.textEdited.connect(lambda _text: self.typed.emit())
            place = self._names_grid.rowCount()
            self._names_grid.addWidget(label(language, "note"), place, 0)
            self._names_grid.addWidget(edit, place, 1)
            self.field_made.emit(edit)
        # The fields for names are made last and stand first.
        rest = (
            self.assistant,
            self.auto_update,
            self.margin,
            self.virtual_user,
            self.provider,
            self._override,
            self.notes,
        )
        order = [*self.names.values(), *rest, self.system_message]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def show_choices(self, details: ModelDetails) -> None:
        """What provider and virtual user can be chosen from."""
        self.provider.set_options(
            [(INHERIT, self.tr("inherit") if details.parent_id is not None else self.tr("none"))]
            + [
                (str(choice.id), f"{choice.name} · {choice.base_model_name}" if choice.base_model_name else choice.name)
                for choice in details.providers
            ]
        )
        taken = self.tr("{name} (with {model})")
        self.virtual_user.set_options(
            [("", self.tr("nobody"))]
            + [
                (str(user.id), taken.format(name=user.name, model=user.taken_by) if user.taken_by else user.name)
                for user in details.virtual_users
            ]
        )

    def show_role(self) -> None:
        """Whether it can speak in groups and what keeps a version back, as the boxes stand now."""
        by_itself = self.auto_update.isChecked()
        self._gate.setEnabled(by_itself)
        self.margin.setEnabled(by_itself and not self._forbidden)
        is_assistant = self.assistant.isChecked()
        why = self._forbidden or (self.tr("Only an arbiter speaks in groups") if is_assistant else "")
        self.virtual_user.setEnabled(not why)
        self.virtual_user.setToolTip(
            tooltip_text(self.tr("The user as whom it speaks; each belongs to at most one model"), reason=why)
        )

    def values(self) -> dict[str, object]:
        """What the fields show."""
        provider, user = self.provider.current, self.virtual_user.current
        return {name_field(language): edit.text().strip() for language, edit in self.names.items()} | {
            "system_message": self.system_message.toPlainText(),
            "notes": self.notes.toPlainText(),
            "build_assistant": self.assistant.isChecked(),
            "auto_update_to_latest_build": self.auto_update.isChecked(),
            "activation_margin": self.margin.share,
            "provider_id": UUID(provider) if provider not in ("", INHERIT) else None,
            "virtual_user_id": UUID(user) if user else None,
        }

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show these; what the fields show already is left as it is, and the cursor with it."""
        for language, edit in self.names.items():
            set_line(edit, str(values.get(name_field(language), "")))
        set_text(self.system_message, str(values["system_message"]))
        set_text(self.notes, str(values["notes"]))
        self.assistant.setChecked(bool(values["build_assistant"]))
        self.auto_update.setChecked(bool(values["auto_update_to_latest_build"]))
        self.margin.show_share(float(str(values["activation_margin"])))
        self.provider.choose(str(values["provider_id"] or INHERIT))
        self.virtual_user.choose(str(values["virtual_user_id"] or ""))
        self.show_role()

    def show_effect(self, details: ModelDetails) -> None:
        """What takes effect and where it comes from."""
        self._parent.setText(
            self.tr("Inherits from {name}; move it in the tree.").format(name=details.parent_name)
            if details.parent_name is not None
            else self.tr("At the top of the tree: it inherits from nobody.")
        )
        effective = details.effective.provider
        used = next((choice for choice in details.providers if choice.id == effective.value), None)
        self._override.setVisible(used is not None and effective.inherited)
        if used is None:
            self._provider_origin.show_text(self.tr("none"), "plain")
            self._provider_note.setText(
                self.tr("Without a provider it compiles to built-in and to files. No key, no network.")
            )
        else:
            origin = details.model_names.get(effective.origin, "") if effective.origin else ""
            self._provider_origin.show_text(
                self.tr("from {name}").format(name=origin) if effective.inherited else self.tr("its own"),
                "plain" if effective.inherited else "accent",
            )
            self._provider_note.setText(self.tr("In effect: {name} · {kind}").format(name=used.name, kind=used.kind))
        self._show_parts(details)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What cannot be saved, at its field; an empty mapping takes all away."""
        self._problems.show(problems)

    def label_of(self, name: str) -> str:
        """What a field is called."""
        if name.startswith("name:"):
            return self.tr("Name ({language})").format(language=name.removeprefix("name:"))
        return {
            "system_message": self.tr("This model's own instructions"),
            "notes": self.tr("Notes"),
            "build_assistant": self.tr("Assistant for private chats and forms"),
            "auto_update_to_latest_build": self.tr("Activate each successful build"),
            "activation_margin": self.tr("How much worse a new version may be"),
            "provider_id": self.tr("Provider"),
            "virtual_user_id": self.tr("Speaks in groups as"),
        }.get(name, name)

    def in_words(self, name: str, value: object) -> object:
        """A field's value as a conflict shows it; ids by their names."""
        if name == "activation_margin" and isinstance(value, int | float):
            return Named(value, f"{round(value * 100)} %")
        choice = {"provider_id": self.provider, "virtual_user_id": self.virtual_user}.get(name)
        if choice is None:
            return value
        place = choice.findData(str(value)) if value is not None else 0
        return Named(value, choice.itemText(place) if place >= 0 else self.tr("(gone)"))

    def _show_parts(self, details: ModelDetails) -> None:
        while (item := self._parts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for part in details.effective.system_parts:
            name = details.model_names.get(part.origin, "") if part.origin else ""
            if not part.inherited:
                name = self.tr("{name} (its own)").format(name=name)
            text = label(part.value, "dim" if part.inherited else "", wrap=True, selectable=True)
            text.setAccessibleName(f"{name}: {part.value}")
            box = QWidget()
            box.setLayout(column(label(name, "note"), text, gap=2))
            self._parts.addWidget(box)
        if not details.effective.system_parts:
            self._parts.addWidget(label(self.tr("No instructions yet, neither here nor above."), "dim", wrap=True))
