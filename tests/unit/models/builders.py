"""Short ways to write a tree of models and its knowledge down in a test."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from uuid import UUID, uuid5

from erpai_desktop.models.enums import ParticipantRole, QaType, ReviewState
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import ModelId, QaId, TrainingConversationId
from erpai_desktop.models.resolution import ConversationRow, MessageRow, QaRow, Resolution, resolve

NAMESPACE = UUID("5f0c7b1e-0000-4000-8000-000000000000")
NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

# The tree of most tests:      master
#                             /      \
#                       marketing    sales
#                       /     \        |
#                  social  letter   pricing
TREE = {
    "master": None,
    "marketing": "master",
    "social": "marketing",
    "letter": "marketing",
    "sales": "master",
    "pricing": "sales",
}


def model(name: str) -> ModelId:
    return ModelId(uuid5(NAMESPACE, f"model {name}"))


def row_id(name: str) -> UUID:
    return uuid5(NAMESPACE, f"row {name}")


def day(number: float) -> datetime.datetime:
    return NEW_YEAR + datetime.timedelta(days=number)


def tree(parents: Mapping[str, str | None] = TREE) -> Hierarchy:
    return Hierarchy(
        TreeNode(id=model(name), parent_id=None if parent is None else model(parent), name=name)
        for name, parent in parents.items()
    )


def qa(
    where: str,
    question: str,
    answer: str,
    *,
    at: float = 0,
    name: str | None = None,
    active: bool = True,
    validation: bool = False,
    refuse: bool = False,
    require: tuple[str, ...] = (),
    forbid: tuple[str, ...] = (),
    section: str = "General",
) -> QaRow:
    return QaRow(
        id=QaId(row_id(name or f"{where} {question} {answer} {validation}")),
        model_id=model(where),
        section=section,
        question=question,
        answer=answer,
        is_active=active,
        qa_type=QaType.VALIDATION if validation else QaType.TRAINING,
        updated_utc=day(at),
        expects_refusal=refuse,
        required_terms=require,
        forbidden_terms=forbid,
    )


def messages(*lines: str) -> tuple[MessageRow, ...]:
    """Messages from lines that start with `S: `, `U: ` or `A: `."""
    return tuple(
        MessageRow(ParticipantRole(line[0]), None, line[3:], number) for number, line in enumerate(lines, start=1)
    )


def talk(
    where: str,
    *lines: str,
    at: float = 0,
    name: str | None = None,
    state: ReviewState = ReviewState.APPROVED,
) -> ConversationRow:
    return ConversationRow(
        id=TrainingConversationId(row_id(name or f"{where} {lines}")),
        model_id=model(where),
        review_state=state,
        last_update_time_utc=day(at),
        messages=messages(*lines),
    )


def known(
    where: str,
    *rows: QaRow | ConversationRow,
    parents: Mapping[str, str | None] = TREE,
) -> Resolution:
    """What a model knows, of these rows."""
    return resolve(
        tree(parents),
        model(where),
        [row for row in rows if isinstance(row, QaRow)],
        [row for row in rows if isinstance(row, ConversationRow)],
    )


def answers(resolution: Resolution, question: str = "Q?") -> list[str]:
    """The answers that stand for a question: several when it is in conflict."""
    row = resolution.find(question)
    if row is None:
        return []
    for conflict in resolution.conflicts:
        if row in conflict.rows:
            return [one.answer for one in conflict.rows]
    return [row.answer]


def all_answers(resolution: Resolution) -> Iterable[str]:
    return [row.answer for row in resolution.rows]
