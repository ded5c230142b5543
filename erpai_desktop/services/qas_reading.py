"""Q&As read for the table, the editor beside it, and a row's history."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Change, ModelQA, User
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, QaLine, QaVersion, SectionCount
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.storage.queries import qas as queries
from erpai_desktop.storage.queries.candidates import questions_with

PAGE = 256


def first_qas(session: Session, filter: QaFilter, limit: int = PAGE) -> tuple[QaLine, ...]:  # noqa: A002
    """The first rows, at most `limit`."""
    return queries.select_first(session, filter, limit)


def numbers_of_qas(session: Session, filter: QaFilter) -> array[int]:  # noqa: A002
    """The numbers of all rows in their order: by them the rows at any place are read at once."""
    return queries.select_numbers(session, filter)


def qas_by_number(session: Session, numbers: Sequence[int]) -> tuple[QaLine | None, ...]:
    """The rows of these numbers, in this order; None for one that is not there any more."""
    return queries.select_by_number(session, numbers)


def ids_by_number(session: Session, numbers: Sequence[int]) -> tuple[QaId, ...]:
    """The ids of those of these rows that are still there."""
    return queries.select_ids(session, numbers)


def number_of_qa(session: Session, model_id: ModelId, qa_id: QaId) -> int | None:
    """A row's number; None when it is in the bin or in another model."""
    return session.scalar(
        select(ModelQA.seq).where(ModelQA.id == qa_id, ModelQA.model_id == model_id, ModelQA.deleted_utc.is_(None))
    )


def sections(session: Session, model_id: ModelId) -> tuple[SectionCount, ...]:
    """The sections of a model's own Q&As, by name."""
    return queries.select_sections(session, model_id)


def qa_details(session: Session, qa_id: QaId) -> QaDetails:
    """The whole row. Raises NotFoundError, also for one in the bin."""
    qa = live_row(session, ModelQA, qa_id)
    changes = session.scalar(
        select(func.count()).select_from(Change).where(Change.row_id == qa_id, Change.before.is_not(None))
    )
    return QaDetails(
        id=qa_id,
        object_version=qa.object_version,
        model_id=ModelId(qa.model_id),
        section=qa.section,
        question=qa.question,
        answer=qa.answer,
        expects_refusal=qa.expects_refusal,
        required_terms=tuple(qa.required_terms),
        forbidden_terms=tuple(qa.forbidden_terms),
        qa_type=qa.qa_type,
        is_active=qa.is_active,
        added_by=_added_by(session, qa),
        creation_time_utc=qa.creation_time_utc,
        deactivation_time_utc=qa.deactivation_time_utc,
        notes=qa.notes,
        versions=1 + (changes or 0),
        duplicates=_duplicates(session, qa),
    )


def qa_history(session: Session, qa_id: QaId) -> tuple[QaVersion, ...]:
    """What became of a row, newest first; the last entry is how it came to be. Raises NotFoundError."""
    qa = live_row(session, ModelQA, qa_id)
    entries = [
        QaVersion(time_utc, name or login or "", label, _pairs(before), _pairs(after))
        for time_utc, name, login, label, before, after in session.execute(
            select(Change.time_utc, User.name, User.login, Change.label, Change.before, Change.after)
            .outerjoin(User, User.id == Change.user_id)
            .where(Change.row_id == qa_id)
            .order_by(Change.seq.desc())
        )
    ]
    if not entries or entries[-1].before:
        # It came with a batch, an import for one, which is a single entry in the history for all its rows.
        entries.append(QaVersion(qa.creation_time_utc, _added_by(session, qa), "Add Q&As", (), ()))
    return tuple(entries)


def _added_by(session: Session, qa: ModelQA) -> str:
    if qa.added_by_user_id is None:
        return ""
    name, login = session.execute(select(User.name, User.login).where(User.id == qa.added_by_user_id)).one()
    return name or login


def _duplicates(session: Session, qa: ModelQA) -> int:
    """Other live rows of the model that ask the same.

    The rule itself decides, among rows in which full text finds the question's longest words. Rows that write those
    in compatibility characters (full-width letters, ligatures) are left to the findings of a compile.
    """
    key = question_key(qa.question)
    found = questions_with(session, ModelId(qa.model_id), " ".join(_longest(key)), besides=QaId(qa.id))
    return sum(question_key(question) == key for question in found)


def _longest(key: str) -> list[str]:
    """Up to three words: enough to leave few candidates, and short ones would only cost time."""
    return sorted(key.split(), key=len, reverse=True)[:3]


def _pairs(fields: Mapping[str, Any] | None) -> tuple[tuple[str, object], ...]:
    return tuple((fields or {}).items())
