"""Model files served by llama.cpp: started on demand, again after a crash, gone with the program."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from erpai_desktop.errors import UserError
from erpai_desktop.workers.providers import local_server
from erpai_desktop.workers.providers.local_server import LocalServer, LocalServers
from erpai_desktop.workers.threads import in_a_thread
from tests.model_file import MODEL_FILE, needs_llama
from tests.waiting import eventually


@pytest.fixture
async def servers() -> AsyncIterator[LocalServers]:
    made = LocalServers()
    yield made
    await made.close()


def _models(server: LocalServer, key: str | None = None) -> tuple[int, list[str]]:
    """The status and the names of the models that it lists."""
    address = urlsplit(server.base_url)
    connection = HTTPConnection(address.netloc, timeout=120)
    try:
        headers = {"Authorization": f"Bearer {key or server.key.get_secret_value()}"}
        connection.request("GET", f"{address.path}/models", headers=headers)
        reply = connection.getresponse()
        return reply.status, [model["id"] for model in json.loads(reply.read()).get("data", ())]
    finally:
        connection.close()


@needs_llama
async def test_started_on_demand_restarted_after_a_crash_and_gone_in_the_end(servers: LocalServers) -> None:
    file = str(MODEL_FILE)
    assert servers.pid(file) is servers.memory(file) is None
    first, same = await asyncio.gather(servers.running(file), servers.running(file))
    assert first is same
    assert first.base_url.startswith("http://127.0.0.1:")
    status, models = await in_a_thread(_models, first)
    assert (status, models) == (200, [MODEL_FILE.stem])
    assert await in_a_thread(_models, first, "another key") == (401, [])
    pid = servers.pid(file)
    assert pid is not None
    assert (servers.memory(file) or 0) > 50_000_000
    child = psutil.Process(pid)
    seen = " ".join([*child.cmdline(), *child.environ().values()])
    assert first.key.get_secret_value() not in seen
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: servers.pid(file) is None)
    second = await servers.running(file)
    assert servers.pid(file) not in (pid, None) and second.key != first.key
    assert (await in_a_thread(_models, second))[0] == 200
    again = servers.pid(file)
    await servers.close()
    assert again is not None and not psutil.pid_exists(again)
    with pytest.raises(UserError, match="closing"):
        await servers.running(file)


_PROGRAM = """
import asyncio, sys
from erpai_desktop.workers.providers.local_server import LocalServers

async def main():
    servers = LocalServers()
    await servers.running(sys.argv[1])
    print(servers.pid(sys.argv[1]), flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


@needs_llama
async def test_it_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(_PROGRAM)
    program = await asyncio.create_subprocess_exec(
        sys.executable, script, MODEL_FILE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    )
    assert program.stdout is not None
    child = psutil.Process(int(await program.stdout.readline()))
    program.kill()
    await program.wait()
    await eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@needs_llama
async def test_a_damaged_file_is_said_to_be_one(servers: LocalServers, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    with MODEL_FILE.open("rb") as file:
        damaged.write_bytes(file.read(100_000))
    with pytest.raises(UserError, match=r"llama\.cpp could not load it"):
        await servers.running(str(damaged))


async def test_what_is_no_model_file_is_not_started(servers: LocalServers, tmp_path: Path) -> None:
    picture = tmp_path / "picture.gguf"
    picture.write_bytes(b"\x89PNG and so on")
    for file, said in ((str(picture), "not a GGUF file"), (str(tmp_path / "none"), "cannot be read"),
                       (str(tmp_path), "not a file"), ("a\0b", "name")):  # fmt: skip
        with pytest.raises(UserError, match=said):
            await servers.running(file)


async def test_without_llama_it_says_what_to_do(
    servers: LocalServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(local_server.GGUF_MAGIC)
    monkeypatch.setattr(local_server, "is_installed", lambda: False)
    with pytest.raises(UserError, match="make local"):
        await servers.running(str(file))
