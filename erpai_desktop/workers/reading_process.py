"""Runs queries that compute for long (resolving a model's whole knowledge) in a child process with its own snapshot.

Python code that computes in a thread of the window's process would keep taking the interpreter away from the window.
"""

from __future__ import annotations

import asyncio
import base64
import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from erpai_desktop.errors import EngineError, ServiceError
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.workers.child_process import ChildProcess, receive_message, send_message


class ReadingProcess:
    """Started with its first query, then lived in. Queries run one after another; a crash only fails the one.

    Query, arguments and answer travel between two processes of the same program as pickles, and nowhere else.
    """

    def __init__(self, location: WorkspaceLocation) -> None:
        self._location = location
        self._child: ChildProcess | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def read(self, query: Callable[..., Any], arguments: dict[str, Any], is_wanted: Callable[[], bool]) -> Any:
        """What `query(session, **arguments)` answers or raises; None when nobody wants it once its turn has come.

        Raises ServiceError when the child has ended.
        """
        async with self._turn:
            if self._closed or not is_wanted():
                return None
            child = self._child
            if child is None:
                child = self._child = ChildProcess(serve, str(self._location), name="reading")
                await child.start()
            try:
                await child.send({"call": _packed((query, arguments))})
                reply = await child.receive()
            except (EngineError, asyncio.CancelledError):
                await self._end()
                raise
            if reply is None:
                await self._end()
                raise ServiceError("The reading process has ended unexpectedly.", advice="Try again.")
            packed = reply["answer"]
            # Thousands of rows take a tenth of a second.
            answer = await child.unpack(lambda: _unpacked(packed))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """End the child; nothing stays behind."""
        self._closed = True
        await self._end()

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.close()


def serve(connection: Connection, location: str) -> None:
    """The child: answers until the other side is gone."""
    from erpai_desktop.storage.database import Database
    from erpai_desktop.storage.location import parse_location

    database = Database(parse_location(location))
    try:
        while (request := receive_message(connection)) is not None:
            query, arguments = _unpacked(request["call"])
            try:
                answer = database.read(query, **arguments)
            except Exception as error:
                answer = error
            send_message(connection, {"answer": _packed(answer)})
    finally:
        database.close()


def _packed(value: object) -> str:
    return base64.b64encode(pickle.dumps(value)).decode("ascii")


def _unpacked(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301  only ever from our own other half
