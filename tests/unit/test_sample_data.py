"""The sample company's files: their shape, their amounts, and that what they promise to discover is there."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from functools import cache
from typing import Any
from uuid import UUID, uuid5

import pytest

from erpai_desktop.models.curated import ConversationRow, MessageRow, QaRow
from erpai_desktop.models.enums import Origin, ParticipantRole, ProviderKind, QaType, ReviewState, Role, UserType
from erpai_desktop.models.findings import FindingKind, findings
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import ModelId, QaId, TrainingConversationId
from erpai_desktop.models.multilang import validate_names
from erpai_desktop.models.questions import answer_key, question_key
from erpai_desktop.models.resolution import Resolution, ShadowReason, resolve
from erpai_desktop.resources import resource

MODELS = (
    "master",
    "marketing",
    "social-media",
    "newsletter",
    "sales",
    "pricing",
    "logistics",
    "support",
    "accounting",
)
TYPES = {"training": QaType.TRAINING, "validation": QaType.VALIDATION}
QA_FIELDS = {
    "section",
    "question",
    "answer",
    "type",
    "expects_refusal",
    "required_terms",
    "forbidden_terms",
    "is_active",
    "notes",
}
CONVERSATION_FIELDS = {"origin", "origin_object", "review_state", "time_utc", "notes", "messages"}
NAMESPACE = UUID("5f0c7b1e-0000-4000-8000-000000000001")


def _load(*parts: str) -> Any:
    return json.loads(resource("sample", *parts).read_text(encoding="utf-8"))


@cache
def company() -> dict[str, Any]:
    loaded: dict[str, Any] = _load("company.json")
    return loaded


@cache
def qas(key: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = _load("qas", f"{key}.json")
    return loaded


@cache
def conversations(key: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = _load("conversations", f"{key}.json")
    return loaded


def _rows(kind: str) -> list[dict[str, Any]]:
    return [row for key in MODELS for row in qas(key) if row["type"] == kind]


def _all_conversations() -> list[dict[str, Any]]:
    return [conversation for key in MODELS for conversation in conversations(key)]


def _is_bulgarian(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum("а" <= letter.lower() <= "я" for letter in letters) > len(letters) / 2


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _model_id(key: str) -> ModelId:
    return ModelId(uuid5(NAMESPACE, key))


@cache
def hierarchy() -> Hierarchy:
    return Hierarchy(
        TreeNode(
            id=_model_id(model["key"]),
            parent_id=_model_id(model["parent"]) if model["parent"] else None,
            name=model["name"]["en"],
        )
        for model in company()["models"]
    )


@cache
def known(key: str) -> Resolution:
    """What a model knows, by the program's own rules, from the files as README.md describes them."""
    set_up = _time(company()["time_utc"])
    qa_rows = [
        QaRow(
            id=QaId(uuid5(NAMESPACE, f"qa {model} {number}")),
            model_id=_model_id(model),
            section=row["section"],
            question=row["question"],
            answer=row["answer"],
            is_active=row.get("is_active", True),
            qa_type=TYPES[row["type"]],
            updated_utc=set_up,
            expects_refusal=row.get("expects_refusal", False),
            required_terms=tuple(row.get("required_terms", ())),
            forbidden_terms=tuple(row.get("forbidden_terms", ())),
        )
        for model in MODELS
        for number, row in enumerate(qas(model))
    ]
    conversation_rows = [
        ConversationRow(
            id=TrainingConversationId(uuid5(NAMESPACE, f"conversation {model} {number}")),
            model_id=_model_id(model),
            review_state=ReviewState(row["review_state"]),
            last_update_time_utc=_time(row["time_utc"]),
            messages=tuple(
                MessageRow(ParticipantRole(message["role"]), message["participant_name"], message["contents"], no)
                for no, message in enumerate(row["messages"], start=1)
            ),
        )
        for model in MODELS
        for number, row in enumerate(conversations(model))
    ]
    return resolve(hierarchy(), _model_id(key), qa_rows, conversation_rows)


def _the_answer(key: str, question: str) -> str:
    (row,) = [row for row in known(key).rows if question_key(row.question) == question_key(question)]
    assert not row.conflicted
    return row.answer


# --- the company


def test_files_and_models_belong_together() -> None:
    assert tuple(model["key"] for model in company()["models"]) == MODELS
    for folder in ("qas", "conversations"):
        assert {path.stem for path in resource("sample", folder).glob("*.json")} == set(MODELS)


def test_every_reference_resolves() -> None:
    models = company()["models"]
    providers = {provider["key"] for provider in company()["providers"]}
    users = {user["login"]: user for user in company()["users"]}
    assert len(users) == len(company()["users"])
    above: set[str | None] = {None}
    for model in models:
        assert model["parent"] in above, "a parent stands before its children"
        above.add(model["key"])
        assert model["provider"] is None or model["provider"] in providers
        if model["virtual_user"] is not None:
            assert users[model["virtual_user"]]["user_type"] == UserType.VIRTUAL_NO_LOGIN
    speakers = Counter(model["virtual_user"] for model in models if model["virtual_user"])
    assert set(speakers.values()) == {1}, "a virtual user belongs to one model"
    assert {user["login"] for user in users.values() if user["user_type"] == "VIR"} == set(speakers)
    assert all(user["model"] is None or user["model"] in MODELS for user in users.values())


def test_the_tree_has_a_master_departments_and_nested_models() -> None:
    models = company()["models"]
    parents = {model["key"]: model["parent"] for model in models}
    assert [key for key, parent in parents.items() if parent is None] == ["master"]
    assert [model["key"] for model in models if model["is_default"]] == ["master"]
    assert sum(parent == "master" for parent in parents.values()) >= 5
    assert sum(parent not in (None, "master") for parent in parents.values()) >= 2
    arbiters = [model for model in models if not model["build_assistant"]]
    assert arbiters
    assert all(model["virtual_user"] for model in arbiters)
    assert not all(model["auto_update_to_latest_build"] for model in models)


def test_names_and_codes_are_legal() -> None:
    for row in (*company()["models"], *company()["providers"]):
        assert validate_names(row["name"]) == row["name"]
        assert set(row["name"]) == {"en", "bg"}
    assert [ProviderKind(provider["provider_field"]) for provider in company()["providers"]] == [ProviderKind.BUILT_IN]
    for user in company()["users"]:
        assert UserType(user["user_type"]) in (UserType.INTERNAL, UserType.VIRTUAL_NO_LOGIN)
        assert Role(user["role"]) is not Role.ADMINISTRATOR, "whoever makes the workspace is its administrator"
        assert 0 < len(user["login"]) <= 64
        assert 0 < len(user["name"]) <= 256
        assert user["email"] == "" or user["email"].endswith(".example")


# --- the amounts


def test_amounts() -> None:
    assert len(_rows("training")) >= 220
    assert sum(row.get("is_active", True) for row in _rows("training")) >= 220
    assert len(_rows("validation")) >= 44
    assert sum(row.get("expects_refusal", False) for row in _rows("validation")) >= 8
    assert len(_all_conversations()) >= 26
    assert sum(row["type"] == "training" for row in qas("master")) >= 60
    assert all(len({row["section"] for row in qas(key)}) >= 3 for key in MODELS)


def test_the_read_me_counts_right() -> None:
    text = " ".join(resource("sample", "README.md").read_text(encoding="utf-8").split())
    training, validation = _rows("training"), _rows("validation")
    states = Counter(row["review_state"] for row in _all_conversations())
    assert (
        f"{len(training)} training rows ({sum(_is_bulgarian(row['question']) for row in training)} Bulgarian, "
        f"{sum(not row.get('is_active', True) for row in training)} inactive), {len(validation)} validation rows "
        f"({sum(row.get('expects_refusal', False) for row in validation)} of them want a refusal), "
        f"{len(_all_conversations())} conversations of all five origins ({states['approved']} approved, "
        f"{states['pending']} waiting for review, {states['rejected']} rejected)."
    ) in text
    for model in company()["models"]:
        rows = Counter(row["type"] for row in qas(model["key"]))
        counts = f"{rows['training']} | {rows['validation']} | {len(conversations(model['key']))}"
        assert f"{model['name']['en']} | {counts} |" in text


def test_some_is_bulgarian_and_most_is_english() -> None:
    for kind, least, most in (("training", 0.08, 0.2), ("validation", 0.1, 0.25)):
        rows = _rows(kind)
        share = sum(_is_bulgarian(row["question"]) for row in rows) / len(rows)
        assert least <= share <= most
    for row in _rows("training") + [row for row in _rows("validation") if row["answer"]]:
        assert _is_bulgarian(row["question"]) == _is_bulgarian(row["answer"]), row["question"]


def test_product_codes_are_asked_for() -> None:
    code = re.compile(r"VT-\d{4}")
    assert sum(bool(code.search(row["question"])) for row in _rows("training")) >= 10
    assert sum(bool(code.search(row["question"])) for row in _rows("validation")) >= 3
    near = {row["question"] for row in qas("master") if row["question"].startswith("What is VT-20")}
    assert {"What is VT-2040-B?", "What is VT-2041-B?"} <= near


# --- Q&As


@pytest.mark.parametrize("key", MODELS)
def test_rows_are_well_formed(key: str) -> None:
    for row in qas(key):
        assert set(row) <= QA_FIELDS
        assert row["type"] in TYPES
        assert 0 < len(row["section"]) <= 128
        assert question_key(row["question"])
        assert row["question"] == row["question"].strip()
        assert row["answer"] == row["answer"].strip()
        if row["type"] == "training":
            assert row["answer"]
            assert not {"expects_refusal", "required_terms", "forbidden_terms"} & set(row)
        else:
            assert bool(row["answer"]) != row.get("expects_refusal", False)
            answer = row["answer"].casefold()
            assert all(term.casefold() in answer for term in row.get("required_terms", ()))
            assert not any(term.casefold() in answer for term in row.get("forbidden_terms", ()))


@pytest.mark.parametrize("key", MODELS)
def test_no_question_stands_twice_in_a_model(key: str) -> None:
    for kind in TYPES:
        seen = Counter(question_key(row["question"]) for row in qas(key) if row["type"] == kind)
        assert [question for question, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("key", MODELS)
def test_validation_can_be_passed_from_what_the_model_knows(key: str) -> None:
    resolution = known(key)
    answers = {answer_key(row.answer) for row in resolution.rows if not row.conflicted}
    missing = [
        row.question
        for row in resolution.validation
        if not row.expects_refusal and answer_key(row.answer) not in answers
    ]
    assert missing == []
    assert any(row.expects_refusal for row in resolution.validation)


def test_validation_is_phrased_differently_from_everything_taught() -> None:
    taught = {question_key(row["question"]) for row in _rows("training")}
    assert not taught & {question_key(row["question"]) for row in _rows("validation")}


@pytest.mark.parametrize("key", MODELS)
def test_nothing_else_is_wrong(key: str) -> None:
    found = {finding.kind for finding in findings(known(key), hierarchy())}
    aggregates_both = key in ("master", "marketing")
    assert found == {FindingKind.CORRECTED} | ({FindingKind.CONTRADICTION} if aggregates_both else set())


# --- training conversations


@pytest.mark.parametrize("key", MODELS)
def test_conversations_are_well_formed(key: str) -> None:
    set_up = _time(company()["time_utc"])
    for row in conversations(key):
        assert set(row) <= CONVERSATION_FIELDS
        assert Origin(row["origin"])
        assert ReviewState(row["review_state"])
        assert len(row.get("origin_object", "")) <= 256
        assert _time(row["time_utc"]) > set_up, "newer than the Q&As"
        roles = [message["role"] for message in row["messages"]]
        assert re.fullmatch("S?(UA)+", "".join(roles)), roles
        for message in row["messages"]:
            assert message["contents"] == message["contents"].strip() != ""
            assert len(message["participant_name"]) <= 64
            assert bool(message["participant_name"]) == (message["role"] != "S")


def test_conversations_come_from_everywhere() -> None:
    origins = Counter(row["origin"] for row in _all_conversations())
    assert set(origins) == set(Origin)
    assert min(origins.values()) >= 4
    assert {row["review_state"] for row in _all_conversations()} == set(ReviewState)
    assert any(row["messages"][0]["role"] == "S" for row in _all_conversations())


def test_corrections_are_taught_and_not_what_was_corrected() -> None:
    corrected = [shadow for shadow in known("master").shadowed if shadow.reason is ShadowReason.CORRECTED]
    assert len(corrected) == 6
    assert _the_answer("master", "May I take a taxi from the airport?").startswith("Yes, when no train")


# --- what there is to discover


def test_one_conflict_between_siblings() -> None:
    for key in MODELS:
        conflicts = known(key).conflicts
        if key not in ("master", "marketing"):
            assert conflicts == ()
            continue
        (conflict,) = conflicts
        assert conflict.question == "Who approves a campaign?"
        assert {row.model_id for row in conflict.rows} == {_model_id("social-media"), _model_id("newsletter")}
    assert "Social Media Manager" in _the_answer("social-media", "who approves a campaign")
    assert "Marketing Lead" in _the_answer("newsletter", "who approves a campaign")


def test_one_override_on_purpose() -> None:
    question = "Within how many days may goods be returned?"
    assert _the_answer("master", question).startswith("Within 30 days")
    assert _the_answer("sales", question).startswith("Dealers have 14 days")
    assert _the_answer("pricing", question) == _the_answer("sales", question)
    assert _the_answer("support", question) == _the_answer("master", question)
    (notes,) = [row["notes"] for row in qas("sales") if row["question"] == question]
    assert "on purpose" in notes
    shared = Counter(question_key(row["question"]) for key in MODELS for row in qas(key) if row["type"] == "training")
    assert {key for key, times in shared.items() if times > 1} == {
        question_key(question),
        question_key("Who approves a campaign?"),
    }


def test_a_conversation_newer_than_its_qa_wins() -> None:
    question = "Until what time do orders leave the same day?"
    (old,) = [row["answer"] for row in qas("logistics") if row["question"] == question]
    assert "14:00" in old
    assert "15:30" in _the_answer("logistics", question)
    newer = [shadow.question for shadow in known("master").shadowed if shadow.reason is ShadowReason.NEWER]
    assert newer == [question]


def test_inactive_rows_are_kept_and_never_taught() -> None:
    inactive = [row for row in _rows("training") if not row.get("is_active", True)]
    assert "Old opt-out rule (before 2024)" in {row["question"] for row in inactive}
    assert len(inactive) >= 3
    assert all(row["notes"] for row in inactive), "why it is kept"
    taught = {question_key(row.question) for row in known("master").rows}
    assert not taught & {question_key(row["question"]) for row in inactive}


def test_marketing_knows_instagram_and_nobody_knows_linkedin() -> None:
    answer = "Instagram four times a week: two lifestyle, one educational, one product."
    assert _the_answer("marketing", "How often do we post on Instagram?") == answer
    for path in resource("sample").rglob("*.json"):
        assert "linkedin" not in path.read_text(encoding="utf-8").casefold(), path.name
