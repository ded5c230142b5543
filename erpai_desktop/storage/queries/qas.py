"""The rows, order, counts and sections of a model's Q&As, in every order of the table, on both databases."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine, QaSort, SectionCount
from erpai_desktop.storage import fulltext

SHOWN_CHARACTERS = 200
"""How much of a question and an answer a line of the table carries; also how much of them sorting looks at."""
_NUMBERS_AT_ONCE = 4_096

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
    ModelQA.__table__.c.seq,
)


def select_first(session: Session, chosen: QaFilter, limit: int) -> tuple[QaLine, ...]:
    """The first live rows, at most `limit`."""
    if fulltext.matches_nothing(chosen.text):
        return ()
    # First only what is sorted by, for all rows; then the texts, for a page of them. Sorting whole rows takes
    # up to six times as long.
    order = _order(session, chosen)
    places = _filtered(
        session, select(*(part.label(f"part_{n}") for n, part in enumerate(order))).select_from(ModelQA), chosen
    )
    page = _ordered(places, order, descending=chosen.descending).limit(limit).subquery()
    parts = list(page.c)
    rows = session.execute(
        _ordered(select(*_SHOWN).join(page, parts[-1] == ModelQA.seq), parts, descending=chosen.descending)
    )
    return tuple(_line(row) for row in rows)


def select_numbers(session: Session, chosen: QaFilter) -> array[int]:
    """The numbers (`seq`) of all live rows in their order: eight bytes a row."""
    numbers = array("q")
    if fulltext.matches_nothing(chosen.text):
        return numbers
    order = _order(session, chosen)
    statement = _ordered(
        _filtered(session, select(order[-1]).select_from(ModelQA), chosen), order, descending=chosen.descending
    )
    # The driver's own rows, in half the time of the mapped ones. In pieces: other threads have their turn in between.
    with session.connection().execute(statement) as result:
        cursor = result.cursor
        assert cursor is not None, "a select has one"
        while rows := cursor.fetchmany(_NUMBERS_AT_ONCE):
            numbers.extend([number for (number,) in rows])
    return numbers


def select_by_number(session: Session, numbers: Sequence[int]) -> tuple[QaLine | None, ...]:
    """The rows of these numbers, in this order; None for one that is not live any more."""
    found = session.execute(select(*_SHOWN).where(ModelQA.seq.in_(numbers), ModelQA.deleted_utc.is_(None)))
    lines = {line.number: line for line in map(_line, found)}
    return tuple(lines.get(number) for number in numbers)


def select_ids(session: Session, numbers: Sequence[int]) -> tuple[QaId, ...]:
    """The ids of the live ones among the rows of these numbers, of which there may be any number."""
    found: list[QaId] = []
    for start in range(0, len(numbers), _NUMBERS_AT_ONCE):
        some = numbers[start : start + _NUMBERS_AT_ONCE]
        found += map(
            QaId, session.scalars(select(ModelQA.id).where(ModelQA.seq.in_(some), ModelQA.deleted_utc.is_(None)))
        )
    return tuple(found)


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


def _order(session: Session, chosen: QaFilter) -> list[ColumnElement[Any]]:
    """What rows are sorted by; the last of it is their number, by which ties break."""
    key, number = _SORT_KEYS[chosen.sort], _sequence(session, chosen)
    return [number] if key is None else [key, number]


def _sequence(session: Session, chosen: QaFilter) -> ColumnElement[Any]:
    """What rows are numbered by. FTS5 can deliver its matches in this order, and then stops after a page of them."""
    if session.get_bind().dialect.name == "sqlite" and fulltext.words(chosen.text):
        return fulltext.FTS.c.rowid
    return ModelQA.__table__.c.seq


def _ordered(statement: Select[Any], order: Sequence[ColumnElement[Any]], *, descending: bool) -> Select[Any]:
    return statement.order_by(*(part.desc() if descending else part for part in order))


def _line(row: Any) -> QaLine:
    return QaLine(QaId(row[0]), *row[1:])
