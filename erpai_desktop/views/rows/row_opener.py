"""Finds out where a row stands that is known by its id alone, so that it can be opened."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QObject, Signal

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId, QaId, TrainingConversationId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.models.snapshots.conversations import ConversationDetails
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.intentions import conversations_reading, qas_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner


class RowOpener(QObject):
    """A version remembers rows that may have been deleted or moved since."""

    found = Signal(object)
    """A FindingRow."""
    notice = Signal(object)
    """A Notice that says that the row is gone."""

    def __init__(self, runner: Runner, *, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner

    def open(self, row_id: UUID, kind: RowKind, model_name: str = "") -> None:
        """Look for the row; `found` or `notice` follows."""

        def tell(details: QaDetails | ConversationDetails) -> None:
            self.found.emit(FindingRow(row_id, kind, ModelId(details.model_id), model_name))

        if kind is RowKind.QA:
            qa: Outcome[QaDetails] = self._runner.read((self, "row"), qas_reading.qa_details, qa_id=QaId(row_id))
            qa.then(tell, owner=self).otherwise(self._missing)
        else:
            conversation: Outcome[ConversationDetails] = self._runner.read(
                (self, "row"),
                conversations_reading.conversation_details,
                conversation_id=TrainingConversationId(row_id),
            )
            conversation.then(tell, owner=self).otherwise(self._missing)

    def _missing(self, error: Exception) -> bool:
        if not isinstance(error, NotFoundError):
            return False
        self.notice.emit(
            Notice(self.tr("This row is not there any more; look into the bin"), kind="warning", seconds=12)
        )
        return True
