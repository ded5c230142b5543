"""Knowledge resolution: what must hold for every tree and every set of rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from erpai_desktop.models.enums import ParticipantRole, QaType, ReviewState
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import ModelId, QaId, TrainingConversationId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.resolution import ConversationRow, MessageRow, OriginKind, QaRow, resolve

MODELS = [ModelId(UUID(int=number)) for number in range(1, 7)]
NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
QUESTIONS = ["a", "A?", "b", "c"]
ANSWERS = ["x", "y", "z"]

times = st.integers(0, 3).map(lambda days: NEW_YEAR + datetime.timedelta(days=days))
models = st.sampled_from(MODELS)


@st.composite
def trees(draw: st.DrawFn) -> Hierarchy:
    """Any forest: each model stands under an earlier one, or under none."""
    return Hierarchy(
        TreeNode(id=one, parent_id=draw(st.sampled_from([None, *MODELS[:number]])), name=str(one.int))
        for number, one in enumerate(MODELS)
    )


@st.composite
def knowledge(draw: st.DrawFn) -> tuple[list[QaRow], list[ConversationRow]]:
    """Few questions and answers, so that rows collide."""
    qas = [
        QaRow(
            id=QaId(UUID(int=1_000 + number)),
            model_id=draw(models),
            section="s",
            question=draw(st.sampled_from(QUESTIONS)),
            answer=draw(st.sampled_from(ANSWERS)),
            is_active=draw(st.booleans()) or draw(st.booleans()),
            qa_type=QaType.TRAINING if draw(st.integers(0, 4)) else QaType.VALIDATION,
            updated_utc=draw(times),
        )
        for number in range(draw(st.integers(0, 14)))
    ]
    talks = [
        ConversationRow(
            id=TrainingConversationId(UUID(int=2_000 + number)),
            model_id=draw(models),
            review_state=draw(st.sampled_from([ReviewState.APPROVED, ReviewState.APPROVED, *ReviewState])),
            last_update_time_utc=draw(times),
            messages=tuple(
                MessageRow(role, None, text, 2 * turn + answers)
                for turn in range(draw(st.integers(1, 2)))
                for answers, role, text in (
                    (0, ParticipantRole.USER, draw(st.sampled_from(QUESTIONS))),
                    (1, ParticipantRole.ASSISTANT, draw(st.sampled_from(ANSWERS))),
                )
            ),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    return qas, talks


def standing_in(where: ModelId, key: str, qas: Sequence[QaRow], talks: Sequence[ConversationRow]) -> set[str]:
    """The answers that one model's own rows give to a question, by the rules read naively."""
    rows = [
        row
        for row in qas
        if row.model_id == where
        and row.is_active
        and row.qa_type == QaType.TRAINING
        and question_key(row.question) == key
    ]
    turns = sorted(
        (talk.last_update_time_utc, talk.id, turn, talk.messages[2 * turn + 1].contents)
        for talk in talks
        if talk.model_id == where and talk.review_state == ReviewState.APPROVED
        for turn in range(len(talk.messages) // 2)
        if question_key(talk.messages[2 * turn].contents) == key
    )
    if not turns:
        return {row.answer for row in rows}
    time, _, _, answer = turns[-1]
    return {row.answer for row in rows if row.updated_utc >= time} or {answer}


def naive(
    hierarchy: Hierarchy, who: ModelId, key: str, qas: Sequence[QaRow], talks: Sequence[ConversationRow]
) -> set[str]:
    """The answers that a model should know: one, or several in conflict."""
    for near in (who, *hierarchy.ancestors(who)):
        if own := standing_in(near, key, qas, talks):
            return own
    return below(hierarchy, who, key, qas, talks)


def below(
    hierarchy: Hierarchy, who: ModelId, key: str, qas: Sequence[QaRow], talks: Sequence[ConversationRow]
) -> set[str]:
    """The answers of all branches below; within a branch its top wins."""
    found: set[str] = set()
    for child in hierarchy.children(who):
        found |= standing_in(child, key, qas, talks) or below(hierarchy, child, key, qas, talks)
    return found


@settings(max_examples=250)
@given(trees(), knowledge())
def test_resolution_follows_the_rules(hierarchy: Hierarchy, rows: tuple[list[QaRow], list[ConversationRow]]) -> None:
    qas, talks = rows
    for who in MODELS:
        resolution = resolve(hierarchy, who, qas, talks)
        for key in ("a", "b", "c"):
            stands = [row for row in resolution.rows if question_key(row.question) == key]
            expected = naive(hierarchy, who, key, qas, talks)
            assert sorted(row.answer for row in stands) == sorted(expected)
            assert all(row.conflicted == (len(expected) > 1) for row in stands)
        assert {conflict.question_key for conflict in resolution.conflicts} == {
            question_key(row.question) for row in resolution.rows if row.conflicted
        }


@settings(max_examples=80)
@given(trees(), knowledge())
def test_siblings_never_leak_and_inactive_rows_never_appear(
    hierarchy: Hierarchy, rows: tuple[list[QaRow], list[ConversationRow]]
) -> None:
    qas, talks = rows
    banned = {row.id for row in qas if not row.is_active} | {
        talk.id for talk in talks if talk.review_state != ReviewState.APPROVED
    }
    for who in MODELS:
        resolution = resolve(hierarchy, who, qas, talks)
        above = set(hierarchy.ancestors(who))
        under = {one for one, _ in hierarchy.descendants(who)}
        allowed = above | under | {who}
        everything = [(row.model_id, row.row_id) for row in resolution.rows]
        everything += [(row.model_id, row.row_id) for row in resolution.shadowed]
        everything += [(row.model_id, row.row_id) for row in resolution.validation]
        everything += [(row.model_id, row.row_id) for row in resolution.skipped]
        assert {model_id for model_id, _ in everything} <= allowed
        assert not banned & {row_id for _, row_id in everything}
        placed = [(row.model_id, row.origin, row.distance) for row in resolution.rows]
        placed += [(row.model_id, row.origin, row.distance) for row in resolution.validation]
        for model_id, origin, distance in placed:
            belongs = {OriginKind.OWN: {who}, OriginKind.INHERITED: above, OriginKind.AGGREGATED: under}[origin]
            assert model_id in belongs
            assert distance == abs(hierarchy.depth(model_id) - hierarchy.depth(who))


@settings(max_examples=80)
@given(trees(), knowledge(), st.randoms(use_true_random=False), models)
def test_the_order_of_rows_does_not_matter(
    hierarchy: Hierarchy, rows: tuple[list[QaRow], list[ConversationRow]], random: Random, who: ModelId
) -> None:
    qas, talks = rows
    before = resolve(hierarchy, who, qas, talks)
    nodes = list(hierarchy)
    random.shuffle(qas)
    random.shuffle(talks)
    random.shuffle(nodes)
    after = resolve(Hierarchy(nodes), who, qas, talks)
    assert after == before
    assert after.by_key == before.by_key


@settings(max_examples=80)
@given(trees(), knowledge(), models)
def test_no_row_is_lost_and_none_is_told_twice(
    hierarchy: Hierarchy, rows: tuple[list[QaRow], list[ConversationRow]], who: ModelId
) -> None:
    qas, talks = rows
    lineage = set(hierarchy.lineage(who))
    resolution = resolve(hierarchy, who, qas, talks)
    told = [(row.row_id, row.turn) for row in resolution.rows]
    told += [(shadow.row_id, shadow.turn) for shadow in resolution.shadowed]
    expected = [
        (row.id, 0) for row in qas if row.model_id in lineage and row.is_active and row.qa_type == QaType.TRAINING
    ] + [
        (talk.id, turn)
        for talk in talks
        if talk.model_id in lineage and talk.review_state == ReviewState.APPROVED
        for turn in range(len(talk.messages) // 2)
    ]
    assert sorted(told) == sorted(expected)
    assert resolution.counts.total + len(resolution.shadowed) == len(expected)


@settings(max_examples=60)
@given(trees(), knowledge(), models, st.sampled_from(["a", "b", "c"]))
def test_an_own_qa_settles_any_question(
    hierarchy: Hierarchy, rows: tuple[list[QaRow], list[ConversationRow]], who: ModelId, key: str
) -> None:
    qas, talks = rows
    others = [row for row in qas if not (row.model_id == who and question_key(row.question) == key)]
    late = NEW_YEAR + datetime.timedelta(days=99)
    decision = QaRow(QaId(UUID(int=9)), who, "s", key, "decided", True, QaType.TRAINING, late)
    row = resolve(hierarchy, who, [*others, decision], talks).find(key)
    assert row is not None
    assert (row.answer, row.conflicted, row.origin) == ("decided", False, OriginKind.OWN)
