"""What the tree of models shows of each model, in one statement a fact, whatever the number of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from erpai_desktop.models.entities import (
    Change,
    Compilation,
    CompilationAsset,
    Model,
    ModelQA,
    Provider,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.models.enums import CompilationStatus


class ModelRecord(NamedTuple):
    """A model, the bin's included. Provider, virtual user and active version are None where they lie in the bin.

    `revision` is the newest `Change.seq` that the active version has seen; `active_base_model` the provider's model
    that it answers with, empty where it needs none.
    """

    id: UUID
    parent_id: UUID | None
    names: dict[str, str]
    provider_id: UUID | None
    system_message: str
    is_default: bool
    build_assistant: bool
    auto_update_to_latest_build: bool
    virtual_user_id: UUID | None
    is_live: bool
    active_compilation_id: UUID | None
    active_version: int | None
    revision: int | None
    active_provider_id: UUID | None
    active_base_model: str | None


class ChangedRows(NamedTuple):
    """How many rows of a model changed after `revision`, an active version's, and not after any newer version's."""

    revision: int
    rows: int


def model_records(session: Session) -> list[ModelRecord]:
    """All models, those in the bin too: what they taught their ancestors is missed there."""
    active = aliased(Compilation)
    rows = session.execute(
        select(
            Model.id,
            Model.parent_id,
            Model.name,
            Provider.id,
            Model.system_message,
            Model.is_default,
            Model.build_assistant,
            Model.auto_update_to_latest_build,
            User.id,
            Model.deleted_utc.is_(None),
            active.id,
            active.number,
            active.knowledge_revision,
            active.provider_id,
            active.base_model,
        )
        .outerjoin(Provider, and_(Provider.id == Model.provider_id, Provider.deleted_utc.is_(None)))
        .outerjoin(User, and_(User.id == Model.virtual_user_id, User.deleted_utc.is_(None)))
        .outerjoin(
            active,
            and_(
                active.id == Model.conversational_compilation_id,
                active.status != CompilationStatus.DELETED,
            ),
        )
    )
    return [ModelRecord._make(row) for row in rows]


def base_models(session: Session) -> dict[UUID, str]:
    """The base model of each live provider."""
    rows = session.execute(select(Provider.id, Provider.base_model_name).where(Provider.deleted_utc.is_(None)))
    return dict(rows.all())


def qa_counts(session: Session) -> dict[UUID, int]:
    """Live Q&As by model."""
    return _counts(session, ModelQA.model_id, ModelQA.deleted_utc.is_(None))


def conversation_counts(session: Session) -> dict[UUID, int]:
    """Live training conversations by model."""
    return _counts(session, TrainingConversation.model_id, TrainingConversation.deleted_utc.is_(None))


def compilation_counts(session: Session) -> dict[UUID, int]:
    """Compilations by model, without those deleted at the provider."""
    return _counts(session, Compilation.model_id, Compilation.status != CompilationStatus.DELETED)


def asset_values(session: Session, asset_key: str) -> dict[UUID, str]:
    """One asset of every active compilation that keeps it as text, by compilation."""
    rows = session.execute(
        select(CompilationAsset.compilation_id, CompilationAsset.value)
        .join(Model, Model.conversational_compilation_id == CompilationAsset.compilation_id)
        .where(CompilationAsset.asset_key == asset_key, CompilationAsset.value.is_not(None))
    )
    return {compilation_id: value for compilation_id, value in rows if value is not None}


def changed_rows(session: Session, after: int) -> Mapping[UUID | None, list[ChangedRows]]:
    """By model, how many of its rows changed, after revision `after`, in a way that concerns what is built.

    A row counts once, at its last change; messages count as their conversation, a batch as the rows it holds. Counted
    by the database: a workspace that has not been compiled for long has very many.
    """
    row_id = func.coalesce(TrainingConversationMessage.conversation_id, Change.row_id, Change.batch, Change.action_id)
    changed = (
        select(Change.model_id, func.max(Change.seq).label("last"), func.max(Change.row_count).label("weight"))
        .outerjoin(TrainingConversationMessage, TrainingConversationMessage.id == Change.row_id)
        .where(Change.affects_build, Change.seq > after)
        .group_by(Change.model_id, row_id)
        .subquery()
    )
    active = (
        select(Compilation.knowledge_revision.label("revision"))
        .join(Model, Model.conversational_compilation_id == Compilation.id)
        .distinct()
        .subquery()
    )
    beyond = (
        select(func.max(active.c.revision))
        .where(active.c.revision < changed.c.last)
        .correlate(changed)
        .scalar_subquery()
        .label("beyond")
    )
    placed = select(changed.c.model_id, beyond, changed.c.weight).subquery()
    statement = select(placed.c.model_id, placed.c.beyond, func.sum(placed.c.weight)).group_by(
        placed.c.model_id, placed.c.beyond
    )
    found: dict[UUID | None, list[ChangedRows]] = {}
    for model_id, revision, rows in session.execute(statement):
        found.setdefault(model_id, []).append(ChangedRows(revision, int(rows)))
    return found


def _counts(session: Session, column: InstrumentedAttribute[UUID], condition: ColumnElement[bool]) -> dict[UUID, int]:
    rows = session.execute(select(column, func.count()).where(condition).group_by(column))
    return dict(rows.all())
