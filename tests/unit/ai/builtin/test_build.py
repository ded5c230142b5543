"""Building: the same rows give the same file, however they come and whatever is reused."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.build import STAGES, build_index
from erpai_desktop.ai.builtin.engine import BuiltinEngine
from erpai_desktop.ai.builtin.entry import KnowledgeEntry
from erpai_desktop.ai.builtin.search import Candidates, Question, Search
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.ai.embedding_cache import EmbeddingCache
from tests.unit.ai.builtin.conftest import Built
from tests.unit.ai.builtin.curated import SMALL, entry, many, several_questions_an_answer, validation_question

WORDLLAMA = EngineSettings(embedder="wordllama")


def test_the_file_does_not_depend_on_order(small: Built, several: Built, tmp_path: Path) -> None:
    rows = list(SMALL)
    random.Random(3).shuffle(rows)
    assert build_index(rows, [], settings=EngineSettings(), output=tmp_path / "a").sha256 == small.report.sha256
    rows = several_questions_an_answer()[::-1]
    settings = EngineSettings(embedder="wordllama", strategy="head")
    assert build_index(rows, [], settings=settings, output=tmp_path / "b").sha256 == several.report.sha256


def test_validation_rows_may_come_in_any_order(tmp_path: Path) -> None:
    tests = [
        validation_question("forgotten password", SMALL[0].answer),
        validation_question("opening times", SMALL[1].answer),
        *(validation_question(f"unknown thing number {i}", refuse=True) for i in range(12)),
        validation_question("nobody curated this answer", "something else"),
        validation_question("can i WORK from home", SMALL[4].answer),
    ]
    one = build_index(SMALL, tests, settings=WORDLLAMA, output=tmp_path / "a")
    assert build_index(SMALL, tests[::-1], settings=WORDLLAMA, output=tmp_path / "b").sha256 == one.sha256
    assert one.calibration["validation_known"] == 2
    assert one.calibration["validation_refusals"] == 12
    assert one.calibration["validation_answer_not_in_knowledge"] == 1
    assert one.calibration["validation_word_for_word_in_knowledge"] == 1


def _edited(rows: list[KnowledgeEntry]) -> list[KnowledgeEntry]:
    """Ten edits: questions reworded, answers changed, rows removed and added."""
    edited = list(rows)
    for i in range(0, 400, 100):
        edited[i] = replace(edited[i], question=f"{edited[i].question} quickly please")
        edited[i + 1] = replace(edited[i + 1], answer=f"{edited[i + 1].answer}, corrected")
    del edited[777]
    return [*edited, entry("where is the canteen and its zebra menu", "In the yard.")]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[KnowledgeEntry], Path, EngineSettings]:
    """Enough rows for searches to be kept."""
    rows, path = many(5200), tmp_path_factory.mktemp("large") / "index"
    settings = EngineSettings(embedder="wordllama", sample_size=150)
    build_index(rows, [], settings=settings, output=path)
    return rows, path, settings


def test_an_update_is_a_full_rebuild_to_the_last_byte(
    large: tuple[list[KnowledgeEntry], Path, EngineSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, previous, settings = large
    edited = _edited(rows)
    full = build_index(edited, [], settings=settings, output=tmp_path / "full")
    searched: list[int] = []
    find = Search.find

    def counted(search: Search, questions: Sequence[Question], *, without: Sequence[int]) -> Candidates:
        searched.append(len(questions))
        return find(search, questions, without=without)

    monkeypatch.setattr(Search, "find", counted)
    update = build_index(edited, [], settings=settings, output=tmp_path / "update", previous=previous)
    assert update.sha256 == full.sha256
    assert (full.embedded_texts, update.embedded_texts) == (len(edited), 5)
    assert sum(searched) < 75, "most searches of the previous build are carried over"


@pytest.mark.parametrize("seed", range(3))
def test_updates_in_a_row_stay_equal_to_full_rebuilds(
    large: tuple[list[KnowledgeEntry], Path, EngineSettings], tmp_path: Path, seed: int
) -> None:
    rows, previous, settings = large
    chance = random.Random(seed)
    words = " ".join(row.question for row in rows[:64]).split()
    edited = list(rows)
    for _ in range(6):
        i = chance.randrange(len(edited))
        edited[i] = replace(edited[i], question=" ".join(chance.choices(words, k=6)))
        del edited[chance.randrange(len(edited))]
    full = build_index(edited, [], settings=settings, output=tmp_path / "full")
    update = build_index(edited, [], settings=settings, output=tmp_path / "update", previous=previous)
    assert update.sha256 == full.sha256


def test_a_head_with_a_previous_index_is_a_full_rebuild(several: Built, tmp_path: Path) -> None:
    settings = EngineSettings(embedder="wordllama", strategy="head")
    edited = several_questions_an_answer()
    edited[5] = replace(edited[5], question="is there a trick to print pallets")
    full = build_index(edited, [], settings=settings, output=tmp_path / "full")
    update = build_index(edited, [], settings=settings, output=tmp_path / "update", previous=several.path)
    assert (update.sha256, update.embedded_texts) == (full.sha256, 1)


def test_minilm_vectors_are_reused_from_previous_and_cache(small: Built, tmp_path: Path) -> None:
    assert small.report.embedder == "minilm"
    edited = [*SMALL, entry("Where can I park my bicycle?", "In the yard, under the roof.")]
    update = build_index(edited, [], settings=EngineSettings(), output=tmp_path / "a", previous=small.path)
    assert update.embedded_texts == 2  # once by each embedder
    with EmbeddingCache(tmp_path / "cache") as cache:
        first = build_index(edited, [], settings=EngineSettings(), output=tmp_path / "b", cache=cache)
        again = build_index(edited, [], settings=EngineSettings(), output=tmp_path / "c", cache=cache)
    assert first.embedded_texts > 20
    assert again.embedded_texts == 0
    assert update.sha256 == first.sha256 == again.sha256


def test_a_damaged_previous_index_is_done_without(small: Built, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(small.path.read_bytes()[:-100] + bytes(100))
    report = build_index(SMALL, [], settings=EngineSettings(), output=tmp_path / "a", previous=broken)
    assert report.sha256 == small.report.sha256


def test_text_that_is_not_english_is_left_to_wordllama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> embedders.Embedder:
        raise AssertionError("MiniLM was loaded")

    monkeypatch.setattr(embedders, "minilm", fail)
    bulgarian = [e for e in SMALL if not e.question.isascii()]
    german = [entry("Wie lautet das Passwort?", "Geheim."), entry("Wann öffnet der Laden?", "Um neun.")]
    for rows in (bulgarian, german):
        report = build_index(rows, [], settings=EngineSettings(), output=tmp_path / "index")
        assert report.embedder == "wordllama"


def test_the_strategy_is_measured_and_chosen(tmp_path: Path) -> None:
    settings = EngineSettings(embedder="wordllama", sample_size=160)
    report = build_index(several_questions_an_answer(), [], settings=settings, output=tmp_path / "index")
    assert {one["strategy"] for one in report.candidates} == {"nearest", "vote", "head"}
    best = max(one["score"] for one in report.candidates)
    chosen = max(one["score"] for one in report.candidates if one["strategy"] == report.strategy)
    assert chosen >= best - 0.02
    assert report.calibration["sample"] == 160


def test_the_report_is_plain_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    report = build_index(
        SMALL, [], settings=WORDLLAMA, output=tmp_path / "index", progress=lambda *step: told.append(step)
    )
    plain = orjson.loads(orjson.dumps(report.to_json()))
    assert plain["rows"] == len(SMALL)
    assert plain["size"] == (tmp_path / "index").stat().st_size
    assert 0 < plain["threshold"] < 1
    assert {stage for stage, _, _ in told} <= set(STAGES)
    assert all(0 <= done <= total for _, done, total in told)
    thresholds = [point[0] for point in report.curve]
    answered = [point[1] for point in report.curve]
    refused = [point[3] for point in report.curve]
    assert thresholds == sorted(thresholds)
    assert answered == sorted(answered, reverse=True)
    assert all(a is not None and b is not None and a <= b for a, b in pairwise(refused))


def test_the_same_answer_in_other_spacing_is_one_answer_spoken_as_written(tmp_path: Path) -> None:
    rows = [entry("Is tea free?", "Yes, all  day."), entry("Do I pay for coffee?", "Yes, all day.")]
    report = build_index(rows, [], settings=WORDLLAMA, output=tmp_path / "index")
    assert (report.rows, report.answers) == (2, 1)
    with BuiltinEngine.open(tmp_path / "index") as engine:
        assert engine.ask("is tea free").text == "Yes, all  day."
        assert engine.ask("do i pay for coffee").text == "Yes, all day."
