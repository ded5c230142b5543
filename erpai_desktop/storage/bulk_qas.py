"""Writes many new Q&As at once: the database driver's own bulk path, past the mapped classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.storage import fulltext

_ROWS_AT_A_TIME = 1_000
"""Small enough that no other thread waits long for the interpreter."""

_COLUMNS = (
    "id, section, question, answer, qa_type, expects_refusal, model_id, added_by_user_id, creation_time_utc, "
    "created_utc, updated_utc, object_version, is_active, required_terms, forbidden_terms, notes"
)
_PLACES = ", ".join("?" * 16)


@dataclass(frozen=True, slots=True)
class QaRange:
    """Rows that were written together, as the history names them: by place and moment, for places may be reused."""

    first_seq: int
    last_seq: int
    created_utc: datetime

    def condition(self) -> ColumnElement[bool]:
        """True for these rows of `model_qas`."""
        return and_(
            ModelQA.seq.between(self.first_seq, self.last_seq),
            ModelQA.created_utc == self.created_utc,
        )


def insert_qas(
    session: Session, rows: Iterable[NewQa], *, model_id: UUID, user_id: UUID | None, now: datetime
) -> tuple[int, QaRange]:
    """Write the rows with their full text, in the session's transaction. Answers how many and which."""
    before = session.scalar(select(func.max(ModelQA.seq))) or 0
    with fulltext.bulk(session):
        if session.get_bind().dialect.name == "sqlite":
            written = _insert_on_sqlite(session, rows, model_id, user_id, now)
        else:
            written = _insert_on_postgresql(session, rows, model_id, user_id, now)
    first, last = session.execute(
        select(func.min(ModelQA.seq), func.max(ModelQA.seq)).where(ModelQA.seq > before, ModelQA.created_utc == now)
    ).one()
    return written, QaRange(first or 0, last or 0, now)


def _insert_on_sqlite(
    session: Session, rows: Iterable[NewQa], model_id: UUID, user_id: UUID | None, now: datetime
) -> int:
    # As the mapped types write them: an id as 32 hexadecimal digits, a time as naive UTC text.
    moment = now.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    common = (model_id.hex, user_id.hex if user_id else None, moment, moment, moment, 1, True, "[]", "[]", "")
    sql = f"INSERT INTO model_qas ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608  two constants
    cursor = session.connection().connection.cursor()
    try:
        written = 0
        for chunk in _chunks(rows):
            cursor.executemany(
                sql,
                [
                    (new_id().hex, section, question, answer, qa_type.value, refuses, *common)
                    for question, answer, section, qa_type, refuses in chunk
                ],
            )
            written += len(chunk)
        return written
    finally:
        cursor.close()


def _insert_on_postgresql(
    session: Session, rows: Iterable[NewQa], model_id: UUID, user_id: UUID | None, now: datetime
) -> int:
    common = (model_id, user_id, now, now, now, 1, True, "[]", "[]", "")
    connection: Any = session.connection().connection.driver_connection
    written = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY model_qas ({_COLUMNS}) FROM STDIN") as copy:
        for chunk in _chunks(rows):
            for question, answer, section, qa_type, refuses in chunk:
                copy.write_row((new_id(), section, question, answer, qa_type.value, refuses, *common))
            written += len(chunk)
    return written


def _chunks(rows: Iterable[NewQa]) -> Iterator[list[NewQa]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _ROWS_AT_A_TIME)):
        yield chunk
