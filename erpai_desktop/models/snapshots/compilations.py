"""Compilations as the pages before, during and after a build show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from erpai_desktop.models.enums import CompilationStatus, ProviderKind, RowKind, Target
from erpai_desktop.models.evaluation_record import EvaluationRecord
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId


@dataclass(frozen=True, slots=True)
class OriginCount:
    """How many rows come from where: label such as "own" or "inherited from Company Master"."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something to look at before a build. `blocks` says the question will be refused until a person decides."""

    kind: str
    blocks: bool
    message: str
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A row a finding speaks of, to open it."""

    id: UUID
    kind: RowKind
    model_id: ModelId
    model_name: str


@dataclass(frozen=True, slots=True)
class InstructionPart:
    """One model's own share of the instructions."""

    model_id: ModelId
    model_name: str
    text: str


@dataclass(frozen=True, slots=True)
class CompilePlan:
    """What a build would use. `unchanged_since` is the version whose input hash is the same, if any."""

    model_id: ModelId
    model_name: str
    target: Target
    targets: tuple[Target, ...]
    origins: tuple[OriginCount, ...]
    total: int
    overridden: int
    validation: int
    findings: tuple[FindingLine, ...]
    instructions: tuple[InstructionPart, ...]
    input_hash: str
    unchanged_since: int | None


@dataclass(frozen=True, slots=True)
class CompilationLine:
    """One version in the list. `score` is the share of validation questions that came out right.

    `is_held_back` says that it was built to its end and not activated by itself, because it did worse.
    """

    id: CompilationId
    number: int
    target: Target
    status: CompilationStatus
    is_successful: bool | None
    is_active: bool
    start_time_utc: datetime
    completion_time_utc: datetime | None
    user: str
    row_count: int | None
    score: float | None
    error_message: str
    is_held_back: bool = False


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At `threshold`: the share of known questions answered, and the share of unknown ones refused (None: no data)."""

    threshold: float
    answered: float
    refused_unknown: float | None


@dataclass(frozen=True, slots=True)
class CompilationDetails:
    """A version in full."""

    line: CompilationLine
    model_id: ModelId
    build_log: str
    input_hash: str
    engine_version: str
    compiled_model_name: str
    embedder: str
    strategy: str
    threshold: float | None
    evaluation: tuple[EvaluationRecord, ...]
    curve: tuple[CurvePoint, ...]
    origins: tuple[OriginCount, ...]
    activation_note: str = ""
    """Why it was not activated by itself, where that is not the model's own wish."""
    base_model: str = ""
    judge: str = ""
    """The model that marked its answers, empty where none did; `rubric` is what it marked by."""
    rubric: str = ""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A row that a version was made of."""

    row_id: UUID
    kind: RowKind
    model_name: str
    origin: str
    question: str
    shadows: int


@dataclass(frozen=True, slots=True)
class KnowledgeLine:
    """One resolved row of a model's knowledge page. `note` says what it shadows or why it is in conflict."""

    row_id: UUID
    kind: RowKind
    model_id: ModelId
    model_name: str
    section: str
    question: str
    answer: str
    origin: str
    conflicted: bool
    note: str


@dataclass(frozen=True, slots=True)
class VersionToAsk:
    """A version that can answer: its stored index, and for those that need one, its provider and that one's model.

    `provider_kind` is None where the provider is gone, or none is needed.
    """

    compilation_id: CompilationId
    number: int
    index_sha256: str
    model_id: ModelId
    target: Target
    instructions: str = ""
    provider_id: ProviderId | None = None
    provider_kind: ProviderKind | None = None
    base_model: str = ""


@dataclass(frozen=True, slots=True)
class InterruptedBuild:
    """A build whose program ended in the middle of it; the active version stayed as it was."""

    compilation_id: CompilationId
    model_id: ModelId
    model_name: str
    number: int
