"""The identity of a dataset."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpai_desktop.models.dataset import (
    content_hash,
    input_hash,
    manifest_json,
    manifest_rows,
    read_manifest,
    records_of,
)
from erpai_desktop.models.enums import RowKind, Target
from erpai_desktop.models.resolution import OriginKind, ResolvedRow, ShadowReason, ValidationRow
from tests.unit.models.builders import known, model, qa, row_id, talk

RESOLUTION = known(
    "sales",
    qa("sales", "How many days?", "25", name="own"),
    qa("master", "How many days?", "20", name="lost"),
    qa("pricing", "Which currency?", "Лев", name="below"),
    talk("master", "U: Who leads?", "A: Ana", "U: Since when?", "A: 2020", name="talk"),
    qa("sales", "Days off in a year?", "25", validation=True, require=("25", "days"), forbid=("20",)),
    qa("sales", "Weather?", "", validation=True, refuse=True),
)


def hash_of(**changes: Any) -> str:
    inputs: dict[str, Any] = {
        "rows": RESOLUTION.rows,
        "validation": RESOLUTION.validation,
        "instructions": "Be kind.",
        "target": Target.BUILT_IN,
        "base_model": "",
        "engine": "1",
        "embedder": "wordllama-256",
        "settings": {"seed": 1, "strategy": "auto"},
    }
    inputs |= changes
    return input_hash(taught=records_of(inputs.pop("rows")), **inputs)


def changed_row(**fields: Any) -> tuple[ResolvedRow, ...]:
    return (RESOLUTION.rows[0]._replace(**fields), *RESOLUTION.rows[1:])


def changed_test(**fields: Any) -> tuple[ValidationRow, ...]:
    return (replace(RESOLUTION.validation[0], **fields), *RESOLUTION.validation[1:])


def test_the_hash_is_sha256_in_hex_and_stays_the_same_between_versions_of_the_program() -> None:
    # Written down: if this changes, every compilation of every workspace turns stale; raise DATASET_FORMAT then.
    assert hash_of() == "75f05f92de719d3032d7710864d5e3b105de4516e0f9df20463fd63b38776355"


def test_order_does_not_matter() -> None:
    assert hash_of() == hash_of(
        rows=RESOLUTION.rows[::-1],
        validation=RESOLUTION.validation[::-1],
        settings={"strategy": "auto", "seed": 1},
    )
    assert hash_of() == hash_of(validation=changed_test(required_terms=("days", "25")))


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": RESOLUTION.rows[1:]},
        {"rows": ()},
        {"rows": changed_row(question="How many day?")},
        {"rows": changed_row(answer="26")},
        {"rows": changed_row(section="Other")},
        {"rows": changed_row(row_id=row_id("other"))},
        {"rows": changed_row(model_id=model("other"))},
        {"rows": changed_row(conflicted=True)},
        {"rows": changed_row(kind=RowKind.CONVERSATION)},
        {"rows": changed_row(turn=1)},
        {"rows": changed_row(question="How many days?2", answer="5")},
        {"validation": ()},
        {"validation": changed_test(question="?")},
        {"validation": changed_test(answer="26")},
        {"validation": changed_test(expects_refusal=not RESOLUTION.validation[0].expects_refusal)},
        {"validation": changed_test(required_terms=("other",))},
        {"validation": changed_test(forbidden_terms=("other",))},
        {"instructions": "Be brief."},
        {"target": Target.GROUNDED},
        {"base_model": "gpt"},
        {"engine": "2"},
        {"embedder": "minilm"},
        {"settings": {"seed": 2, "strategy": "auto"}},
        {"settings": {}},
    ],
)
def test_anything_that_goes_into_a_build_changes_the_hash(changes: dict[str, Any]) -> None:
    assert hash_of(**changes) != hash_of()


def test_where_the_models_stand_does_not_change_the_hash() -> None:
    assert hash_of(rows=changed_row(distance=3, origin=OriginKind.INHERITED, shadows=())) == hash_of()


def test_a_shadowed_row_does_not_change_the_hash() -> None:
    rows = known("sales", qa("sales", "Q?", "own")).rows
    more = known("sales", qa("sales", "Q?", "own"), qa("master", "Q?", "lost")).rows
    assert hash_of(rows=rows) == hash_of(rows=more)


any_text = st.text(st.characters(codec=None, exclude_categories=()))


@given(any_text, any_text, any_text, any_text)
def test_texts_do_not_run_into_each_other(question: str, answer: str, other_question: str, other_answer: str) -> None:
    one = RESOLUTION.rows[0]._replace(question=question, answer=answer)
    other = RESOLUTION.rows[0]._replace(question=other_question, answer=other_answer)
    same = (question, answer) == (other_question, other_answer)
    assert (content_hash(one) == content_hash(other)) is same
    assert (hash_of(rows=[one]) == hash_of(rows=[other])) is same


def test_instructions_and_base_model_do_not_run_into_each_other() -> None:
    assert hash_of(instructions="ab", base_model="c") != hash_of(instructions="a", base_model="bc")
    assert len(hash_of(instructions="\ud800")) == 64


def test_settings_that_are_no_json_are_a_bug_of_ours() -> None:
    with pytest.raises(TypeError):
        hash_of(settings={"x": object()})


def test_the_manifest_names_every_row_with_its_origin() -> None:
    rows = {row.row_id: row for row in manifest_rows(RESOLUTION.rows) if row.kind == "qa"}
    own = rows[str(row_id("own"))]
    assert (own.model_id, own.origin, own.distance) == (str(model("sales")), "own", 0)
    assert own.shadows == ((str(row_id("lost")), "qa", 0, ShadowReason.NEARER.value),)
    assert own.content_hash == content_hash(RESOLUTION.rows[0])
    assert rows[str(row_id("below"))].origin == "aggregated"
    talks = [row for row in manifest_rows(RESOLUTION.rows) if row.kind == "conversation"]
    assert [(row.row_id, row.turn, row.origin) for row in talks] == [
        (str(row_id("talk")), 1, "inherited"),
        (str(row_id("talk")), 0, "inherited"),
    ]


def test_the_manifest_survives_writing_and_reading() -> None:
    data = manifest_json(RESOLUTION)
    assert read_manifest(data) == manifest_rows(RESOLUTION.rows)
    assert json.loads(data)["counts"] == {
        "own": 1,
        "inherited": {str(model("master")): 2},
        "aggregated": {str(model("pricing")): 1},
        "conflicted": 0,
        "overridden": 1,
        "duplicates": 0,
        "validation": 2,
    }


def test_the_manifest_carries_no_text() -> None:
    assert b"days" not in manifest_json(RESOLUTION)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":1}',
        manifest_json(RESOLUTION)[:-10],
        manifest_json(RESOLUTION).replace(b'"format":1', b'"format":2'),
        manifest_json(RESOLUTION).replace(b'"turn"', b'"step"'),
        manifest_json(RESOLUTION).replace(b'"own",0', b'"own"'),
    ],
)
def test_a_damaged_manifest_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError):
        read_manifest(damaged)
