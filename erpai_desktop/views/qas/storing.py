"""The writes of the Q&A editor, each with what it leaves behind; they run in the writer's transaction."""

from __future__ import annotations

from typing import Any

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.qas.saving import Fields
from erpai_desktop.workers.intentions import qas, qas_reading


def update_qa(work: Any, *, qa_id: QaId, version: int | None, fields: Fields, kept: list[QaDetails]) -> Changes:
    """Save a Q&A, and keep it as it is then, so that the next save knows its version."""
    changes: Changes = qas.update_qa(work, qa_id=qa_id, object_version=version, **fields)
    kept.append(qas_reading.qa_details(work.session, qa_id))
    return changes


def add_qa(work: Any, *, model_id: ModelId, fields: Fields, kept: list[QaDetails]) -> Changes:
    """Add a Q&A, and keep it as it is then."""
    changes: Changes = qas.add_qa(work, model_id=model_id, **fields)
    kept.append(qas_reading.qa_details(work.session, QaId(changes.new(Entity.QA))))
    return changes
