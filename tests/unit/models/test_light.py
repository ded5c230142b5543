"""The rules stay free of everything heavy, for they are imported before the first paint."""

from __future__ import annotations

import subprocess
import sys

RULES = (
    "competition configuration curated dataset findings hierarchy multilang personal_data questions resolution "
    "resolved turns"
)


def test_the_rules_import_nothing_heavy() -> None:
    program = (
        "import importlib, sys\n"
        f"for name in {RULES!r}.split(): importlib.import_module('erpai_desktop.models.' + name)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "erpai_desktop" in loaded
    assert not loaded & {"sqlalchemy", "numpy", "PySide6", "openai", "sklearn", "onnxruntime", "wordllama", "pydantic"}
