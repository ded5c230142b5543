"""Pages, counts and sections of a model's Q&As: keyset paging in every order of the table, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine, QaPage, QaSort, SectionCount
from erpai_desktop.storage import fulltext

SHOWN_CHARACTERS = 200
"""How much of a question and an answer a line of the table carries; also how much of them sorting looks at."""

_SORT_KEYS: dict[QaSort, ColumnElement[Any] | None] = {
    QaSort.CREATED: None,
    QaSort.SECTION: ModelQA.__table__.c.section,
    QaSort.QUESTION: func.lower(func.substr(ModelQA.question, 1, SHOWN_CHARACTERS)),
    QaSort.ANSWER: func.lower(func.substr(ModelQA.answer, 1, SHOWN_CHARACTERS)),
    QaSort.TYPE: ModelQA.__table__.c.qa_type,
    QaSort.ACTIVE: ModelQA.__table__.c.is_active,
    QaSort.UPDATED: ModelQA.__table__.c.updated_utc,
}

_SHOWN: tuple[Any, ...] = (
    ModelQA.id,
    ModelQA.object_version,
    ModelQA.section,
    func.substr(ModelQA.question, 1, SHOWN_CHARACTERS),
    func.substr(ModelQA.answer, 1, SHOWN_CHARACTERS),
    ModelQA.qa_type,
    ModelQA.is_active,
    ModelQA.expects_refusal,
)


def select_qa_page(
    session: Session, chosen: QaFilter, after: tuple[object, ...] | None = None, limit: int = 256
) -> QaPage:
    """The live rows that come after a cursor (None: the first ones), at most `limit`."""
    if fulltext.matches_nothing(chosen.text):
        return QaPage((), more=False)
    key = _SORT_KEYS[chosen.sort]
    seq = _sequence(session, chosen)
    order = [seq] if key is None else [key, seq]
    # First only what is sorted by, for all rows; then the texts, for one page of them. Sorting whole rows takes
    # up to six times as long.
    places = _filtered(
        session, select(*(part.label(f"part_{n}") for n, part in enumerate(order))).select_from(ModelQA), chosen
    )
    if after is not None:
        places = places.where(_beyond(order, after, descending=chosen.descending))
    page = _ordered(places, order, descending=chosen.descending).limit(limit + 1).subquery()
    parts = list(page.c)
    rows = session.execute(
        _ordered(select(*_SHOWN, *parts).join(page, parts[-1] == ModelQA.seq), parts, descending=chosen.descending)
    ).all()
    return QaPage(tuple(_line(row) for row in rows[:limit]), more=len(rows) > limit)


def count(session: Session, chosen: QaFilter) -> int:
    """How many live rows there are."""
    if fulltext.matches_nothing(chosen.text):
        return 0
    return session.scalar(_filtered(session, select(func.count()).select_from(ModelQA), chosen)) or 0


def select_sections(session: Session, model_id: ModelId) -> tuple[SectionCount, ...]:
    """The sections of a model's live rows, by name."""
    found = session.execute(
        select(ModelQA.section, func.count())
        .where(ModelQA.model_id == model_id, ModelQA.deleted_utc.is_(None))
        .group_by(ModelQA.section)
        .order_by(ModelQA.section)
    )
    return tuple(SectionCount(section, number) for section, number in found)


def _filtered(session: Session, statement: Select[Any], chosen: QaFilter) -> Select[Any]:
    dialect = session.get_bind().dialect.name
    match = fulltext.match(chosen.text, dialect)
    if match is not None:
        if dialect == "sqlite":
            statement = statement.join(fulltext.FTS, ModelQA.seq == fulltext.POINTS_AT)
        statement = statement.where(match)
    statement = statement.where(ModelQA.model_id == chosen.model_id, ModelQA.deleted_utc.is_(None))
    if chosen.section is not None:
        statement = statement.where(ModelQA.section == chosen.section)
    if chosen.qa_type is not None:
        statement = statement.where(ModelQA.qa_type == chosen.qa_type)
    if chosen.is_active is not None:
        statement = statement.where(ModelQA.is_active.is_(chosen.is_active))
    return statement


def _sequence(session: Session, chosen: QaFilter) -> ColumnElement[Any]:
    """What rows are numbered by. FTS5 can deliver its matches in this order, and then stops after a page of them."""
    if session.get_bind().dialect.name == "sqlite" and fulltext.words(chosen.text):
        return fulltext.FTS.c.rowid
    return ModelQA.__table__.c.seq


def _beyond(order: Sequence[ColumnElement[Any]], after: tuple[object, ...], *, descending: bool) -> ColumnElement[bool]:
    values = [literal(value, part.type) for value, part in zip(after, order, strict=True)]
    if len(order) == 1:
        return order[0] < values[0] if descending else order[0] > values[0]
    here, there = tuple_(*order), tuple_(*values)
    return here < there if descending else here > there


def _ordered(statement: Select[Any], order: Sequence[ColumnElement[Any]], *, descending: bool) -> Select[Any]:
    return statement.order_by(*(part.desc() if descending else part for part in order))


def _line(row: Any) -> QaLine:
    qa_id, version, section, question, answer, qa_type, is_active, expects_refusal, *cursor = row
    return QaLine(
        QaId(qa_id), version, section, question, answer, qa_type, is_active, expects_refusal, cursor=tuple(cursor)
    )
