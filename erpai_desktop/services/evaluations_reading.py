"""What there is to evaluate, and what evaluations have said."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import CorruptWorkspaceError, NotFoundError
from erpai_desktop.models.asset_keys import EVALUATION, EVALUATION_SUMMARY, JUDGE_RUBRIC
from erpai_desktop.models.entities import Compilation, CompilationAsset
from erpai_desktop.models.evaluation_record import EvaluationRecord, EvaluationSummary, read_records, read_summary
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.resolution import resolve
from erpai_desktop.models.resolved import ValidationRow
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.blobs import read_blob
from erpai_desktop.storage.queries.knowledge import validation_rows


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that is kept of one; empty where a version was never evaluated. `rubric` is what the judge marked by."""

    summary: EvaluationSummary
    records: tuple[EvaluationRecord, ...]
    rubric: str


def validation_of(session: Session, *, model_id: ModelId) -> tuple[ValidationRow, ...]:
    """The validation questions of a model as they are now. Raises NotFoundError."""
    nodes = hierarchy(session)
    if model_id not in nodes:
        raise NotFoundError("This model does not exist any more.")
    return resolve(nodes, model_id, validation_rows(session, nodes.lineage(model_id)), ()).validation


def evaluation_of(session: Session, *, compilation_id: CompilationId) -> Evaluation:
    """The evaluation of a version. Raises CorruptWorkspaceError."""
    found = {
        key: (value, sha256)
        for key, value, sha256 in session.execute(
            select(CompilationAsset.asset_key, CompilationAsset.value, CompilationAsset.blob_sha256).where(
                CompilationAsset.compilation_id == compilation_id,
                CompilationAsset.asset_key.in_((EVALUATION, EVALUATION_SUMMARY, JUDGE_RUBRIC)),
            )
        )
    }
    nothing: tuple[str | None, str | None] = (None, None)
    sha256 = found.get(EVALUATION, nothing)[1]
    return Evaluation(
        summary=read_summary(found.get(EVALUATION_SUMMARY, nothing)[0]),
        records=_records(session, compilation_id, sha256),
        rubric=found.get(JUDGE_RUBRIC, nothing)[0] or "",
    )


def records_of(session: Session, *, compilation_id: CompilationId) -> tuple[EvaluationRecord, ...]:
    """How a version answered each question; none where it was not asked, or its files were freed.

    Raises CorruptWorkspaceError.
    """
    sha256 = session.scalar(
        select(CompilationAsset.blob_sha256).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == EVALUATION
        )
    )
    return _records(session, compilation_id, sha256)


def summary_of(session: Session, *, compilation_id: CompilationId) -> EvaluationSummary:
    """How a version did, in figures."""
    value = session.scalar(
        select(CompilationAsset.value).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == EVALUATION_SUMMARY
        )
    )
    return read_summary(value)


def _records(session: Session, compilation_id: CompilationId, sha256: str | None) -> tuple[EvaluationRecord, ...]:
    if sha256 is None:
        return ()
    try:
        return read_records(read_blob(session, sha256))
    except NotFoundError:
        return ()
    except ValueError as error:
        number = session.get_one(Compilation, compilation_id).number
        raise CorruptWorkspaceError(f"The evaluation of v{number} is damaged.", advice="Evaluate it again.") from error
