"""The tree of models and one model's settings, read for the window and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.asset_keys import EVALUATION_SUMMARY
from erpai_desktop.models.configuration import effective_configuration
from erpai_desktop.models.entities import Model, Provider, User
from erpai_desktop.models.enums import UserType
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId, UserId
from erpai_desktop.models.lifecycle import ShutdownDates, sooner, trained_from, utc_today
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, is_named, text_in
from erpai_desktop.models.snapshots.tree import ModelDetails, ModelNode, ProviderChoice, TreeSnapshot, UserChoice
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.storage.queries import tree as queries
from erpai_desktop.storage.queries.providers import shutdown_dates
from erpai_desktop.storage.queries.tree import ChangedRows, ModelRecord

"""The asset that holds `{"right": n, "total": n}`: how the validation questions came out."""


def hierarchy(session: Session, *, language: str = FALLBACK_LANGUAGE) -> Hierarchy:
    """All models outside the bin, named in a language. A provider or virtual user in the bin counts as none."""
    return _hierarchy((record for record in queries.model_records(session) if record.is_live), language)


def tree(session: Session, language: str = FALLBACK_LANGUAGE, today: date | None = None) -> TreeSnapshot:
    """The whole tree: eight statements, however many models there are. `today` is the day to count days left from."""
    records = queries.model_records(session)
    by_id = {record.id: record for record in records}
    # The tree as it stood before anything went to the bin: a deleted child's knowledge is missed by its ancestors.
    whole = _hierarchy(records, language)
    qa_counts = queries.qa_counts(session)
    conversation_counts = queries.conversation_counts(session)
    compilation_counts = queries.compilation_counts(session)
    scores = {key: _score(value) for key, value in queries.asset_values(session, EVALUATION_SUMMARY).items()}
    revisions = [record.revision for record in records if record.is_live and record.revision is not None]
    changed = queries.changed_rows(session, min(revisions)) if revisions else {}
    live = _hierarchy((record for record in records if record.is_live), language)
    base_models = queries.base_models(session)
    dates = ShutdownDates(shutdown_dates(session), today or utc_today())

    def present(node: TreeNode) -> tuple[ProviderId | None, str]:
        """The provider that takes effect, and its base model."""
        provider_id = effective_configuration(live, node.id).provider.value
        return provider_id, base_models.get(provider_id, "") if provider_id is not None else ""

    return TreeSnapshot(
        tuple(
            ModelNode(
                id=node.id,
                parent_id=live.parent(node.id),
                name=node.name,
                names=MappingProxyType(by_id[node.id].names),
                is_default=node.is_default,
                is_arbiter=not node.build_assistant,
                qa_count=qa_counts.get(node.id, 0),
                conversation_count=conversation_counts.get(node.id, 0),
                compilation_count=compilation_counts.get(node.id, 0),
                active_compilation_id=_compilation_id(by_id[node.id].active_compilation_id),
                active_version=by_id[node.id].active_version,
                changes_since_build=_changes_since(
                    by_id[node.id], _reaching(node.id, live, whole), changed, base_model=present(node)[1]
                ),
                validation_score=_active_score(by_id[node.id], scores),
                ending=sooner(
                    dates.of(by_id[node.id].active_provider_id, by_id[node.id].active_base_model or ""),
                    dates.of(*present(node)),
                ),
                ends_here=dates.of(by_id[node.id].active_provider_id, by_id[node.id].active_base_model or "")
                is not None
                or (node.provider_id is not None and dates.of(*present(node)) is not None),
            )
            for node in live
        )
    )


def model_details(session: Session, model_id: ModelId, language: str = FALLBACK_LANGUAGE) -> ModelDetails:
    """One model's settings and what takes effect. Raises NotFoundError, also for a model in the bin."""
    model = live_row(session, Model, model_id)
    nodes = hierarchy(session, language=language)
    node = nodes.node(model_id)
    providers = session.execute(
        select(Provider.id, Provider.name, Provider.provider_field, Provider.base_model_name).where(
            Provider.deleted_utc.is_(None)
        )
    ).all()
    users = session.execute(
        select(User.id, User.name, User.login)
        .where(User.user_type == UserType.VIRTUAL_NO_LOGIN, User.deleted_utc.is_(None))
        .order_by(User.name, User.login)
    ).all()
    parent_id = nodes.parent(model_id)
    choices = [
        ProviderChoice(ProviderId(key), text_in(names, language), kind.value, base_model_name)
        for key, names, kind, base_model_name in providers
    ]
    return ModelDetails(
        id=model_id,
        object_version=model.object_version,
        names=MappingProxyType(model.name),
        name=node.name,
        parent_id=parent_id,
        parent_name=nodes.node(parent_id).name if parent_id is not None else None,
        provider_id=node.provider_id,
        system_message=model.system_message,
        is_default=model.is_default,
        build_assistant=model.build_assistant,
        auto_update_to_latest_build=model.auto_update_to_latest_build,
        activation_margin=model.activation_margin,
        conversational_compilation_id=_compilation_id(model.conversational_compilation_id),
        virtual_user_id=node.virtual_user_id,
        notes=model.notes,
        effective=effective_configuration(
            nodes, model_id, provider_kinds={ProviderId(key): kind for key, _names, kind, _base in providers}
        ),
        providers=tuple(sorted(choices, key=lambda choice: (choice.name.casefold(), choice.id))),
        virtual_users=tuple(
            UserChoice(UserId(key), name or login, _taken_by(nodes, UserId(key), model_id))
            for key, name, login in users
        ),
        model_names=MappingProxyType({member: nodes.node(member).name for member in nodes.lineage(model_id)}),
    )


def find_model(session: Session, name_or_id: str) -> ModelId:
    """The model with this id, or with this name in any language, whatever the case.

    Raises NotFoundError when there is none, or when several have the name: it then lists each one's id and path.
    """
    nodes = hierarchy(session)
    wanted = name_or_id.strip()
    by_id = _uuid(wanted)
    if by_id is not None and by_id in nodes:
        return ModelId(by_id)
    named = session.execute(select(Model.id, Model.name).where(Model.deleted_utc.is_(None)))
    found = [ModelId(model_id) for model_id, names in named if is_named(names, wanted)]
    if not found:
        raise NotFoundError(f"There is no model “{wanted}”.", advice="Look at the list of models.")
    if len(found) > 1:
        listed = ", ".join(f"{model_id} ({nodes.path(model_id)})" for model_id in sorted(found))
        raise NotFoundError(
            f"“{wanted}” names {len(found)} models: {listed}.", advice="Name the one you mean by its id."
        )
    return found[0]


def _hierarchy(records: Iterable[ModelRecord], language: str) -> Hierarchy:
    return Hierarchy(
        TreeNode(
            id=ModelId(record.id),
            parent_id=None if record.parent_id is None else ModelId(record.parent_id),
            name=text_in(record.names, language),
            provider_id=None if record.provider_id is None else ProviderId(record.provider_id),
            system_message=record.system_message,
            is_default=record.is_default,
            build_assistant=record.build_assistant,
            auto_update_to_latest_build=record.auto_update_to_latest_build,
            virtual_user_id=None if record.virtual_user_id is None else UserId(record.virtual_user_id),
        )
        for record in records
    )


def _reaching(model_id: ModelId, live: Hierarchy, whole: Hierarchy) -> tuple[ModelId, ...]:
    """The models whose changes reach a model: its lineage, with those beneath it that went to the bin."""
    return (*live.ancestors(model_id), model_id, *(below for below, _depth in whole.descendants(model_id)))


def _changes_since(
    record: ModelRecord,
    reaching: Iterable[ModelId],
    changed: Mapping[UUID | None, list[ChangedRows]],
    *,
    base_model: str,
) -> int | None:
    revision = record.revision
    if revision is None:
        return None
    rows = sum(some.rows for model_id in reaching for some in changed.get(model_id, ()) if some.revision >= revision)
    # What answers with a chat model answers differently with another one; the history of models knows nothing of it.
    built_on = record.active_base_model or ""
    is_other = bool(built_on) and trained_from(built_on) != trained_from(base_model)
    return rows + is_other


def _active_score(record: ModelRecord, scores: Mapping[UUID, float | None]) -> float | None:
    return None if record.active_compilation_id is None else scores.get(record.active_compilation_id)


def _score(summary: str) -> float | None:
    """The share of right answers, None where nothing was validated or the summary cannot be read."""
    try:
        counts = orjson.loads(summary)
        return float(counts["right"]) / float(counts["total"]) if counts["total"] else None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def _taken_by(nodes: Hierarchy, user_id: UserId, model_id: ModelId) -> str | None:
    holder = nodes.model_of_virtual_user(user_id)
    return holder.name if holder is not None and holder.id != model_id else None


def _compilation_id(value: UUID | None) -> CompilationId | None:
    return None if value is None else CompilationId(value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
