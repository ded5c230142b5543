"""A model's own settings, each with what takes effect and where it comes from; saved as one types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ConflictError, InvalidInputError
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.layout import column, field, label, row, stretch
from erpai_desktop.workers.intentions import tree, tree_reading
from erpai_desktop.workers.runner import Runner

LANGUAGES = ("en", "bg")
"""The languages whose names are always offered; others that a model has are shown too."""

_INHERIT = "inherit"


class OverviewPage(QWidget):
    """Reads one model, follows changes made elsewhere, keeps what the person is typing."""

    notice = Signal(object)

    def __init__(
        self, runner: Runner, theme: Theme, model_id: ModelId, *, language: str = "en", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._language = language
        self._details: ModelDetails | None = None
        self._saving: dict[str, object] = {}
        self._autosave = Autosave(self._save, parent=self)
        self._names: dict[str, QLineEdit] = {}
        self._names_grid = QGridLayout()
        self._names_grid.setHorizontalSpacing(8)
        self._names_grid.setVerticalSpacing(6)
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._build()
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the model again."""
        self._runner.read(
            (self, "details"), tree_reading.model_details, model_id=self._model_id, language=self._language
        ).then(self._show)

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self._autosave.flush()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, tr = self._theme, self.tr
        identity = Card(theme, tr("Name and role"), icon="model")
        identity.body.addLayout(self._names_grid)
        identity.body.addWidget(self._problem)
        self._assistant = self._check(
            tr("Assistant for private chats and forms"),
            tr("Off: an arbiter, a member of group chats that answers when it is @mentioned"),
        )
        self._auto_update = self._check(
            tr("Activate each successful build"), tr("Off: a new version waits until somebody activates it")
        )
        self._virtual_user = self._choice(tr("Speaks in groups as"), tr("A virtual user belongs to at most one model"))
        identity.body.addWidget(self._assistant)
        identity.body.addWidget(self._auto_update)
        identity.body.addLayout(field(tr("Speaks in groups as"), self._virtual_user))

        provider = Card(theme, tr("Provider"), icon="providers")
        self._provider = self._choice(tr("Provider"), tr("The connection this model uses; without one it inherits"))
        self._provider_origin = Badge()
        provider.body.addLayout(row(self._provider, self._provider_origin, stretch()))
        self._provider_note = label("", "dim", wrap=True)
        provider.body.addWidget(self._provider_note)

        instructions = Card(theme, tr("Instructions"), icon="instructions")
        self._system = self._editor(
            tr("This model's own instructions"),
            tr("Added after the ancestors' instructions; say what is special here"),
            tr("How should it answer? Whom does it help?"),
            lines=6,
        )
        instructions.body.addLayout(field(tr("This model's own instructions"), self._system))
        self._parts: QVBoxLayout = column(gap=6)
        instructions.body.addWidget(label(tr("What the model gets, from the top of the tree down"), "note"))
        instructions.body.addLayout(self._parts)

        notes = Card(theme, tr("Notes"), icon="edit")
        self._notes = self._editor(
            tr("Notes"), tr("For people; no model ever sees them"), tr("Only for people"), lines=3
        )
        notes.body.addWidget(self._notes)

        left, right = column(identity, provider, notes, stretch(), gap=12), column(instructions, stretch(), gap=12)
        inner = QFrame()
        columns = row(left, right, gap=12, margins=(14, 12, 14, 12))
        columns.setStretch(0, 5)
        columns.setStretch(1, 6)
        inner.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setLayout(column(scroll))

    def _check(self, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tip)
        box.setAccessibleName(text)
        box.clicked.connect(self._save_now)
        return box

    def _choice(self, text: str, tip: str) -> Choice:
        choice = Choice(self._theme, text, tip)
        choice.chosen.connect(self._save_now)
        return choice

    def _editor(self, name: str, tip: str, hint: str, *, lines: int) -> QPlainTextEdit:
        editor = QPlainTextEdit()
        editor.setAccessibleName(name)
        editor.setToolTip(tip)
        editor.setPlaceholderText(hint)
        editor.setTabChangesFocus(True)
        editor.setMinimumHeight(lines * editor.fontMetrics().lineSpacing() + 14)
        editor.setMaximumHeight(3 * lines * editor.fontMetrics().lineSpacing())
        editor.textChanged.connect(self._autosave.touch)
        self._autosave.watch(editor)
        return editor

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self, details: ModelDetails) -> None:
        if self._autosave.is_dirty:
            # The person is typing: their text stays, and the save that follows finds the conflict if there is one.
            return
        self._details = details
        self._show_names(details)
        _set_text(self._system, details.system_message)
        _set_text(self._notes, details.notes)
        self._assistant.setChecked(details.build_assistant)
        self._auto_update.setChecked(details.auto_update_to_latest_build)
        self._virtual_user.set_options(
            [("", self.tr("nobody"))]
            + [
                (
                    str(user.id),
                    self.tr("{name} (with {model})").format(name=user.name, model=user.taken_by)
                    if user.taken_by
                    else user.name,
                )
                for user in details.virtual_users
            ]
        )
        self._virtual_user.choose(str(details.virtual_user_id or ""))
        self._virtual_user.setEnabled(not details.build_assistant)
        self._virtual_user.setToolTip(
            self.tr("Only an arbiter speaks in groups")
            if details.build_assistant
            else self.tr("A virtual user belongs to at most one model")
        )
        self._show_provider(details)
        self._show_parts(details)
        self._autosave.forget()

    def _show_names(self, details: ModelDetails) -> None:
        for language in dict.fromkeys((*LANGUAGES, *details.names)):
            edit = self._names.get(language)
            if edit is None:
                edit = self._names[language] = QLineEdit()
                edit.setMaxLength(256)
                edit.setAccessibleName(self.tr("Name ({language})").format(language=language))
                edit.setToolTip(self.tr("The model's name in this language, up to 256 characters"))
                edit.textEdited.connect(self._autosave.touch)
                self._autosave.watch(edit)
                place = self._names_grid.rowCount()
                self._names_grid.addWidget(label(language, "note"), place, 0)
                self._names_grid.addWidget(edit, place, 1)
            text = details.names.get(language, "")
            if edit.text() != text:
                edit.setText(text)

    def _show_provider(self, details: ModelDetails) -> None:
        effective = details.effective.provider
        own_options = [
            (str(choice.id), f"{choice.name} · {choice.base_model_name}" if choice.base_model_name else choice.name)
            for choice in details.providers
        ]
        self._provider.set_options([(_INHERIT, self.tr("inherit")), *own_options])
        self._provider.choose(str(details.provider_id) if details.provider_id else _INHERIT)
        used = next((choice for choice in details.providers if choice.id == effective.value), None)
        if used is None:
            self._provider_origin.show_text(self.tr("none"), "plain")
            self._provider_note.setText(
                self.tr(
                    "Without a provider the model compiles to built-in and to files. It needs no key and no network."
                )
            )
            return
        origin = details.model_names.get(effective.origin, "") if effective.origin else ""
        self._provider_origin.show_text(
            self.tr("from {name}").format(name=origin) if effective.inherited else self.tr("its own"),
            "plain" if effective.inherited else "accent",
        )
        self._provider_note.setText(self.tr("In effect: {name}, {kind}").format(name=used.name, kind=used.kind))

    def _show_parts(self, details: ModelDetails) -> None:
        while (item := self._parts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for part in details.effective.system_parts:
            name = details.model_names.get(part.origin, "") if part.origin else ""
            self._parts.addWidget(label(name, "note" if part.inherited else "strong"))
            self._parts.addWidget(label(part.value, "dim" if part.inherited else "", wrap=True, selectable=True))
        if not details.effective.system_parts:
            self._parts.addWidget(label(self.tr("No instructions yet, neither here nor above."), "dim", wrap=True))

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and any(
            changes.touches(entity) for entity in (Entity.MODEL, Entity.PROVIDER, Entity.USER)
        ):
            self.refresh()

    # --- saving ---------------------------------------------------------------------------------------------------

    def _fields(self) -> dict[str, object]:
        provider, user = self._provider.current, self._virtual_user.current
        return {
            "names": {language: edit.text().strip() for language, edit in self._names.items() if edit.text().strip()},
            "system_message": self._system.toPlainText(),
            "notes": self._notes.toPlainText(),
            "build_assistant": self._assistant.isChecked(),
            "auto_update_to_latest_build": self._auto_update.isChecked(),
            "provider_id": UUID(provider) if provider not in ("", _INHERIT) else None,
            "virtual_user_id": UUID(user) if user else None,
        }

    def _save_now(self, *_ignored: object) -> None:
        self._autosave.touch()
        self._autosave.flush()

    def _save(self, version: int | None = -1) -> None:
        details = self._details
        if details is None:
            return
        shown: dict[str, Any] = {name: getattr(details, name) for name in self._fields()}
        shown["names"] = dict(details.names)
        changed: dict[str, Any] = {name: value for name, value in self._fields().items() if value != shown[name]}
        if not changed:
            return
        self._saving = changed
        self._runner.write(
            self,
            tree.update_model,
            model_id=self._model_id,
            object_version=details.object_version if version == -1 else version,
            **changed,
        ).then(self._saved).otherwise(self._not_saved)

    def _saved(self, _changes: Changes) -> None:
        self._problem.hide()
        self.refresh()

    def _not_saved(self, error: Exception) -> bool:
        if isinstance(error, ConflictError):
            dialog = ConflictDialog(
                self._theme,
                self.tr("This model was changed in another window"),
                mine=error.mine,
                theirs=error.theirs,
                parent=self,
            )
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.resolved.connect(self._resolve)
            dialog.open()
            return True
        if isinstance(error, InvalidInputError):
            self._problem.setText(" ".join([error.message, *(problem.message for problem in error.problems)]))
            self._problem.show()
            return True
        return False

    def _resolve(self, chosen: dict[str, Any]) -> None:
        self._runner.write(
            self, tree.update_model, model_id=self._model_id, object_version=None, **{**self._saving, **chosen}
        ).then(self._saved).otherwise(self._not_saved)


def _set_text(editor: QPlainTextEdit, text: str) -> None:
    if editor.toPlainText() != text:
        editor.blockSignals(True)
        editor.setPlainText(text)
        editor.blockSignals(False)
