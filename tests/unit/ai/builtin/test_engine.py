"""Asking: what is found, what is refused, and that any text is a legal question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erpai_desktop.ai.builtin.build import build_index
from erpai_desktop.ai.builtin.engine import BuiltinEngine
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.errors import EngineError
from tests.unit.ai.builtin import curated
from tests.unit.ai.builtin.conftest import Built
from tests.unit.ai.builtin.curated import SMALL, entry


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("I forgot my password, how can I get a new one?", curated.RESET),
        ("how do i resett my pasword", curated.RESET),
        ("when is the shop open", curated.HOURS),
        ("I want to send back a broken product", curated.RETURNS),
        ("aproval of expences over 500 euro", curated.EXPENSES),
        ("may I work at home sometimes", curated.HOME),
        ("weight of VT-2041-B", curated.WEIGHT_2041),
        ("weight of VT-2040-B", curated.WEIGHT_2040),
        ("net weight vt2041b?", curated.WEIGHT_2041),
        ("смяна на парола", curated.PAROLA),
        ("работно време магазин", curated.RABOTNO_VREME),
        ("искам да върна повредена стока", curated.VRASHTANE),
        ("КАК ДА СМЕНЯ ПАРОЛАТА СИ", curated.PAROLA),
    ],
)
def test_paraphrase_misspelling_code_and_bulgarian_are_found_first(small: Built, question: str, answer: str) -> None:
    assert small.engine.ask(question).nearest[0].answer == answer


def test_an_answer_is_word_for_word_with_its_source(small: Built) -> None:
    answer = small.engine.ask("how to reset my password")
    assert not answer.refused
    assert answer.text == curated.RESET
    (source,) = answer.sources
    asked = SMALL[0]
    assert (source.row_id, source.kind, source.question) == (asked.row_id, asked.kind, asked.question)
    assert (source.section, source.model_id, source.model_name) == ("IT", curated.MODEL, "Head office")
    assert answer.version == "v1"
    assert answer.nearest[0].row_id == source.row_id
    assert len({near.answer for near in answer.nearest}) == len(answer.nearest) == 5


@pytest.mark.parametrize("question", ["who won the football match", "what is the capital of France", "tell me a joke"])
def test_an_unknown_question_is_refused_and_offers_the_nearest(small: Built, question: str) -> None:
    answer = small.engine.ask(question)
    assert answer.refused
    assert (answer.text, answer.sources, answer.conflicted) == ("", (), False)
    assert answer.confidence < small.report.threshold
    assert len(answer.nearest) == 5


def test_a_code_that_nobody_curated_is_refused_although_the_words_are_known(small: Built) -> None:
    answer = small.engine.ask("What is the net weight of the VT-2049-B valve?")
    assert answer.refused
    assert answer.nearest[0].answer in {curated.WEIGHT_2040, curated.WEIGHT_2041}


@pytest.mark.parametrize("question", ["Do we ship abroad?", "do we ship   ABROAD", "do we ship goods abroad"])
def test_a_question_in_conflict_is_refused_as_such_and_offers_both_answers(small: Built, question: str) -> None:
    answer = small.engine.ask(question)
    assert answer.refused
    assert answer.conflicted
    assert {near.answer for near in answer.nearest[:2]} == {"Yes, to the whole Union.", "No, only at home."}


def test_word_for_word_beats_the_head(several: Built, tmp_path: Path) -> None:
    """What Train AI taught is answered at the next compilation, whatever the classifier thinks."""
    taught = [*curated.several_questions_an_answer(), entry("how do i cancel the invoice pallet", "Ask Maria.")]
    path = tmp_path / "taught.index"
    build_index(taught, [], settings=EngineSettings(embedder="wordllama", strategy="head"), output=path)
    with BuiltinEngine.open(path) as engine:
        answer = engine.ask("How do I cancel the invoice pallet?!")
    assert (answer.text, answer.refused, answer.nearest[0].score) == ("Ask Maria.", False, 1.0)
    assert several.engine.ask("how do i cancel the invoice pallet").text != "Ask Maria."


def test_the_head_answers_forms_it_was_not_trained_on(several: Built) -> None:
    assert several.report.strategy == "head"
    asked = [(s, v) for s in curated.SUBJECTS for v in curated.VERBS]
    answers = several.engine.ask_many([f"could you tell me how to {v} some {s}" for s, v in asked])
    right = [a.nearest[0].answer.startswith(f"To {v} a {s},") for a, (s, v) in zip(answers, asked, strict=True)]
    assert sum(right) >= 0.95 * len(right)


@pytest.mark.parametrize("which", ["small", "several"])
def test_many_questions_at_once_get_the_same_answers(which: str, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(which)
    questions = [
        "how to reset my pasword",
        "",
        "weight of VT-2041-B",
        "print a holiday",
        "работно време",
        "do we ship abroad",
    ]
    assert built.engine.ask_many(questions) == [built.engine.ask(question) for question in questions]


HOSTILE = [
    "",
    " \t\n",
    "\x00",
    "\ud800 password \udfff",
    "reset\x00my\x07password\x1b[31m",
    "😀" * 500,
    "\u202eמה שעות הפתיחה\u202c",
    "كيف أغير كلمة المرور؟",
    "\ufdfa" * 3000,
    "a\u0301" * 5000,
    "?!.…",
    "x" * 100_000,
    "password " * 12_000,
    "'; DROP TABLE model_qa; --",
    "<img src=x onerror=alert(1)>",
    "VT-2040-B " * 300,
]


@pytest.mark.timeout(300)  # a guard against freezing, not a measure of speed
@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_a_legal_question(small: Built, several: Built, question: str) -> None:
    for built in (small, several):
        answer = built.engine.ask(question)
        assert 0 <= answer.confidence <= 1
        assert answer.refused == (answer.text == "") == (answer.sources == ())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=300))
def test_no_text_makes_asking_fail(several: Built, question: str) -> None:
    answer = several.engine.ask(question)
    assert 0 <= answer.confidence <= 1
    assert answer.refused or answer.text


@pytest.mark.parametrize("count", [0, 1, 2])
def test_next_to_no_knowledge_refuses_politely(tmp_path: Path, count: int) -> None:
    path = tmp_path / "index"
    report = build_index(SMALL[:count], [], settings=EngineSettings(), output=path)
    assert report.rows == count
    with BuiltinEngine.open(path) as engine:
        unknown = engine.ask("what is the capital of France")
        known = engine.ask("how do i reset my password")
    assert unknown.refused
    assert len(unknown.nearest) == count
    assert known.refused == (count == 0)


def test_a_closed_engine_can_be_closed_again(small: Built) -> None:
    engine = BuiltinEngine.open(small.path)
    engine.close()
    engine.close()


def test_the_file_must_be_the_one_that_was_compiled(small: Built) -> None:
    BuiltinEngine.open(small.path, expected_sha256=small.report.sha256).close()
    with pytest.raises(EngineError, match="not what was compiled"):
        BuiltinEngine.open(small.path, expected_sha256="0" * 64)
