"""The rows an answer rests on, as the JSON in which a chat keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from erpai_desktop.ai.answerer import Nearest, Source
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.chats import NearestQuestion, SourceLink
from erpai_desktop.services.checks import storable


def packed_sources(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Sources for storage; they keep the names of that moment, whatever becomes of the rows."""
    return [
        {
            "row_id": str(source.row_id),
            "kind": source.kind.value,
            "model_id": str(source.model_id),
            "model_name": source.model_name,
            "section": source.section,
            "question": storable(source.question),
        }
        for source in sources
    ]


def packed_nearest(nearest: Iterable[Nearest]) -> list[dict[str, Any]]:
    """Runners-up for storage."""
    return [
        {
            "row_id": str(near.row_id),
            "kind": near.kind.value,
            "question": storable(near.question),
            "answer": storable(near.answer),
            "score": near.score,
        }
        for near in nearest
    ]


def source_links(rows: Iterable[Mapping[str, Any]]) -> tuple[SourceLink, ...]:
    """What `packed_sources` stored."""
    return tuple(
        SourceLink(
            row_id=UUID(row["row_id"]),
            kind=RowKind(row["kind"]),
            model_id=ModelId(UUID(row["model_id"])),
            model_name=row["model_name"],
            section=row["section"],
            question=row["question"],
        )
        for row in rows
    )


def nearest_questions(rows: Iterable[Mapping[str, Any]]) -> tuple[NearestQuestion, ...]:
    """What `packed_nearest` stored."""
    return tuple(
        NearestQuestion(
            row_id=UUID(row["row_id"]),
            kind=RowKind(row["kind"]),
            question=row["question"],
            answer=row["answer"],
            score=row["score"],
        )
        for row in rows
    )
