"""A Q&A that is being written for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.qas import storing
from erpai_desktop.views.qas.saving import Fields
from erpai_desktop.workers.runner import Runner


class NewRow:
    """Stores the row once; what is typed while that is under way is kept in `latest` for the save that follows."""

    def __init__(self, model_id: ModelId) -> None:
        self._model_id = model_id
        self.is_under_way = False
        self.latest: Fields | None = None
        """What the fields held when they were looked at last."""

    def store(
        self,
        runner: Runner,
        initiator: QObject,
        values: Fields,
        added: Callable[[NewRow, QaDetails], None],
        failed: Callable[[NewRow, Exception], bool],
    ) -> None:
        """Begin to store it; either of the two is called even when no widget is left by then."""
        self.is_under_way = True
        self.latest = values
        kept: list[QaDetails] = []

        def fail(error: Exception) -> bool:
            self.is_under_way = False
            return failed(self, error)

        runner.write(
            initiator,
            storing.add_qa,
            model_id=self._model_id,
            fields=values,
            kept=kept,
        ).then(lambda _changes: added(self, kept[0])).otherwise(fail)


def missing(values: Fields) -> list[str]:
    """The fields without which a row cannot be stored."""
    needed = ["question"] + ([] if values["expects_refusal"] else ["answer"]) + ["section"]
    return [name for name in needed if not values[name].strip()]
