"""Q&As as the table and the editor show them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId


class QaSort(enum.StrEnum):
    """What the table may be sorted by; ties break by creation."""

    CREATED = "created"
    SECTION = "section"
    QUESTION = "question"
    ANSWER = "answer"
    TYPE = "type"
    ACTIVE = "active"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class QaFilter:
    """Which Q&As of a model. `text` is full text, every word a prefix; empty means all."""

    model_id: ModelId
    text: str = ""
    section: str | None = None
    qa_type: QaType | None = None
    is_active: bool | None = None
    sort: QaSort = QaSort.CREATED
    descending: bool = False


@dataclass(frozen=True, slots=True)
class QaLine:
    """One row of the table; question and answer cut to 200 characters. `number` is what the database counts it by."""

    id: QaId
    object_version: int
    section: str
    question: str
    answer: str
    qa_type: QaType
    is_active: bool
    expects_refusal: bool
    number: int


@dataclass(frozen=True, slots=True)
class SectionCount:
    """A section and how many live Q&As it holds."""

    section: str
    count: int


@dataclass(frozen=True, slots=True)
class QaDetails:
    """The whole row for the editor beside the table. `versions` counts its changes in the history."""

    id: QaId
    object_version: int
    model_id: ModelId
    section: str
    question: str
    answer: str
    expects_refusal: bool
    required_terms: tuple[str, ...]
    forbidden_terms: tuple[str, ...]
    qa_type: QaType
    is_active: bool
    added_by: str
    creation_time_utc: datetime
    deactivation_time_utc: datetime | None
    notes: str
    versions: int
    duplicates: int
    """How many other live rows of the model ask the same question (`question_key`)."""


@dataclass(frozen=True, slots=True)
class QaVersion:
    """One entry of a row's history."""

    time_utc: datetime
    user: str
    label: str
    before: tuple[tuple[str, object], ...]
    after: tuple[tuple[str, object], ...]
