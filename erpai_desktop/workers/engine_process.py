"""The one lived-in child process that answers questions: it holds the opened indexes and the embedders."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from erpai_desktop.ai.answerer import Answer, Nearest, Source
from erpai_desktop.ai.grounding.retrieval import NearRow, Retrieved
from erpai_desktop.errors import EngineError
from erpai_desktop.models.enums import RowKind
from erpai_desktop.workers.child_process import ChildProcess, Message, receive_message, send_message
from erpai_desktop.workers.local_indexes import LocalIndexes

if TYPE_CHECKING:
    from erpai_desktop.ai.builtin.engine import BuiltinEngine

_OPEN_INDEXES = 8


class EngineProcess:
    """Started on the first question and again after a crash. `folder` keeps local copies of indexes.

    Questions are answered one after another. A question whose asker has gone away is answered all the same, and its
    answer dropped, so that the next one finds the process ready.
    """

    def __init__(self, folder: Path) -> None:
        self.indexes = LocalIndexes(folder / "indexes")
        self._child: ChildProcess | None = None
        self._turn = asyncio.Lock()
        self._exchanges: set[asyncio.Task[Message]] = set()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child is not None else None

    async def answer(self, *, index: Path, sha256: str, version: str, question: str) -> Answer:
        """Answer one question. Raises EngineError when the process died or the index is damaged."""
        (answer,) = await self.answer_many(index=index, sha256=sha256, version=version, questions=[question])
        return answer

    async def answer_many(self, *, index: Path, sha256: str, version: str, questions: Sequence[str]) -> list[Answer]:
        """Answer several at once, which is faster."""
        reply = await self._answered(
            {"index": str(index), "sha256": sha256, "version": version, "questions": list(questions)}
        )
        return [_unpacked(packed) for packed in reply["answers"]]

    async def retrieve(
        self, *, index: Path, sha256: str, version: str, questions: Sequence[str], limit: int
    ) -> list[Retrieved]:
        """The curated answers with the rows near each question. Raises EngineError as `answer` does."""
        request = {"index": str(index), "sha256": sha256, "version": version, "questions": list(questions)}
        reply = await self._answered({**request, "limit": limit})
        return [
            Retrieved(_unpacked(packed), tuple(_unpacked_row(row) for row in rows))
            for packed, rows in zip(reply["answers"], reply["rows"], strict=True)
        ]

    async def _answered(self, request: Message) -> Message:
        reply = await self._ask(request)
        if "error" in reply:
            raise EngineError(str(reply["error"]), safe="Nothing was changed.", advice="Try again or compile again.")
        return reply

    async def likeness(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """How near the two texts of each pair are in meaning, 0 to 1. Raises EngineError."""
        return list((await self._answered({"pairs": list(pairs)}))["likeness"]) if pairs else []

    async def warm(self) -> None:
        """Start the process and load what the first question would wait for."""
        await self._ask({"warm": True})

    async def close(self) -> None:
        """End the process; nothing stays behind."""
        self._closed = True
        child, self._child = self._child, None
        if child is not None:
            await child.close()
        while self._exchanges:
            await asyncio.wait(list(self._exchanges))

    async def _ask(self, request: Message) -> Message:
        exchange = asyncio.get_running_loop().create_task(self._exchange(request))
        self._exchanges.add(exchange)
        exchange.add_done_callback(self._forget)
        return await asyncio.shield(exchange)

    def _forget(self, exchange: asyncio.Task[Message]) -> None:
        self._exchanges.discard(exchange)
        if not exchange.cancelled():
            # Seen here in case its asker has gone away.
            exchange.exception()

    async def _exchange(self, request: Message) -> Message:
        async with self._turn:
            for _attempt in range(2):
                child = await self._running_child()
                try:
                    await child.send(request)
                except EngineError:
                    # It died while nobody asked: a fresh one answers.
                    await self._drop(child)
                    continue
                reply = await child.receive()
                if reply is None:
                    await self._drop(child)
                    break
                return reply
        raise EngineError(
            "The answering process has ended unexpectedly.",
            safe="Your question is kept.",
            advice="Try again: it starts anew.",
        )

    async def _running_child(self) -> ChildProcess:
        if self._closed:
            raise EngineError("The program is closing.")
        if self._child is None:
            child = self._child = ChildProcess(serve, name="engine")
            try:
                await child.start()
            except OSError as error:
                await self._drop(child)
                raise EngineError(
                    f"The answering process cannot be started: {error.strerror}.",
                    safe="Your question is kept.",
                    advice="Close other programs and try again.",
                ) from error
        return self._child

    async def _drop(self, child: ChildProcess) -> None:
        if self._child is child:
            self._child = None
        await child.close()


def serve(connection: Connection) -> None:
    """The child: answers until the other side is gone."""
    engines: OrderedDict[str, BuiltinEngine] = OrderedDict()
    while (request := receive_message(connection)) is not None:
        send_message(connection, _served(request, engines))
    for engine in engines.values():
        engine.close()


def _served(request: Message, engines: OrderedDict[str, BuiltinEngine]) -> Message:
    from erpai_desktop.ai.builtin import embedders

    try:
        if "warm" in request:
            embedders.wordllama()
            return {"answers": []}
        if "pairs" in request:
            from erpai_desktop.ai.builtin.likeness import likeness

            return {"likeness": likeness([(one, other) for one, other in request["pairs"]])}
        engine = _opened(request, engines)
        if "limit" in request:
            found = engine.retrieve(request["questions"], limit=request["limit"])
            return {
                "answers": [_packed(one.curated) for one in found],
                "rows": [[_packed_row(row) for row in one.rows] for one in found],
            }
        return {"answers": [_packed(answer) for answer in engine.ask_many(request["questions"])]}
    except EngineError as error:
        return {"error": error.message}


def _opened(request: Message, engines: OrderedDict[str, BuiltinEngine]) -> BuiltinEngine:
    from erpai_desktop.ai.builtin.engine import BuiltinEngine

    key = f"{request['sha256']} {request['version']}"
    engine = engines.pop(key, None)
    if engine is None:
        engine = BuiltinEngine.open(Path(request["index"]), version=request["version"])
        while len(engines) >= _OPEN_INDEXES:
            engines.popitem(last=False)[1].close()
    engines[key] = engine
    return engine


def _packed(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "confidence": answer.confidence,
        "refused": answer.refused,
        "conflicted": answer.conflicted,
        "version": answer.version,
        "sources": [_packed_source(source) for source in answer.sources],
        "nearest": [[str(n.row_id), n.kind.value, n.question, n.answer, n.score] for n in answer.nearest],
    }


def _unpacked(packed: dict[str, Any]) -> Answer:
    return Answer(
        text=packed["text"],
        sources=tuple(map(_unpacked_source, packed["sources"])),
        confidence=packed["confidence"],
        refused=packed["refused"],
        nearest=tuple(
            Nearest(UUID(row_id), RowKind(kind), question, answer, score)
            for row_id, kind, question, answer, score in packed["nearest"]
        ),
        version=packed["version"],
        conflicted=packed["conflicted"],
    )


def _packed_source(source: Source) -> list[str]:
    return [
        str(source.row_id),
        source.kind.value,
        source.question,
        source.section,
        str(source.model_id),
        source.model_name,
    ]


def _unpacked_source(packed: list[str]) -> Source:
    row_id, kind, question, section, model_id, model_name = packed
    return Source(UUID(row_id), RowKind(kind), question, section, UUID(model_id), model_name)


def _packed_row(row: NearRow) -> list[Any]:
    return [_packed_source(row.source), row.answer, row.score, row.conflicted]


def _unpacked_row(packed: list[Any]) -> NearRow:
    source, answer, score, conflicted = packed
    return NearRow(_unpacked_source(source), answer, score, conflicted)
