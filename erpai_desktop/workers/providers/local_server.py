"""Models that are files on this machine: each served by llama.cpp in a child process, on loopback, by a random key."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import stat
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from erpai_desktop.errors import UserError
from erpai_desktop.models.provider_rules import model_name_of_file
from erpai_desktop.secrecy import keep_secret
from erpai_desktop.workers.child_process import ChildProcess, Message, receive_message, send_message
from erpai_desktop.workers.threads import in_a_thread

GGUF_MAGIC: Final = b"GGUF"
"""The first four bytes (github.com/ggml-org/ggml, docs/gguf.md)."""

CONTEXT_TOKENS: Final = 8_192
"""Question, knowledge and answer together; llama.cpp would else reserve all that the model was made for."""
_PROMPTS_KEPT_MIB: Final = 256


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where a model answers, and by which key; both are new with every start."""

    base_url: str
    key: SecretStr

    def __post_init__(self) -> None:
        keep_secret(self.key)


@dataclass(slots=True)
class _Served:
    """A child with what tells its file from a newer one of the same name; `ended` is done once the child is gone."""

    child: ChildProcess
    stamp: tuple[int, int]
    server: LocalServer
    ended: asyncio.Task[Message | None]


@dataclass(slots=True)
class _Place:
    """One file's server; starting it and looking whether it still runs happen one after the other."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    served: _Served | None = None


class LocalServers:
    """Each is started when it is first needed and again after a crash, and ended with the program.

    A child ends by itself as soon as the program is gone, however it went: it notices that nobody holds the other end
    of its pipe. The key goes through that pipe, never through arguments or the environment.
    """

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._closed = False

    async def running(self, file: str) -> LocalServer:
        """The server of a model file, started if it does not run.

        Raises UserError: no such file, no GGUF file, one that llama.cpp cannot load, or llama.cpp is not installed.
        """
        place = self._places.setdefault(file, _Place())
        async with place.turn:
            stamp = await in_a_thread(check_model_file, file)
            served = place.served
            if served is not None and served.stamp == stamp and not served.ended.done():
                return served.server
            place.served = None
            if served is not None:
                await _end(served)
            if self._closed:
                raise UserError("The program is closing.")
            place.served = await _start(file, stamp)
            return place.served.server

    def memory(self, file: str) -> int | None:
        """Bytes that the server of a file takes now, None while it does not run."""
        pid = self.pid(file)
        if pid is None:
            return None
        import psutil

        try:
            return int(psutil.Process(pid).memory_info().rss)
        except psutil.Error:
            return None

    def pid(self, file: str) -> int | None:
        """The child's process id while it runs."""
        place = self._places.get(file)
        served = place.served if place is not None else None
        return served.child.pid if served is not None and not served.ended.done() else None

    async def close(self) -> None:
        """End all servers; none stays behind."""
        self._closed = True
        for place in list(self._places.values()):  # One that is asked for meanwhile is not started any more.
            async with place.turn:
                served, place.served = place.served, None
                if served is not None:
                    await _end(served)


def check_model_file(file: str) -> tuple[int, int]:
    """When it was written (ns) and how many bytes it has. Raises UserError when it cannot be a model."""
    path = Path(file)
    advice = "Choose the model's .gguf file in the provider's settings."
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # A pipe would keep us waiting for its first byte.
            raise UserError(f"{file} is not a file.", advice=advice)
        with path.open("rb") as opened:
            is_gguf = opened.read(len(GGUF_MAGIC)) == GGUF_MAGIC
            about = os.fstat(opened.fileno())
    except OSError as error:
        raise UserError(f"The model file {file} cannot be read: {error.strerror}.", advice=advice) from error
    except ValueError as error:
        raise UserError("The model file's name cannot be one.", advice=advice) from error
    if not is_gguf:
        raise UserError(f"{file} is not a GGUF file.", safe="It was not opened any further.", advice=advice)
    return about.st_mtime_ns, about.st_size


def is_installed() -> bool:
    """Whether the optional part is there that serves model files."""
    return importlib.util.find_spec("xllamacpp") is not None


async def _start(file: str, stamp: tuple[int, int]) -> _Served:
    if not await in_a_thread(is_installed):
        raise UserError(
            "Models that are files on this machine need llama.cpp, which is not installed.",
            advice="Run `make local` once in the program's folder, then try again.",
        )
    key = SecretStr(secrets.token_urlsafe(32))
    child = ChildProcess(serve, name="llama")
    try:
        await child.start()
        await child.send({"file": file, "name": model_name_of_file(file), "key": key.get_secret_value()})
        reply = await child.receive()
        if reply is None or "error" in reply:
            raise UserError(
                f"The model file {file} cannot be served"
                + (f": {reply['error']}." if reply else ": llama.cpp ended while it loaded it."),
                advice="It may be damaged, newer than this llama.cpp, or too large for the memory of this machine.",
            )
    except BaseException:
        await child.close()
        raise
    # Nothing more is said: this ends when the child does.
    ended = asyncio.get_running_loop().create_task(child.receive())
    return _Served(child, stamp, LocalServer(f"{reply['address']}/v1", key), ended)


async def _end(served: _Served) -> None:
    await served.child.close()
    await asyncio.wait([served.ended])


def serve(connection: Connection) -> None:
    """The child: loads the file, says where it answers, and answers until the other side is gone."""
    request = receive_message(connection)
    if request is None:
        return
    _be_silent()
    # Also while a large file is being loaded, and while a long answer is being made.
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    try:
        import xllamacpp

        wanted = xllamacpp.CommonParams()
        wanted.model.path = request["file"]
        # Its list of models would name the file's whole path.
        wanted.model_alias = {request["name"]}
        wanted.hostnames = ["127.0.0.1"]
        wanted.port = 0
        wanted.api_keys = [request["key"]]
        wanted.n_ctx = CONTEXT_TOKENS
        wanted.cache_ram_mib = _PROMPTS_KEPT_MIB
        # One core is left to the rest of the machine: its threads wait for each other, so that one of them that gets
        # no core holds up all the others.
        wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) - 1)
        # Nothing but the interface: no pages, no look into other requests, no other site's scripts, no downloads.
        wanted.ui = wanted.endpoint_slots = False
        wanted.cors_origins = ""
        wanted.offline = True
        server = xllamacpp.Server(wanted)
    except Exception as error:  # llama.cpp says the rest in its log, and the import names what it lacks.
        send_message(connection, {"error": "llama.cpp could not load it" if "init" in str(error) else str(error)})
        return
    send_message(connection, {"address": server.listening_address})
    threading.Event().wait()


def _end_with_parent(connection: Connection) -> None:
    receive_message(connection)
    # At once: an orderly end would first finish what is being answered.
    os._exit(0)


def _be_silent() -> None:
    """llama.cpp writes its log, and with it what people ask, to the program's standard error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
