"""The roomy editor: shows one Q&A, saves it as one types, and never loses what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.errors import ConflictError, NotFoundError, UserError
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.layout import column, frame, label
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.qas import storing
from erpai_desktop.views.qas.bulk import BulkPanel
from erpai_desktop.views.qas.facts import Facts
from erpai_desktop.views.qas.form import FIELDS, QaForm
from erpai_desktop.views.qas.history import HistoryDialog
from erpai_desktop.views.qas.new_row import NewRow, missing
from erpai_desktop.views.qas.saving import Fields, RowSaves
from erpai_desktop.views.qas.telling import by_field, why
from erpai_desktop.views.qas.wording import field_names, shortened
from erpai_desktop.workers.intentions import qas_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

DEFAULT_SECTION: Final = "General"
"""Where a Q&A goes whose model has no sections yet, the same as an imported one without a section."""


class QaEditor(QWidget):
    """One row, several rows, a new one, or a hint. What was typed stays until it is acknowledged as stored."""

    notice = Signal(object)
    stored = Signal(object)
    """The QaDetails of a row, each time an edit of it is stored."""
    added = Signal(object)
    """The QaId of a new row, once it is stored."""
    show_requested = Signal(object)
    """The QaId of a row that a notice leads back to."""
    duplicates_requested = Signal(str)
    """The question of which there are others."""

    def __init__(
        self, runner: Runner, theme: Theme, model_id: ModelId, *, forbidden: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._me = _person(runner)
        self._wanted: QaId | None = None
        self._saves: RowSaves[QaDetails] | None = None
        self._busy: dict[QaId, RowSaves[QaDetails]] = {}
        self._kept: dict[QaId, tuple[Fields, str]] = {}
        """Edits that could not be stored, with what to say about them."""
        self._new: NewRow | None = None
        self._kept_new: Fields | None = None
        self._sections: tuple[str, ...] = ()
        self._autosave = Autosave(self._save, parent=self)
        self.form = QaForm(theme)
        self.form.typed.connect(self._autosave.touch)
        self.form.decided.connect(self._save_now)
        for editor in self.form.editors:
            self._autosave.watch(editor)
        self.facts = Facts(theme)
        self.facts.history_requested.connect(self._open_history)
        self.facts.duplicates_requested.connect(self._ask_for_duplicates)
        self.form.foot.addWidget(self.facts)
        self.bulk = BulkPanel(theme)
        self.form.forbid(forbidden)
        self.bulk.forbid(forbidden)
        what = self.tr("Select a Q&A to read and edit all of it here.")
        self._hint = label(self.tr("Select a Q&A to read all of it here.") if forbidden else what, "dim", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.form)
        for transparent in (self._scroll.viewport(), self.form):
            transparent.setAutoFillBackground(False)
        self._pages = QStackedWidget()
        for page in (self._hint, self._scroll, self.bulk):
            self._pages.addWidget(page)
        ground: QFrame = frame(column(self._pages), "alternate")
        ground.setSizePolicy(self.sizePolicy())
        self.setLayout(column(ground))
        self.setMinimumHeight(150)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def qa_id(self) -> QaId | None:
        """The row that is shown."""
        return self._saves.details.id if self._saves is not None else None

    def load(self, qa_id: QaId) -> None:
        """Show a row; the edit of the one before is stored first."""
        if qa_id in (self._wanted, self.qa_id if self._wanted is None else None):
            self._pages.setCurrentWidget(self._scroll)
            return
        self.flush()
        self._wanted = qa_id
        self._read_wanted(qa_id)

    def show_nothing(self) -> None:
        """Nothing is selected."""
        if self._new is None:
            self._leave()
            self._pages.setCurrentWidget(self._hint)

    def show_many(self, count: int) -> None:
        """Several rows are selected: offer what can be done with all of them."""
        self._leave()
        self.bulk.show_count(count)
        self._pages.setCurrentWidget(self.bulk)

    def begin_new(self, section: str = "", question: str = "") -> None:
        """An empty form; the row is stored once it has a question and an answer."""
        self._leave()
        self._new = NewRow(self._model_id)
        values: dict[str, Any] = {
            "question": question,
            "answer": "",
            "section": section or (self._sections[0] if self._sections else DEFAULT_SECTION),
            "qa_type": QaType.TRAINING,
            "is_active": True,
            "expects_refusal": False,
            "required_terms": (),
            "forbidden_terms": (),
            "notes": "",
        }
        if self._kept_new is not None and not question:
            values, self._kept_new = dict(self._kept_new), None
        self.form.show_values(values)
        self.form.show_problems({})
        self.facts.show_new()
        self._pages.setCurrentWidget(self._scroll)
        self._scroll.ensureVisible(0, 0)
        self.form.go_to("answer" if question else "question")

    def refresh(self) -> None:
        """Something changed elsewhere: read the row again, unless the person is in the middle of an edit."""
        if self._wanted is not None:
            # The row on its way may have been read just before the change; a newer read takes its place.
            self._read_wanted(self._wanted)
        elif self._saves is not None:
            self._runner.read((self, "again"), qas_reading.qa_details, qa_id=self._saves.details.id).then(
                self._show_again
            ).otherwise(self._gone)

    def _read_wanted(self, qa_id: QaId) -> None:
        self._runner.read((self, "details"), qas_reading.qa_details, qa_id=qa_id).then(self._show).otherwise(
            self._not_there
        )

    def apply(self, qa_id: QaId, version: int, field: str, value: object) -> None:
        """Store an edit that was made in the table."""
        if self._saves is not None and self.qa_id == qa_id:
            self.form.show_values({field: value})
            self._save_now()
        else:
            kept: list[QaDetails] = []
            self._write(qa_id, version, {field: value}, kept).then(
                lambda _changes: self.stored.emit(kept[0]), owner=self
            ).otherwise(lambda error: self._not_applied(qa_id, {field: value}, error), owner=self)

    def set_sections(self, sections: Sequence[str]) -> None:
        """The sections that are offered."""
        self._sections = tuple(sections)
        self.form.set_sections(sections)

    def go_to(self, field: str) -> None:
        """Put the cursor into a field."""
        self.form.go_to(field)

    def flush(self) -> None:
        """Start storing what is unsaved."""
        self._autosave.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+S stores now."""
        if event.matches(QKeySequence.StandardKey.Save):
            self._save_now()
        else:
            super().keyPressEvent(event)

    # --- a row ----------------------------------------------------------------------------------------------------

    def _show(self, details: QaDetails) -> None:
        if details.id != self._wanted:
            return
        self._leave()
        self._saves = self._busy.get(details.id) or RowSaves(details, self._writer(details.id), self)
        self._saves.take(details)
        self.form.show_details(details)
        self.form.show_values(self._saves.unsaved)
        self.form.show_problems({})
        self.facts.show_details(details, self._me)
        if details.id in self._kept:
            fields, reason = self._kept[details.id]
            self.form.show_values(fields)
            self.facts.say_not_saved(reason)
        self._autosave.forget()
        self._pages.setCurrentWidget(self._scroll)

    def _show_again(self, details: QaDetails) -> None:
        saves = self._saves
        if saves is None or saves.details.id != details.id:
            return
        if self._autosave.is_dirty or saves.is_busy or details.id in self._kept:
            # The person's text stays; their save finds out whether it conflicts with what has come.
            return
        saves.take(details)
        self.form.show_details(details)
        self.facts.show_details(details, self._me)

    def _not_there(self, error: Exception) -> bool:
        self._wanted = None
        if isinstance(error, NotFoundError):
            self.notice.emit(Notice(str(error), kind="warning"))
        return isinstance(error, NotFoundError)

    def _gone(self, error: Exception) -> bool:
        if not isinstance(error, NotFoundError):
            return False
        if not self._autosave.is_dirty:
            self.show_nothing()
        return True

    def _leave(self) -> None:
        self.flush()
        saves = self._saves
        if saves is not None and saves.details.id in self._kept and not self.findChildren(ConflictDialog):
            self._tell_elsewhere(saves.details.id, saves.details.question)
        if self._new is not None:
            self._leave_new()
        self._saves = None
        self._wanted = None

    # --- storing --------------------------------------------------------------------------------------------------

    def _save_now(self) -> None:
        self._autosave.touch()
        self._autosave.flush()

    def _save(self) -> None:
        if self._new is not None:
            self._save_new()
            return
        saves = self._saves
        if saves is None:
            return
        values = self.form.values()
        changed = {name: value for name, value in values.items() if value != saves.expected(name)}
        if changed:
            self._busy[saves.details.id] = saves
            self.facts.say_saving()
            saves.save(changed)
        elif not saves.is_busy:
            self._kept.pop(saves.details.id, None)
            self.form.show_problems({})
            self.facts.say_saved()

    def saved(self, saves: RowSaves[QaDetails], before: QaDetails, fields: Fields) -> None:
        """Called by the row's saves."""
        details = saves.details
        self._kept.pop(details.id, None)
        if not saves.unsaved:
            self._busy.pop(details.id, None)
        if saves is self._saves:
            # A field that nobody has touched since shows what is stored, which may be somebody else's.
            now = self.form.values()
            shown = {name: fields.get(name, getattr(before, name)) for name in FIELDS}
            self.form.show_values({name: getattr(details, name) for name in FIELDS if now[name] == shown[name]})
            self.form.show_problems({})
            self.facts.show_details(details, self._me)
        self.stored.emit(details)

    def not_saved(self, saves: RowSaves[QaDetails], fields: Fields, error: Exception) -> bool:
        """Called by the row's saves."""
        details = saves.details
        self._busy.pop(details.id, None)
        self._kept[details.id] = (fields, why(error))
        if isinstance(error, ConflictError):
            self._ask_about(saves, fields, error)
            return True
        if saves is self._saves:
            self.facts.say_not_saved(why(error))
            self.form.show_problems(by_field(error))
            return isinstance(error, UserError)
        self._tell_elsewhere(details.id, details.question)
        return isinstance(error, UserError)

    def _tell_elsewhere(self, qa_id: QaId, question: str) -> None:
        """The row is not shown any more: lead back to it."""
        self.notice.emit(
            Notice(
                self.tr("Not saved: “{question}”. {why}").format(
                    question=shortened(question, 40), why=self._kept[qa_id][1]
                ),
                kind="bad",
                action=self.tr("Show"),
                callback=lambda: self.show_requested.emit(qa_id),
            )
        )

    def _not_applied(self, qa_id: QaId, fields: Fields, error: Exception) -> bool:
        self._kept[qa_id] = (fields, why(error))
        self._tell_elsewhere(qa_id, str(fields.get("question", "")))
        return isinstance(error, UserError)

    def _ask_about(self, saves: RowSaves[QaDetails], fields: Fields, error: ConflictError) -> None:
        if saves is self._saves:
            self.facts.say_not_saved(why(error))
        dialog = ConflictDialog(
            self._theme,
            self.tr("Changed in another window: {question}").format(question=shortened(saves.details.question)),
            mine=error.mine,
            theirs=error.theirs,
            labels=field_names(),
            parent=self,
        )
        dialog.resolved.connect(lambda chosen: self._decided(saves, {**fields, **chosen}, error.current_version))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _decided(self, saves: RowSaves[QaDetails], fields: dict[str, Any], version: int) -> None:
        self._kept.pop(saves.details.id, None)
        if saves is self._saves:
            self.form.show_values(fields)
        self._busy[saves.details.id] = saves
        saves.save(fields, over=version)

    def _writer(self, qa_id: QaId) -> Any:
        return lambda version, fields, kept: self._write(qa_id, version, fields, kept)

    def _write(self, qa_id: QaId, version: int | None, fields: Fields, kept: list[QaDetails]) -> Outcome[Changes]:
        return self._runner.write(self, storing.update_qa, qa_id=qa_id, version=version, fields=fields, kept=kept)

    # --- a new row ------------------------------------------------------------------------------------------------

    def _save_new(self) -> None:
        new = self._new
        assert new is not None
        values = self.form.values()
        if new.is_under_way:
            new.latest = values
            return
        needed = missing(values)
        if needed:
            names = field_names()
            what = ", ".join(names[name].lower() for name in needed)
            self.facts.say_needed(self.tr("Still needed: {fields}").format(fields=what))
            return
        self.facts.say_saving()
        new.store(self._runner, self, values, self._on_added, self._not_added)

    def _on_added(self, new: NewRow, details: QaDetails) -> None:
        is_alive = shiboken6.isValid(self)
        saves = RowSaves(details, self._writer(details.id), self)
        if is_alive and new is self._new:
            self._new = None
            self._saves = saves
            self.facts.show_details(details, self._me)
            self.form.show_problems({})
            self._save()
        elif new.latest is not None:
            saves.save({name: value for name, value in new.latest.items() if value != getattr(details, name)})
        if is_alive:
            self.added.emit(details.id)

    def _not_added(self, new: NewRow, error: Exception) -> bool:
        if not shiboken6.isValid(self):
            return False
        if new is self._new:
            self.facts.say_not_saved(why(error))
            self.form.show_problems(by_field(error))
        else:
            self._kept_new = new.latest
            self.notice.emit(Notice(self.tr("The new Q&A was not saved. {why}").format(why=why(error)), kind="bad"))
        return isinstance(error, UserError)

    def _leave_new(self) -> None:
        new, self._new = self._new, None
        values = self.form.values()
        if new is None or new.is_under_way:
            if new is not None:
                new.latest = values
        elif values["question"].strip() or values["answer"].strip():
            self._kept_new = values
            self.notice.emit(
                Notice(
                    self.tr("The new Q&A is not finished; your text is kept."),
                    kind="warning",
                    action=self.tr("Go on"),
                    callback=self.begin_new,
                )
            )

    # --- history and duplicates -----------------------------------------------------------------------------------

    def _ask_for_duplicates(self) -> None:
        if self._saves is not None:
            self.duplicates_requested.emit(self._saves.details.question)

    def _open_history(self) -> None:
        saves = self._saves
        if saves is None:
            return
        self.flush()
        self._runner.read((self, "history"), qas_reading.qa_history, qa_id=saves.details.id).then(
            lambda versions: self._show_history(saves, versions), owner=self
        )

    def _show_history(self, saves: RowSaves[QaDetails], versions: tuple[Any, ...]) -> None:
        dialog = HistoryDialog(self._theme, saves.details, versions, forbidden=self._forbidden, parent=self)
        dialog.restore_requested.connect(lambda fields: self._restore(saves, fields))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _restore(self, saves: RowSaves[QaDetails], fields: dict[str, Any]) -> None:
        if saves is self._saves:
            self.form.show_values(fields)
            self._save_now()
        else:
            saves.save(fields)
        self.notice.emit(Notice(self.tr("The earlier version is back; the history keeps both."), seconds=8))


def _person(runner: Runner) -> str:
    actor = runner.database.actor
    return (actor.name or actor.login) if actor is not None else ""
