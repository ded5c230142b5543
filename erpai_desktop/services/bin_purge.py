"""Clears away for good what has lain in the bin for 30 days, and stored files that nothing refers to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, null, select, update
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.entities import (
    AssistantConversation,
    AssistantConversationMessage,
    Budget,
    Compilation,
    CompilationAsset,
    GoldenAnswer,
    GoldenSet,
    Model,
    ModelQA,
    Provider,
    ProviderCheck,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.models.enums import Role
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.checks import counted
from erpai_desktop.storage import blobs
from erpai_desktop.storage.unit_of_work import UnitOfWork

KEPT = timedelta(days=30)
"""How long a thing stays in the bin."""


def purge_expired(work: UnitOfWork, *, now: datetime | None = None) -> Changes:
    """Remove for good what went to the bin more than 30 days before `now`.

    A model takes its knowledge, compilations and budget with it, but stays, hidden, for as long as somebody's chat
    with it does; a provider for as long as a model or version refers to it, but what was found of it goes. Users stay,
    hidden, since the history names them. Raises NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "empty the bin")
    purge = _Purge(work, (now or work.now) - KEPT)
    purge.chats()
    purge.knowledge()
    purge.models()
    purge.providers()
    purge.budgets()
    blobs.remove_abandoned(work)
    return work.finish(f"Clear {counted(purge.removed, 'thing')} out of the bin")


class _Purge:
    def __init__(self, work: UnitOfWork, before: datetime) -> None:
        self._work = work
        self._session: Session = work.session
        self._before = before
        self.removed = 0

    def chats(self) -> None:
        chats = select(AssistantConversation.id).where(AssistantConversation.deleted_utc < self._before)
        messages = AssistantConversationMessage.conversation_id.in_(chats)
        # Answers point at their questions; all of a chat go together.
        self._session.execute(
            update(AssistantConversationMessage)
            .where(messages)
            .values(parent_id=null())
            .execution_options(synchronize_session=False)
        )
        self._delete(AssistantConversationMessage, messages)
        self.removed += self._delete(AssistantConversation, AssistantConversation.deleted_utc < self._before)

    def knowledge(self) -> None:
        self._delete_conversations(TrainingConversation.deleted_utc < self._before)
        self._delete(TrainingConversationMessage, TrainingConversationMessage.deleted_utc < self._before)
        self._delete_qas(ModelQA.deleted_utc < self._before)
        self._delete_golden(GoldenSet.deleted_utc < self._before)

    def models(self) -> None:
        """From the leaves up, since children point at their parents."""
        while leaves := self._session.scalars(
            select(Model.id).where(
                Model.deleted_utc < self._before,
                ~select(AssistantConversation.id).where(AssistantConversation.model_id == Model.id).exists(),
                Model.id.not_in(select(Model.parent_id).where(Model.parent_id.is_not(None)).scalar_subquery()),
            )
        ).all():
            for model_id in leaves:
                self._delete_model(model_id)

    def providers(self) -> None:
        expired = select(Provider.id).where(Provider.deleted_utc < self._before)
        self._delete(ProviderCheck, ProviderCheck.provider_id.in_(expired))
        unused = (
            (Provider.deleted_utc < self._before)
            & ~select(Model.id).where(Model.provider_id == Provider.id).exists()
            & ~select(Compilation.id).where(Compilation.provider_id == Provider.id).exists()
        )
        removed = self._delete(Provider, unused)
        self._record(Entity.PROVIDER, removed, None)

    def budgets(self) -> None:
        self._record(Entity.BUDGET, self._delete(Budget, Budget.deleted_utc < self._before), None)

    def _delete_model(self, model_id: UUID) -> None:
        self._delete_conversations(TrainingConversation.model_id == model_id)
        self._delete_qas(ModelQA.model_id == model_id)
        self._delete_golden(GoldenSet.model_id == model_id)
        self._delete(Budget, Budget.subject_id == model_id)
        for kind, column in ((User, "model_id"), (Model, "conversational_compilation_id")):
            where = User.model_id == model_id if kind is User else Model.id == model_id
            self._session.execute(
                update(kind).where(where).values({column: None}).execution_options(synchronize_session=False)
            )
        builds = select(Compilation.id).where(Compilation.model_id == model_id)
        self._delete(CompilationAsset, CompilationAsset.compilation_id.in_(builds))
        self._delete(Compilation, Compilation.model_id == model_id)
        self._record(Entity.MODEL, self._delete(Model, Model.id == model_id), model_id)
        self.removed += 1

    def _delete_conversations(self, where: ColumnElement[bool]) -> None:
        gone = select(TrainingConversation.id).where(where)
        for model_id in self._models_of(TrainingConversation, where):
            self._delete(
                TrainingConversationMessage,
                TrainingConversationMessage.conversation_id.in_(gone.where(TrainingConversation.model_id == model_id)),
            )
            here = where & (TrainingConversation.model_id == model_id)
            self._record(Entity.CONVERSATION, self._delete(TrainingConversation, here), model_id)

    def _delete_qas(self, where: ColumnElement[bool]) -> None:
        for model_id in self._models_of(ModelQA, where):
            self._record(Entity.QA, self._delete(ModelQA, where & (ModelQA.model_id == model_id)), model_id)

    def _delete_golden(self, where: ColumnElement[bool]) -> None:
        self._delete(GoldenAnswer, GoldenAnswer.golden_set_id.in_(select(GoldenSet.id).where(where)))
        for model_id in self._models_of(GoldenSet, where):
            self._record(Entity.GOLDEN_SET, self._delete(GoldenSet, where & (GoldenSet.model_id == model_id)), model_id)

    def _models_of(
        self, kind: type[ModelQA | TrainingConversation | GoldenSet], where: ColumnElement[bool]
    ) -> list[UUID]:
        return list(self._session.scalars(select(kind.model_id).where(where).group_by(kind.model_id)))

    def _delete(self, kind: type[Any], where: ColumnElement[bool]) -> int:
        count = self._session.scalar(select(func.count()).select_from(kind).where(where)) or 0
        if count:
            self._session.execute(delete(kind).where(where).execution_options(synchronize_session=False))
        return count

    def _record(self, entity: Entity, count: int, model_id: UUID | None) -> None:
        if count:
            self.removed += count if entity is not Entity.MODEL else 0
            batch = new_id()
            # What lay in the bin was in no build, so none becomes stale by its going.
            self._work.recorder.batch(
                entity,
                batch=batch,
                row_count=count,
                model_id=model_id,
                before={"in_bin": True},
                affects_build=False,
            )
            self._work.touched(entity, batch, owners=(model_id,) if model_id is not None else ())
