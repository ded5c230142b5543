"""A model's own settings, each with what takes effect and where it comes from; saved as one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.model_editor.edit_state import EditState
from erpai_desktop.views.model_editor.model_fields import arguments, fields_of, flat, name_field
from erpai_desktop.views.model_editor.overview_form import INHERIT, OverviewForm
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.workers.intentions import tree, tree_reading
from erpai_desktop.workers.runner import Runner

LANGUAGES = ("en", "bg")
"""The languages whose names are always offered; others that a model has are shown too."""


class OverviewPage(QWidget):
    """Reads one model, follows changes made elsewhere, keeps what the person is typing."""

    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._language = language
        self._details: ModelDetails | None = None
        self._state = EditState()
        self._in_flight: dict[str, object] | None = None
        self._save_again = False
        self._autosave = Autosave(self._save, parent=self)
        self._form = OverviewForm(theme, forbidden=why_not(role, Role.ADMINISTRATOR))
        self._form.typed.connect(self._autosave.touch)
        self._form.chosen.connect(self._save_now)
        self._form.field_made.connect(self._autosave.watch)
        for editor in (self._form.system_message, self._form.notes):
            self._autosave.watch(editor)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self._save_now)
        self.setLayout(column(self._form))
        self._form.setEnabled(False)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the model again."""
        self._runner.read(
            (self, "details"), tree_reading.model_details, model_id=self._model_id, language=self._language
        ).then(self._show).otherwise(self._gone)

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self._autosave.flush()

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self, details: ModelDetails) -> None:
        first = self._details is None
        self._details = details
        self._form.offer_languages([*LANGUAGES, *details.names])
        stored = {name_field(language): "" for language in self._form.names} | fields_of(details)
        self._form.show_choices(details)
        self._show_fields(self._state.take(stored, details.object_version, stored if first else self._fields()))
        self._form.show_effect(details)
        self._form.setEnabled(True)
        if self._save_again:
            self._save_again = False
            self._save()

    def _show_fields(self, values: Mapping[str, object]) -> None:
        form = self._form
        for language, edit in form.names.items():
            _set_line(edit, str(values.get(name_field(language), "")))
        _set_text(form.system_message, str(values["system_message"]))
        _set_text(form.notes, str(values["notes"]))
        form.assistant.setChecked(bool(values["build_assistant"]))
        form.auto_update.setChecked(bool(values["auto_update_to_latest_build"]))
        form.provider.choose(str(values["provider_id"] or INHERIT))
        form.virtual_user.choose(str(values["virtual_user_id"] or ""))
        form.show_role()

    def _fields(self) -> dict[str, object]:
        form = self._form
        provider, user = form.provider.current, form.virtual_user.current
        return {name_field(language): edit.text().strip() for language, edit in form.names.items()} | {
            "system_message": form.system_message.toPlainText(),
            "notes": form.notes.toPlainText(),
            "build_assistant": form.assistant.isChecked(),
            "auto_update_to_latest_build": form.auto_update.isChecked(),
            "provider_id": UUID(provider) if provider not in ("", INHERIT) else None,
            "virtual_user_id": UUID(user) if user else None,
        }

    def _gone(self, error: Exception) -> bool:
        # The model went to the bin; its page is closed by whoever opened it.
        self._form.setEnabled(False)
        return isinstance(error, NotFoundError)

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and any(
            changes.touches(entity) for entity in (Entity.MODEL, Entity.PROVIDER, Entity.USER)
        ):
            self.refresh()

    # --- saving ---------------------------------------------------------------------------------------------------

    def _save_now(self) -> None:
        self._form.show_role()
        self._autosave.touch()
        self._autosave.flush()

    def _save(self) -> None:
        if self._details is None:
            return
        if self._in_flight is not None:
            # One save at a time: the next one must know the version that this one makes.
            self._save_again = True
            return
        changed = self._state.edited(self._fields())
        if changed:
            self._write(changed, self._state.version)

    def _write(self, changed: Mapping[str, object], version: int | None) -> None:
        self._in_flight = dict(changed)
        self._runner.write(
            self,
            tree.update_model,
            model_id=self._model_id,
            object_version=version,
            **arguments(changed, self._fields()),
        ).then(self._saved).otherwise(self._not_saved)

    def _saved(self, _changes: Changes) -> None:
        self._state.saved(self._in_flight or {})
        self._in_flight = None
        self._form.show_problems({})
        self.refresh()

    def _not_saved(self, error: Exception) -> bool:
        mine, self._in_flight = self._in_flight or {}, None
        self._save_again = False
        if isinstance(error, ConflictError):
            self._settle(mine, flat(error.theirs), error.current_version)
            return True
        if isinstance(error, InvalidInputError):
            problems = {(problem.field or "names"): problem.message for problem in error.problems}
            self._form.show_problems(problems or {"names": error.message})
            return True
        self._form.show_problems({"names": self.tr("Not saved yet: {why}").format(why=str(error))})
        return False

    def _settle(self, mine: Mapping[str, object], theirs: Mapping[str, object], version: int) -> None:
        """Ask the person about fields that both changed; a name in another language is no quarrel."""
        base = self._state.base
        both = {
            field
            for field, value in mine.items()
            if field in theirs and theirs[field] not in (value, base.get(field, ""))
        }
        # What only they changed is taken over; it may not have been read here yet.
        untouched = {field: value for field, value in theirs.items() if field not in mine}
        self._state.saved(untouched)
        self._show_fields({**self._fields(), **untouched})
        if not both:
            self._write(mine, version)
            return
        dialog = ConflictDialog(
            self._theme,
            self.tr("This model was changed in another window"),
            mine={field: self._form.in_words(field, mine[field]) for field in both},
            theirs={field: self._form.in_words(field, theirs[field]) for field in both},
            labels={field: self._form.label_of(field) for field in both},
            parent=self,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resolved.connect(lambda chosen: self._resolve(mine, chosen))
        dialog.rejected.connect(self._postpone)
        dialog.open()

    def _resolve(self, mine: Mapping[str, object], chosen: Mapping[str, Any]) -> None:
        decided = {field: getattr(value, "value", value) for field, value in chosen.items()}
        # Typing went on behind the dialog at most in other fields: these are what the person decided.
        self._show_fields({**self._fields(), **decided})
        self._write({**mine, **decided}, None)

    def _postpone(self) -> None:
        text = self.tr("Not saved yet: somebody else changed this too. Press Ctrl+S to decide.")
        self._form.show_problems({"names": text})


def _set_line(edit: QLineEdit, text: str) -> None:
    # A space at the end is on its way to a next word: what means the same is left as it is.
    if edit.text().strip() != text:
        edit.setText(text)


def _set_text(editor: QPlainTextEdit, text: str) -> None:
    if editor.toPlainText() != text:
        editor.blockSignals(True)
        editor.setPlainText(text)
        editor.blockSignals(False)
