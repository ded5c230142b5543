"""Indexes that are built once for all tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from erpai_desktop.ai.builtin.build import build_index
from erpai_desktop.ai.builtin.engine import BuiltinEngine
from erpai_desktop.ai.builtin.report import BuildReport
from erpai_desktop.ai.builtin.settings import EngineSettings
from tests.unit.ai.builtin.curated import SMALL, several_questions_an_answer


@dataclass(frozen=True)
class Built:
    path: Path
    report: BuildReport
    engine: BuiltinEngine


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The handwritten knowledge, one question an answer, chosen and calibrated by default settings."""
    path = tmp_path_factory.mktemp("small") / "small.index"
    report = build_index(SMALL, [], settings=EngineSettings(), output=path)
    with BuiltinEngine.open(path, version="v1") as engine:
        yield Built(path, report, engine)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """64 answers with five questions each, and a trained head on WordLlama."""
    path = tmp_path_factory.mktemp("several") / "several.index"
    settings = EngineSettings(embedder="wordllama", strategy="head")
    report = build_index(several_questions_an_answer(), [], settings=settings, output=path)
    with BuiltinEngine.open(path, version="v1") as engine:
        yield Built(path, report, engine)
