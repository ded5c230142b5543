"""Versions as the pages show them, and what a build needs to know before it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError, UserError
from erpai_desktop.models.asset_keys import (
    CALIBRATION,
    CURVE,
    EVALUATION_SUMMARY,
    INDEX,
    JUDGE_RUBRIC,
    MANIFEST_SUMMARY,
)
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model, User
from erpai_desktop.models.enums import CompilationStatus, ProviderKind, Target
from erpai_desktop.models.evaluation_record import read_summary
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.snapshots.compilations import (
    CompilationDetails,
    CompilationLine,
    CurvePoint,
    OriginCount,
)
from erpai_desktop.services.evaluations_reading import records_of
from erpai_desktop.services.knowledge import read_configuration
from erpai_desktop.services.known_builds import known_builds
from erpai_desktop.services.plan_reading import findings_of, knowledge_page, manifest, plan
from erpai_desktop.services.versions_to_ask import active_version

__all__ = [
    "BuildInputs",
    "VersionLine",
    "active_version",
    "build_inputs",
    "compilation_details",
    "compilations_of",
    "findings_of",
    "knowledge_page",
    "manifest",
    "origins_of",
    "plan",
    "version_line",
]

NEED_A_PROVIDER = frozenset({Target.GROUNDED, Target.FINE_TUNE})
_SUMMARIES = (MANIFEST_SUMMARY, EVALUATION_SUMMARY)


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """`known_hashes` are input hashes that need no building again; `previous_index` is a blob that saves time.

    `provider_id` and `base_model` are what a target that needs a provider is going to answer with.
    """

    model_name: str
    known_hashes: Mapping[str, CompilationId]
    previous_index: str | None
    provider_id: ProviderId | None = None
    base_model: str = ""
    instructions: str = ""
    provider_kind: ProviderKind | None = None


class VersionLine(NamedTuple):
    """A version in short."""

    number: int
    is_active: bool
    row_count: int | None
    right: int
    total: int
    target: Target
    activation_note: str


def build_inputs(session: Session, *, model_id: ModelId, target: Target) -> BuildInputs:
    """What a build of this model may start from.

    Raises NotFoundError, and UserError when the model cannot be compiled to the target.
    """
    known = known_builds(session, model_id=model_id, target=target)
    has = read_configuration(session, model_id=model_id)
    name = has.nodes.node(model_id).name
    reason = has.configuration.targets[target]
    if reason:
        raise UserError(
            f"{name} cannot be compiled to {target.value}: {reason[0].lower()}{reason[1:]}",
            safe="The active version stays as it was.",
            advice="Choose another target."
            if has.provider_kind not in (None, ProviderKind.BUILT_IN)
            else "Give the model a provider with a chat model, or choose another target.",
        )
    needs_a_provider = target in NEED_A_PROVIDER
    return BuildInputs(
        name,
        {build.input_hash: build.id for build in reversed(known)},
        _newest_index(session, model_id),
        has.configuration.provider.value if needs_a_provider else None,
        has.base_model if needs_a_provider else "",
        has.configuration.system_message,
        has.provider_kind if needs_a_provider else None,
    )


def _newest_index(session: Session, model_id: ModelId) -> str | None:
    """Of whatever target, and also where a training came to nothing: what was prepared for it is not made again."""
    return session.scalar(
        select(CompilationAsset.blob_sha256)
        .join(Compilation, Compilation.id == CompilationAsset.compilation_id)
        .where(
            Compilation.model_id == model_id,
            Compilation.status != CompilationStatus.DELETED,
            CompilationAsset.asset_key == INDEX,
        )
        .order_by(Compilation.number.desc())
        .limit(1)
    )


def version_line(session: Session, *, compilation_id: CompilationId) -> VersionLine:
    """A version in short. Raises NotFoundError."""
    compilation = _compilation(session, compilation_id)
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == compilation.model_id))
    values = _values(session, [compilation_id], _SUMMARIES).get(compilation_id, {})
    rows, evaluation = _json(values.get(MANIFEST_SUMMARY)), read_summary(values.get(EVALUATION_SUMMARY))
    return VersionLine(
        compilation.number,
        active == compilation_id,
        rows.get("rows"),
        evaluation.right,
        evaluation.total,
        compilation.target,
        compilation.activation_note,
    )


def compilations_of(session: Session, *, model_id: ModelId) -> tuple[CompilationLine, ...]:
    """All versions of a model, the newest first."""
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == model_id))
    rows = session.execute(
        select(Compilation, User.name)
        .outerjoin(User, User.id == Compilation.user_id)
        .where(Compilation.model_id == model_id)
        .order_by(Compilation.number.desc())
    ).all()
    values = _values(session, [CompilationId(row.id) for row, _ in rows], _SUMMARIES)
    return tuple(_line(row, user or "", active, values.get(CompilationId(row.id), {})) for row, user in rows)


def compilation_details(session: Session, *, compilation_id: CompilationId) -> CompilationDetails:
    """A version in full, with its evaluation and curve. Raises NotFoundError."""
    compilation = _compilation(session, compilation_id)
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == compilation.model_id))
    user = session.scalar(select(User.name).where(User.id == compilation.user_id)) or ""
    keys = (*_SUMMARIES, CALIBRATION, CURVE, JUDGE_RUBRIC)
    values = _values(session, [compilation_id], keys).get(compilation_id, {})
    report = _json(values.get(CALIBRATION))
    return CompilationDetails(
        line=_line(compilation, user, active, values),
        model_id=ModelId(compilation.model_id),
        build_log=compilation.build_log,
        input_hash=compilation.input_hash,
        engine_version=compilation.engine_version,
        compiled_model_name=compilation.compiled_model_name,
        embedder=str(report.get("embedder", "")),
        strategy=str(report.get("strategy", "")),
        threshold=report.get("threshold"),
        evaluation=records_of(session, compilation_id=compilation_id),
        curve=tuple(
            CurvePoint(threshold, answered, refused)
            for threshold, answered, _wrong, refused in orjson.loads(values.get(CURVE) or "[]")
        ),
        origins=origins_of(_json(values.get(MANIFEST_SUMMARY))),
        activation_note=compilation.activation_note,
        base_model=compilation.base_model,
        judge=read_summary(values.get(EVALUATION_SUMMARY)).judge,
        rubric=values.get(JUDGE_RUBRIC, ""),
    )


def origins_of(summary: Mapping[str, Any]) -> tuple[OriginCount, ...]:
    """How many rows came from where, in words."""
    if not summary:
        return ()
    found = [OriginCount("own", summary.get("own", 0))]
    found += [OriginCount(f"inherited from {name}", n) for name, n in summary.get("inherited", {}).items()]
    found += [OriginCount(f"aggregated from {name}", n) for name, n in summary.get("aggregated", {}).items()]
    found += [
        OriginCount(label, summary.get(key, 0))
        for label, key in (
            ("in conflict, refused", "conflicted"),
            ("overridden, not used", "overridden"),
            ("validation rows", "validation"),
        )
    ]
    return tuple(found)


def _line(row: Compilation, user: str, active: UUID | None, values: Mapping[str, str]) -> CompilationLine:
    rows, evaluation = _json(values.get(MANIFEST_SUMMARY)), read_summary(values.get(EVALUATION_SUMMARY))
    return CompilationLine(
        id=CompilationId(row.id),
        number=row.number,
        target=row.target,
        status=row.status,
        is_successful=row.is_successful,
        is_active=row.id == active,
        start_time_utc=row.start_time_utc,
        completion_time_utc=row.completion_time_utc,
        user=user,
        row_count=rows.get("rows"),
        score=evaluation.right / evaluation.total if evaluation.total else None,
        error_message=row.error_message,
        is_held_back=bool(row.activation_note),
    )


def _compilation(session: Session, compilation_id: CompilationId) -> Compilation:
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    return compilation


def _values(session: Session, ids: Sequence[CompilationId], keys: Sequence[str]) -> dict[CompilationId, dict[str, str]]:
    found: dict[CompilationId, dict[str, str]] = {}
    for id_, key, value in session.execute(
        select(CompilationAsset.compilation_id, CompilationAsset.asset_key, CompilationAsset.value).where(
            CompilationAsset.compilation_id.in_(ids), CompilationAsset.asset_key.in_(keys)
        )
    ):
        found.setdefault(CompilationId(id_), {})[key] = value or ""
    return found


def _json(text: str | None) -> dict[str, Any]:
    value = orjson.loads(text) if text else {}
    return value if isinstance(value, dict) else {}
