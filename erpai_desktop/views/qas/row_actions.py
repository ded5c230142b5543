"""What can be done with the selected rows of the table; each action can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.undo_notice import undo_notice
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.qas.rows_model import QaRows
from erpai_desktop.views.qas.table import QaTable
from erpai_desktop.workers.intentions import qas, qas_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

Ids = Sequence[QaId]


class RowActions(QObject):
    """`flush` stores what is unsaved first, so that an action never meets an older text."""

    notice = Signal(object)
    copied = Signal(object)
    """The QaId of a duplicate."""

    def __init__(
        self,
        runner: Runner,
        model_id: ModelId,
        table: QaTable,
        rows: QaRows,
        flush: Callable[[], None],
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
        self._table = table
        self._rows = rows
        self._flush = flush
        self.sections: tuple[str, ...] = ()
        """The sections that are offered."""

    def delete(self) -> None:
        """Put the selected rows into the bin."""

        def act(ids: Ids) -> None:
            text = plural(len(ids), self.tr("Deleted 1 Q&A"), self.tr("Deleted {n} Q&As"))
            self._tell(self._runner.write(self, qas.delete_qas, qa_ids=ids), text)

        self._with_selected(act)

    def toggle(self) -> None:
        """Switch the selected rows the other way than the current one stands."""
        line = self._table.current_line
        if line is not None:
            self.set_active(not line.is_active)

    def set_active(self, is_active: bool) -> None:
        """Switch the selected rows on or off."""

        def act(ids: Ids) -> None:
            on = plural(len(ids), self.tr("Switched on 1 Q&A"), self.tr("Switched on {n} Q&As"))
            off = plural(len(ids), self.tr("Switched off 1 Q&A"), self.tr("Switched off {n} Q&As"))
            self._tell(
                self._runner.write(self, qas.set_active, qa_ids=ids, is_active=is_active), on if is_active else off
            )

        self._with_selected(act)

    def ask_section(self) -> None:
        """Ask for a section, then put the selected rows into it."""
        dialog = QInputDialog(self._table)
        dialog.setWindowTitle(self.tr("Section"))
        dialog.setLabelText(self.tr("Put the selected Q&As into this section:"))
        dialog.setComboBoxItems(list(self.sections) or [""])
        dialog.setComboBoxEditable(True)
        dialog.textValueSelected.connect(self.set_section)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def set_section(self, section: str) -> None:
        """Put the selected rows into a section; an empty one asks for it."""
        if not section:
            self.ask_section()
            return

        def act(ids: Ids) -> None:
            text = plural(len(ids), self.tr("1 Q&A is now in"), self.tr("{n} Q&As are now in"))
            self._tell(self._runner.write(self, qas.set_section, qa_ids=ids, section=section), f"{text} “{section}”")

        self._with_selected(act)

    def set_type(self, qa_type: QaType) -> None:
        """Let the selected rows teach, or only test."""

        def act(ids: Ids) -> None:
            teach = plural(len(ids), self.tr("1 Q&A teaches now"), self.tr("{n} Q&As teach now"))
            test = plural(len(ids), self.tr("1 Q&A only tests now"), self.tr("{n} Q&As only test now"))
            self._tell(
                self._runner.write(self, qas.set_type, qa_ids=ids, qa_type=qa_type),
                teach if qa_type is QaType.TRAINING else test,
            )

        self._with_selected(act)

    def duplicate(self) -> None:
        """Add a copy of the current row, to be changed."""
        line = self._table.current_line
        if line is not None:
            self._flush()
            self._runner.read((self, "original"), qas_reading.qa_details, qa_id=line.id).then(self._add_copy)

    def copy(self) -> None:
        """Put questions and answers as shown on the clipboard, a row a line."""
        lines = self._table.known_selection() or ()
        if lines:
            QGuiApplication.clipboard().setText("\n".join(f"{line.question}\t{line.answer}" for line in lines))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _with_selected(self, act: Callable[[Ids], None]) -> None:
        """Call with the ids of the selected rows; those that have not been read are read first."""
        if not self._table.selected_count:
            return
        self._flush()
        lines = self._table.known_selection()
        if lines is not None:
            act([line.id for line in lines])
            return
        numbers = self._rows.numbers(self._table.ranges)
        self._runner.read((self, "ids"), qas_reading.ids_by_number, numbers).then(act, owner=self)

    def _tell(self, outcome: Outcome[Changes], text: str) -> None:
        outcome.then(lambda changes: self._done(changes, text), owner=self).otherwise(self._not_done)

    def _done(self, changes: Changes, text: str) -> None:
        notice = undo_notice(self._runner, changes, text)
        if notice is not None:
            self.notice.emit(notice)

    def _not_done(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self.notice.emit(Notice(str(error), kind="bad"))
        return isinstance(error, UserError)

    def _add_copy(self, details: QaDetails) -> None:
        names = ("section", "question", "answer", "qa_type", "expects_refusal", "required_terms", "forbidden_terms")
        fields: dict[str, Any] = {name: getattr(details, name) for name in (*names, "is_active", "notes")}
        outcome = self._runner.write(self, qas.add_qa, model_id=self._model_id, **fields)
        outcome.then(lambda changes: self.copied.emit(changes.new(Entity.QA)), owner=self)
        self._tell(outcome, self.tr("Copied; change the question of this one"))
