"""The provider's server: a thread with a loop of its own, a table of what it answers, faults put in its way."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from tests.providers.exchange import Exchange, Fault, Recorded, read_request
from tests.providers.talking import (
    Talker,
    chat_events,
    chat_whole,
    embeddings,
    responses_events,
    responses_whole,
)
from tests.providers.training import Training, page, uploaded

_HEAD_LIMIT = 1 << 20


class Freeze:
    """A reply that is held back after its request has been carried out, until it is released."""

    def __init__(self, method: str, path: str) -> None:
        self.method = method
        self.path = path
        self._reached = threading.Event()
        self._released = threading.Event()
        self._wake: Callable[[], object] | None = None

    def wait_reached(self, timeout: float = 120) -> None:
        """Wait until a request has been carried out. Raises AssertionError when none is."""
        assert self._reached.wait(timeout), f"no {self.method} {self.path} came"

    def release(self) -> None:
        """Let the reply go, if anybody still wants it."""
        self._released.set()
        if self._wake is not None:
            self._wake()

    async def hold(self) -> None:
        loop, wake = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(wake.set)
        self._reached.set()
        if not self._released.is_set():
            await wake.wait()
        self._wake = None


class ProviderServer:
    """Use as a context manager. `base_url` ends in /v1; `root` does not.

    `requests` are all that came, in order. `faults` are taken one by one by the next requests, whatever they are for;
    `fault(method, path, …)` stays for one path. Fields of `talk` and `training` change what is said.
    """

    def __init__(self, *, key: str = "sk-test-0123456789abcdef", tls: ssl.SSLContext | None = None) -> None:
        self.key = key
        self.talk = Talker()
        self.training = Training()
        self.requests: list[Recorded] = []
        self.faults: list[Fault] = []
        self.offers = {"/responses", "/chat/completions", "/models", "/embeddings", "/fine_tuning", "/files"}
        self.streams = True
        self._tls = tls
        self._lasting: list[tuple[str, str, Fault]] = []
        self._freezes: list[Freeze] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="provider-server")
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self.port = 0
        self.connections = 0

    @property
    def root(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.root}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for freeze in self._freezes:
            freeze.release()
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def count(self, method: str, path: str) -> int:
        """Requests of this kind so far; a path that ends in `*` is a beginning."""
        return sum(request.is_for(method, path) for request in self.requests)

    def fault(self, method: str, path: str, fault: Fault) -> None:
        """From now on this happens on this path."""
        self._lasting.append((method, path, fault))

    def mend(self) -> None:
        """No more faults."""
        self._lasting.clear()
        self.faults.clear()

    @contextlib.contextmanager
    def freeze(self, method: str, path: str) -> Iterator[Freeze]:
        """Hold back the reply to the next request of this kind once it has been carried out."""
        freeze = Freeze(method, path)
        self._freezes.append(freeze)
        try:
            yield freeze
        finally:
            freeze.release()
            if freeze in self._freezes:
                self._freezes.remove(freeze)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await self._talk(reader, writer)
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_HEAD_LIMIT, ssl=self._tls)
        # A handshake that a client gives up is that client's business.
        self._loop.set_exception_handler(lambda loop, context: None)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close on the next turns of the loop.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_request(reader)) is not None:
            self.requests.append(request)
            exchange = Exchange(request, writer, reader)
            await self._answer(exchange)
            if not exchange.keeps_open:
                return

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        if self.faults:
            await self.faults.pop(0)(exchange)
            return
        for method, path, fault in self._lasting:
            if request.is_for(method, path):
                await fault(exchange)
                return
        if request.headers.get("authorization") != f"Bearer {self.key}":
            # Some providers repeat the key they refuse.
            given = request.headers.get("authorization", "")
            await exchange.error(401, f"Incorrect API key provided: {given}.", code="invalid_api_key")
            return
        path = request.path.removeprefix("/v1")
        if not request.path.startswith("/v1/") or not any(path.startswith(offer) for offer in self.offers):
            await exchange.error(404, f"Unknown request URL: {request.method} {request.path}.", code="unknown_url")
            return
        if path in {"/responses", "/chat/completions"}:
            await self._chat(exchange, path)
        elif path.startswith(("/files", "/fine_tuning")):
            await self._train(exchange, path)
        elif path == "/embeddings":
            await self._embed(exchange)
        elif path == "/models" and request.method == "GET":
            await exchange.json(self.talk.list_models())
        elif path.startswith("/models/") and request.method == "DELETE":
            await self._delete_model(exchange, path.removeprefix("/models/"))
        else:
            await exchange.error(405, "Method not allowed.")

    async def _chat(self, exchange: Exchange, path: str) -> None:
        body = exchange.request.json
        if refusal := self.talk.refusal(body):
            status, message, code = refusal
            await exchange.error(status, message, code=code)
            return
        reply = self.talk.reply_to(body)
        await self._held(exchange)
        if not body.get("stream") or not self.streams:
            whole = responses_whole if path == "/responses" else chat_whole
            await exchange.json(whole(body["model"], reply))
            return
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        events = (
            responses_events(body["model"], reply)
            if path == "/responses"
            else chat_events(body["model"], reply, with_usage=with_usage)
        )
        await exchange.begin_events()
        for data in events:
            await exchange.chunk(data)
        await exchange.end_chunks()

    async def _embed(self, exchange: Exchange) -> None:
        body = exchange.request.json
        if "embed" not in body["model"]:
            await exchange.error(400, "This model does not make embeddings.")
            return
        await exchange.json(embeddings(body))

    async def _delete_model(self, exchange: Exchange, name: str) -> None:
        from urllib.parse import unquote

        name = unquote(name)
        if name not in self.training.trained or name in self.training.deleted_models:
            await exchange.error(404, f"The model '{name}' does not exist", code="model_not_found")
            return
        self.training.deleted_models.append(name)
        self.talk.models.pop(name, None)
        await self._held(exchange)
        await exchange.json({"id": name, "object": "model", "deleted": True})

    async def _train(self, exchange: Exchange, path: str) -> None:
        request, training = exchange.request, self.training
        match request.method, path.strip("/").split("/"):
            case "POST", ["files"]:
                if training.refused:
                    await self._refuse_training(exchange, training.refused)
                    return
                fields, name, content = uploaded(request.headers["content-type"], request.body)
                result: object = training.add_file(name, content, fields["purpose"])
            case "GET", ["files"]:
                rows = list(training.files.values())
                result = page(rows if request.query.get("order") == ["asc"] else rows[::-1], request.query)
            case "DELETE", ["files", file_id] if file_id in training.files:
                del training.files[file_id]
                result = {"id": file_id, "object": "file", "deleted": True}
            case "POST", ["fine_tuning", "jobs"]:
                if refused := training.refused or training.refuses_jobs:
                    await self._refuse_training(exchange, refused)
                    return
                body = request.json
                if body["training_file"] not in training.files:
                    await exchange.error(400, "The training file does not exist.")
                    return
                result = training.add_job(body)
            case "GET", ["fine_tuning", "jobs"]:
                result = page(list(training.jobs.values())[::-1], request.query)
            case "GET", ["fine_tuning", "jobs", job_id] if job_id in training.jobs:
                result = training.advance(job_id) if training.advances else training.jobs[job_id]
                self.talk.models.update(
                    {name: None for name in training.trained if name not in training.deleted_models}
                )
            case "GET", ["fine_tuning", "jobs", job_id, "events"] if job_id in training.jobs:
                result = page(training.events[job_id][::-1], request.query)
            case "POST", ["fine_tuning", "jobs", job_id, ("cancel" | "pause" | "resume") as action] if (
                job_id in training.jobs
            ):
                moved = training.move(job_id, action)
                if moved is None:
                    await exchange.error(400, f"The job cannot {action} now.")
                    return
                result = moved
            case _:
                await exchange.error(404, f"No such object: {path}")
                return
        await self._held(exchange)
        await exchange.json(result)

    async def _refuse_training(self, exchange: Exchange, status: int) -> None:
        await exchange.error(
            status, "Fine-tuning is no longer available to your organisation.", code="training_not_available"
        )

    async def _held(self, exchange: Exchange) -> None:
        """Wait where a test wants to see what lies between doing and answering."""
        for freeze in list(self._freezes):
            if exchange.request.is_for(freeze.method, freeze.path):
                self._freezes.remove(freeze)
                await freeze.hold()
                return
