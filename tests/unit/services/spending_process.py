"""Another program on a workspace that spends: `python -m tests.unit.services.spending_process URL-OR-PATH CALLS`."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import select

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.models.entities import Provider
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.services import users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.unit.services.spender import Spender


def main(where: str, calls: int) -> None:
    """Begin and end so many calls of a dollar, once a line has come in."""
    location = WorkspaceLocation(url=where) if "://" in where else WorkspaceLocation(path=Path(where))
    database = open_database(location)
    database.actor = database.read(users.known_actor, login="tester")
    spender = Spender.__new__(Spender)
    spender.database = database
    spender.openai = ProviderId(database.read(lambda session: session.scalars(select(Provider.id)).one()))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _ in range(calls):
        spender.end(spender.begin(), TokenUsage(tokens_in=2_500_000))
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
