"""A model's own settings, each with what takes effect and where it comes from; saved as one types."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.model_editor.model_fields import fields_of
from erpai_desktop.views.model_editor.overview_form import OverviewForm
from erpai_desktop.views.parts.field_saves import FieldSaves, Values
from erpai_desktop.views.parts.flat_fields import arguments, flat, name_field
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.workers.intentions import tree, tree_reading
from erpai_desktop.workers.outcome import Outcome
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
        self._form = OverviewForm(theme, forbidden=why_not(role, Role.ADMINISTRATOR))
        self._saves = FieldSaves(
            theme,
            self._form,
            self._write,
            title=self.tr("This model was changed in another window"),
            main="names",
            flat=flat,
            parent=self,
        )
        self._saves.saved.connect(self.refresh)
        self._form.typed.connect(self._saves.touch)
        self._form.chosen.connect(self._on_chosen)
        self._form.field_made.connect(self._saves.watch)
        for editor in (self._form.system_message, self._form.notes):
            self._saves.watch(editor)
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
        self._saves.flush()

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self, details: ModelDetails) -> None:
        self._form.offer_languages([*LANGUAGES, *details.names])
        stored = {name_field(language): "" for language in self._form.names} | fields_of(details)
        self._form.show_choices(details)
        self._form.show_effect(details)
        self._form.setEnabled(True)
        self._saves.take(stored, details.object_version)

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

    def _on_chosen(self) -> None:
        self._form.show_role()
        self._saves.save_now()

    def _write(self, changed: Values, shown: Values, version: int | None) -> Outcome[Changes]:
        return self._runner.write(
            self,
            tree.update_model,
            model_id=self._model_id,
            object_version=version,
            **arguments(changed, shown),
        )
