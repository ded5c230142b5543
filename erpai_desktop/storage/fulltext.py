"""Full text over the Q&As: what a person types becomes a query of either database; rebuilt in bulk by imports.

Both databases mean the same: every word typed is the beginning of a word in the question, answer or section, and all
of them must be there. Words are runs of letters and digits, without regard to case and to diacritics of Latin letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, cast, column, func, literal, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA

MAX_WORDS = 16
MAX_WORD_LENGTH = 64

FTS = table("model_qas_fts", column("rowid"), column("model_qas_fts"))
"""SQLite's full-text table; a statement joins it by `ModelQA.seq == POINTS_AT`."""

POINTS_AT: ColumnElement[int] = literal_column("+model_qas_fts.rowid")
"""The plus keeps SQLite from asking the whole full-text query again for each row: it can only begin with it."""


def words(typed: str) -> tuple[str, ...]:
    """The words to look for, at most 16 of 64 characters; longer ones are cut, which a prefix search forgives.

    Any text is legal: everything that is neither letter nor digit only parts words.
    """
    found: list[str] = []
    word: list[str] = []
    for character in _folded(typed[: 4 * MAX_WORDS * MAX_WORD_LENGTH]) + " ":
        if _in_a_word(character):
            word.append(character)
        elif word:
            found.append("".join(word[:MAX_WORD_LENGTH]))
            word.clear()
    return tuple(dict.fromkeys(found))[:MAX_WORDS]


def matches_nothing(typed: str) -> bool:
    """Whether something was typed in which there is no word to look for, such as “?!”."""
    return bool(typed.strip()) and not words(typed)


def match(typed: str, dialect: str) -> ColumnElement[bool] | None:
    """The condition that all words are found, None when there is none to look for.

    On SQLite the statement must also be joined to `FTS`.
    """
    wanted = words(typed)
    if not wanted:
        return None
    if dialect == "sqlite":
        # No quote can be in a word, so nothing typed is ever read as FTS5's own syntax.
        return FTS.c.model_qas_fts.op("MATCH", is_comparison=True)(" ".join(f'"{word}"*' for word in wanted))
    # Cast, not parsed: each word is one lexeme already. It holds no quote and no backslash.
    query = literal(" & ".join(f"'{word}':*" for word in wanted))
    search: ColumnElement[object] = literal_column("model_qas.search")
    return search.op("@@", is_comparison=True)(cast(query, TSQUERY))


@contextmanager
def bulk(session: Session) -> Iterator[None]:
    """Around a bulk insert into `model_qas`: indexes the new rows at once, in a third of the triggers' time.

    Inside one transaction, so that nobody ever sees rows without their words. On PostgreSQL nothing is needed.
    """
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    connection = session.connection()
    before = session.scalar(select(func.max(ModelQA.seq))) or 0
    name, sql = connection.execute(
        text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'model_qas_fts_insert'")
    ).one()
    connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    connection.execute(
        text(
            "INSERT INTO model_qas_fts(rowid, question, answer, section) "
            "SELECT seq, question, answer, section FROM model_qas WHERE seq > :before"
        ),
        {"before": before},
    )
    connection.exec_driver_sql(sql)


def _folded(typed: str) -> str:
    """Lower case, with Latin letters bare of their diacritics and all others composed."""
    bare: list[str] = []
    for character in unicodedata.normalize("NFD", typed.lower()):
        if "\u0300" <= character <= "\u036f" and bare and "a" <= bare[-1] <= "z":
            continue
        bare.append(character)
    return unicodedata.normalize("NFC", "".join(bare))


def _in_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"
