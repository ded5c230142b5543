"""@copilotkit/aimock, a stand-in for providers that nobody here wrote, in a Node process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

_PACKAGE = Path(sys.prefix) / "node" / "node_modules" / "@copilotkit" / "aimock"

_SCRIPT = """
const { LLMock } = await import(process.argv[1]);
const mock = new LLMock({ port: 0, logLevel: "silent" });
const usage = { input_tokens: 9, output_tokens: 12, prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
mock.on({ responseFormat: "json_schema" }, { content: '{"right": true, "ok": true}', usage });
mock.on({ endpoint: "chat" }, { content: "This is an answer of several words, said by a stand-in.", usage });
await mock.start();
console.log(mock.url);
process.stdin.on("end", () => process.exit(0)).resume();
"""


def aimock_missing() -> str:
    """Why it cannot be run here; empty where it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    return "" if _PACKAGE.is_dir() else "@copilotkit/aimock is not installed (make node)"


class AimockProcess:
    """Use as a context manager; `root` is the server's address. It takes any key."""

    def __init__(self) -> None:
        entry = (_PACKAGE / "dist" / "index.js").as_uri()
        self._process = subprocess.Popen(
            ["node", "--input-type=module", "-e", _SCRIPT, entry],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        self.root = self._process.stdout.readline().strip()
        assert self.root.startswith("http"), "aimock did not start"

    def __enter__(self) -> Self:
        return self

    def fail(self, **rates: float) -> None:
        """From now on these faults happen at these rates, by its own names; without any, none."""
        with httpx2.Client(trust_env=False) as client:
            address = f"{self.root}/__aimock/chaos"
            reply = client.post(address, json=rates) if rates else client.delete(address)
        reply.raise_for_status()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The end of its standard input is the end of it.
        with self._process:
            self._process.communicate()
