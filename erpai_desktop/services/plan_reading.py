"""What a build would use, and what a model knows: the same resolution that the build itself makes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.models.asset_keys import MANIFEST
from erpai_desktop.models.dataset import read_manifest
from erpai_desktop.models.entities import CompilationAsset, ModelQA
from erpai_desktop.models.enums import RowKind, Target
from erpai_desktop.models.findings import Finding, Severity, findings
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.resolved import OriginKind, ResolvedRow
from erpai_desktop.models.snapshots.compilations import (
    CompilePlan,
    FindingLine,
    FindingRow,
    InstructionPart,
    KnowledgeLine,
    ManifestRow,
    OriginCount,
)
from erpai_desktop.services.bulk import without_collecting
from erpai_desktop.services.knowledge import Knowledge, hash_of, read_knowledge
from erpai_desktop.services.known_builds import known_builds
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.blobs import read_blob

_ROWS_SHOWN = 50
"""Rows of one finding that can be opened; a person mends them a few at a time."""


@without_collecting
def plan(session: Session, *, model_id: ModelId, target: Target = Target.BUILT_IN, language: str = "en") -> CompilePlan:
    """What a build would use. Raises NotFoundError."""
    knowledge = read_knowledge(session, model_id=model_id, language=language)
    counts = knowledge.resolution.counts
    hash_ = hash_of(knowledge, target=target, settings=EngineSettings())
    known = known_builds(session, model_id=model_id, target=target)
    return CompilePlan(
        model_id=model_id,
        model_name=knowledge.name(model_id),
        target=target,
        targets=knowledge.configuration.available_targets,
        origins=_origins(knowledge),
        total=counts.total,
        overridden=counts.overridden,
        validation=counts.validation,
        findings=_finding_lines(knowledge),
        instructions=tuple(
            InstructionPart(part.origin, knowledge.name(part.origin), part.value)
            for part in knowledge.configuration.system_parts
            if part.origin is not None
        ),
        input_hash=hash_,
        unchanged_since=next((build.number for build in known if build.input_hash == hash_), None),
    )


@without_collecting
def findings_of(session: Session, *, model_id: ModelId, language: str = "en") -> tuple[FindingLine, ...]:
    """What is wrong with a model's knowledge, what blocks first. Raises NotFoundError."""
    return _finding_lines(read_knowledge(session, model_id=model_id, language=language))


@without_collecting
def knowledge_page(
    session: Session, *, model_id: ModelId, text: str = "", offset: int = 0, limit: int = 256, language: str = "en"
) -> tuple[tuple[KnowledgeLine, ...], int]:
    """Resolved rows whose question, answer or section holds `text`, and how many there are in all."""
    knowledge = read_knowledge(session, model_id=model_id, language=language)
    rows = knowledge.resolution.rows
    wanted = text.casefold().split()
    if wanted:
        rows = tuple(row for row in rows if _holds(row, wanted))
    return tuple(_knowledge_line(knowledge, row) for row in rows[offset : offset + limit]), len(rows)


def manifest(
    session: Session, *, compilation_id: CompilationId, offset: int = 0, limit: int = 256
) -> tuple[tuple[ManifestRow, ...], int]:
    """The rows a version was made of, and how many; a question is shown as it stands today."""
    sha256 = session.scalar(
        select(CompilationAsset.blob_sha256).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == MANIFEST
        )
    )
    if sha256 is None:
        return (), 0
    rows = read_manifest(read_blob(session, sha256))
    page = rows[offset : offset + limit]
    nodes = hierarchy(session)
    questions = _questions(session, [UUID(row.row_id) for row in page if row.kind == RowKind.QA])
    return (
        tuple(
            ManifestRow(
                row_id=UUID(row.row_id),
                kind=RowKind(row.kind),
                model_name=_name(nodes, row.model_id),
                origin=row.origin,
                question=questions.get(UUID(row.row_id), ""),
                shadows=len(row.shadows),
            )
            for row in page
        ),
        len(rows),
    )


def _questions(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    found = session.execute(select(ModelQA.id, ModelQA.question).where(ModelQA.id.in_(ids)))
    return {id_: question for id_, question in found}  # noqa: C416 - a Row is no pair to the type checker


def _name(nodes: Hierarchy, model_id: str) -> str:
    wanted = ModelId(UUID(model_id))
    return nodes.node(wanted).name if wanted in nodes else ""


def _origins(knowledge: Knowledge) -> tuple[OriginCount, ...]:
    counts = knowledge.resolution.counts
    return (
        OriginCount("own", counts.own),
        *(OriginCount(f"inherited from {knowledge.name(id_)}", n) for id_, n in counts.inherited.items()),
        *(OriginCount(f"aggregated from {knowledge.name(id_)}", n) for id_, n in counts.aggregated.items()),
    )


def _finding_lines(knowledge: Knowledge) -> tuple[FindingLine, ...]:
    resolution = knowledge.resolution
    kinds: dict[UUID, tuple[RowKind, ModelId]] = {row.row_id: (row.kind, row.model_id) for row in resolution.rows}
    kinds |= {row.row_id: (row.kind, row.model_id) for row in resolution.shadowed}
    kinds |= {row.row_id: (row.kind, row.model_id) for row in resolution.skipped}
    kinds |= {row.row_id: (RowKind.QA, row.model_id) for row in resolution.validation}

    def line(finding: Finding) -> FindingLine:
        rows = []
        for row_id in finding.row_ids[:_ROWS_SHOWN]:
            if row_id in kinds:
                kind, owner = kinds[row_id]
                rows.append(FindingRow(row_id, kind, owner, knowledge.name(owner)))
        return FindingLine(finding.kind.value, finding.severity is Severity.BLOCKS, finding.message, tuple(rows))

    return tuple(line(finding) for finding in findings(resolution, knowledge.nodes))


def _holds(row: ResolvedRow, wanted: list[str]) -> bool:
    whole = f"{row.section}\n{row.question}\n{row.answer}".casefold()
    return all(word in whole for word in wanted)


def _knowledge_line(knowledge: Knowledge, row: ResolvedRow) -> KnowledgeLine:
    name = knowledge.name(row.model_id)
    origin = {
        OriginKind.OWN: "own",
        OriginKind.INHERITED: f"inherited from {name}",
        OriginKind.AGGREGATED: f"aggregated from {name}",
    }[row.origin]
    return KnowledgeLine(
        row_id=row.row_id,
        kind=row.kind,
        model_id=row.model_id,
        model_name=name,
        section=row.section,
        question=row.question,
        answer=row.answer,
        origin=origin,
        conflicted=row.conflicted,
        note=_note(knowledge, row),
    )


def _note(knowledge: Knowledge, row: ResolvedRow) -> str:
    if row.conflicted:
        rivals = next(
            (c.rows for c in knowledge.resolution.conflicts if c.question_key == question_key(row.question)), ()
        )
        names = sorted({knowledge.name(rival.model_id) for rival in rivals if rival.row_id != row.row_id})
        return f"in conflict with {', '.join(names)}: refused until decided" if names else "in conflict"
    if row.shadows:
        names = sorted({f"{knowledge.name(shadow.model_id)} ({shadow.reason.value})" for shadow in row.shadows})
        return f"shadows {', '.join(names)}"
    return ""
