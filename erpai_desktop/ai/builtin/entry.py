"""What a compilation teaches and tests with. Light: imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from erpai_desktop.models.enums import RowKind


@dataclass(frozen=True, slots=True)
class KnowledgeEntry:
    """One resolved training row: a Q&A, or one user-to-assistant turn of a training conversation.

    `conflicted` rows are curated questions whose answers differ: the engine refuses them and still offers them
    as nearest.
    """

    row_id: UUID
    kind: RowKind
    question: str
    answer: str
    section: str
    model_id: UUID
    model_name: str
    conflicted: bool = False


@dataclass(frozen=True, slots=True)
class ValidationQuestion:
    """A question that only tests: its right answer, or that the right answer is a refusal."""

    row_id: UUID
    question: str
    answer: str
    expects_refusal: bool
