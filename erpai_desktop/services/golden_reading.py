"""Golden answers read: the sets of a model, one in full, and what a new one would ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.entities import (
    AssistantConversation,
    AssistantConversationMessage,
    Compilation,
    GoldenAnswer,
    Model,
    User,
)
from erpai_desktop.models.entities import GoldenSet as GoldenSetRow
from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.ids import CompilationId, GoldenSetId, ModelId, UserId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.golden import GoldenQuestion, GoldenReply, GoldenSet, GoldenSetLine, PastQuestion
from erpai_desktop.services.evaluations_reading import validation_of

_LONGEST_QUESTION = 2_000


def golden_sets(session: Session, *, model_id: ModelId) -> tuple[GoldenSetLine, ...]:
    """The sets of a model, the newest first."""
    found = session.execute(_lines().where(GoldenSetRow.model_id == model_id))
    return tuple(_line(*row) for row in found)


def golden_set(session: Session, *, golden_set_id: GoldenSetId, language: str = FALLBACK_LANGUAGE) -> GoldenSet:
    """One set with its answers, and with the words that its validation rows ask for today.

    Raises NotFoundError, for one in the bin too.
    """
    row = session.execute(_lines().where(GoldenSetRow.id == golden_set_id)).first()
    if row is None:
        raise NotFoundError("These golden answers do not exist any more.")
    line = _line(*row)
    model = session.get(Model, line.model_id)
    today = {question.qa_id: question for question in validation_questions(session, model_id=line.model_id)}
    answers = session.scalars(
        select(GoldenAnswer).where(GoldenAnswer.golden_set_id == golden_set_id).order_by(GoldenAnswer.answer_no)
    )
    return GoldenSet(
        line=line,
        model_name=text_in(model.name, language) if model is not None else "",
        replies=tuple(_reply(answer, today.get(answer.qa_id)) for answer in answers),
    )


def find_golden_set(session: Session, *, model_id: ModelId, name_or_id: str) -> GoldenSetId:
    """A model's set with this id, or with this name whatever the case.

    Raises NotFoundError when there is none, or when several have the name: it then lists each one's id and day.
    """
    wanted = name_or_id.strip()
    lines = golden_sets(session, model_id=model_id)
    by_id = next((line.id for line in lines if str(line.id) == wanted.lower()), None)
    if by_id is not None:
        return by_id
    found = [line for line in lines if line.name.casefold() == wanted.casefold()]
    if not found:
        raise NotFoundError(f"There are no golden answers “{wanted}”.", advice="Look at the list of golden answers.")
    if len(found) > 1:
        listed = ", ".join(f"{line.id} (v{line.number}, {line.recorded_utc:%Y-%m-%d %H:%M} UTC)" for line in found)
        raise NotFoundError(
            f"“{wanted}” names {len(found)} sets of golden answers: {listed}.",
            advice="Name the one you mean by its id.",
        )
    return found[0].id


def validation_questions(session: Session, *, model_id: ModelId) -> tuple[GoldenQuestion, ...]:
    """What a model's validation rows ask today. Raises NotFoundError."""
    return tuple(
        GoldenQuestion(
            question=row.question,
            qa_id=row.row_id,
            expected=row.answer,
            expects_refusal=row.expects_refusal,
            required_terms=row.required_terms,
            forbidden_terms=row.forbidden_terms,
        )
        for row in validation_of(session, model_id=model_id)
    )


def past_questions(
    session: Session, *, user_id: UserId, model_id: ModelId, limit: int = 500
) -> tuple[PastQuestion, ...]:
    """What a person has asked a model in their own chats, each question once, the latest first."""
    message = AssistantConversationMessage
    asked = session.execute(
        select(message.contents, func.max(message.message_time_utc, type_=message.message_time_utc.type), func.count())
        .join(AssistantConversation, AssistantConversation.id == message.conversation_id)
        .where(
            AssistantConversation.user_id == user_id,
            AssistantConversation.model_id == model_id,
            AssistantConversation.deleted_utc.is_(None),
            message.role == ParticipantRole.USER,
            func.length(message.contents) <= _LONGEST_QUESTION,
        )
        .group_by(message.contents)
        .order_by(func.max(message.message_time_utc).desc())
        .limit(limit)
    )
    return tuple(PastQuestion(text, when, times) for text, when, times in asked if text.strip())


def _lines() -> Select[*tuple[Any, ...]]:
    counts = (
        select(
            GoldenAnswer.golden_set_id,
            func.count().label("count"),
            func.count(GoldenAnswer.right).label("judged"),
        )
        .group_by(GoldenAnswer.golden_set_id)
        .subquery()
    )
    right = (
        select(func.count())
        .where(GoldenAnswer.golden_set_id == GoldenSetRow.id, GoldenAnswer.right.is_(True))
        .scalar_subquery()
    )
    return (
        select(GoldenSetRow, Compilation, User.name, counts.c.count, counts.c.judged, right)
        .join(Compilation, Compilation.id == GoldenSetRow.compilation_id)
        .outerjoin(User, User.id == GoldenSetRow.user_id)
        .outerjoin(counts, counts.c.golden_set_id == GoldenSetRow.id)
        .where(GoldenSetRow.deleted_utc.is_(None))
        .order_by(GoldenSetRow.created_utc.desc(), GoldenSetRow.id.desc())
    )


def _line(
    row: GoldenSetRow, compilation: Compilation, user: str | None, count: int | None, judged: int | None, right: int
) -> GoldenSetLine:
    return GoldenSetLine(
        id=GoldenSetId(row.id),
        model_id=ModelId(row.model_id),
        name=row.name,
        compilation_id=CompilationId(row.compilation_id),
        number=compilation.number,
        target=compilation.target,
        base_model=row.base_model,
        recorded_utc=row.created_utc,
        user=user or "",
        count=count or 0,
        judged=judged or 0,
        right=right,
    )


def _reply(row: GoldenAnswer, today: GoldenQuestion | None) -> GoldenReply:
    # Words that a row of today asks for were asked for then only if it is the same test still.
    same = today is not None and (today.question, today.expected) == (row.question, row.expected)
    return GoldenReply(
        question=GoldenQuestion(
            question=row.question,
            qa_id=row.qa_id,
            expected=row.expected,
            expects_refusal=row.expects_refusal,
            required_terms=today.required_terms if same and today is not None else (),
            forbidden_terms=today.forbidden_terms if same and today is not None else (),
        ),
        answer=row.answer,
        refused=row.refused,
        confidence=row.confidence,
        right=row.right,
        sources=tuple(row.sources),
    )
