"""A read that is superseded ends, whatever it is doing at that moment."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from erpai_desktop.storage.database import Database, Interruption, ReadInterruptedError

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000000) SELECT max(i) FROM n")


def test_between_two_statements(empty: Database) -> None:
    interruption = Interruption()
    with pytest.raises(ReadInterruptedError), empty.reading(interruption) as session:
        session.execute(text("SELECT 1"))
        interruption.interrupt()
        session.execute(ENDLESS)
    _reads_as_before(empty)


def test_in_the_midst_of_one(empty: Database) -> None:
    interruption = Interruption()
    interrupting = threading.Timer(0.1, interruption.interrupt)
    with pytest.raises(ReadInterruptedError), empty.reading(interruption) as session:
        interrupting.start()
        session.execute(ENDLESS)
    interrupting.join()
    _reads_as_before(empty)


def test_before_the_first(empty: Database) -> None:
    interruption = Interruption()
    interruption.interrupt()
    with pytest.raises(ReadInterruptedError), empty.reading(interruption):
        pass
    _reads_as_before(empty)


def _reads_as_before(database: Database) -> None:
    """Nobody else's read on the same connection is ended."""

    def count(session: Session) -> object:
        sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) SELECT max(i) FROM n"
        return session.scalar(text(sql))

    assert database.read(count) == 300_000
