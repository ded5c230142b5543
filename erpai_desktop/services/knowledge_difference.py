"""What one version was made of that another was not: rows added, removed and changed, with what they said then."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import CorruptWorkspaceError, NotFoundError
from erpai_desktop.models.asset_keys import INSTRUCTIONS, MANIFEST
from erpai_desktop.models.dataset import ManifestRow, read_manifest, text_hash
from erpai_desktop.models.entities import Change, CompilationAsset, ModelQA
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE
from erpai_desktop.models.snapshots.comparison import KnowledgeDifference, RowDifference, RowText
from erpai_desktop.services.bulk import without_collecting
from erpai_desktop.services.live_rows import chunks
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.blobs import read_blob

SHOWN = 2_000
"""Rows told of one by one; more than a person reads. The counts are of all."""
_TEXTS = frozenset({"section", "question", "answer"})

_Key = tuple[str, int]


@without_collecting
def knowledge_difference(
    session: Session, *, left_id: CompilationId, right_id: CompilationId, language: str = FALLBACK_LANGUAGE
) -> KnowledgeDifference:
    """Compare two versions' manifests by content hash, and their instructions. Raises CorruptWorkspaceError."""
    left, right = _manifest(session, left_id), _manifest(session, right_id)
    of_left, of_right = left or {}, right or {}
    changed = [key for key, row in of_right.items() if key in of_left and of_left[key].content_hash != row.content_hash]
    added = [key for key in of_right if key not in of_left]
    removed = [key for key in of_left if key not in of_right]
    differing = [
        *(("changed", of_left[key], of_right[key]) for key in changed[:SHOWN]),
        *(("added", None, of_right[key]) for key in added[:SHOWN]),
        *(("removed", of_left[key], None) for key in removed[:SHOWN]),
    ][:SHOWN]
    texts = _texts(session, {UUID(row.row_id) for one in differing for row in one[1:] if row is not None})
    nodes = hierarchy(session, language=language)

    def difference(change: str, before: ManifestRow | None, after: ManifestRow | None) -> RowDifference:
        row = after or before
        assert row is not None
        model_id = ModelId(UUID(row.model_id))
        said = texts.get(UUID(row.row_id), {})
        return RowDifference(
            change=change,
            row_id=UUID(row.row_id),
            kind=RowKind(row.kind),
            turn=row.turn,
            model_name=nodes.node(model_id).name if model_id in nodes else "",
            before=said.get(before.content_hash) if before is not None else None,
            after=said.get(after.content_hash) if after is not None else None,
        )

    return KnowledgeDifference(
        added=len(added),
        removed=len(removed),
        changed=len(changed),
        unchanged=len(of_right) - len(added) - len(changed),
        rows=tuple(difference(*one) for one in differing),
        left_instructions=_instructions(session, left_id),
        right_instructions=_instructions(session, right_id),
        left_missing=left is None,
        right_missing=right is None,
    )


def _manifest(session: Session, compilation_id: CompilationId) -> dict[_Key, ManifestRow] | None:
    sha256 = session.scalar(
        select(CompilationAsset.blob_sha256).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == MANIFEST
        )
    )
    if sha256 is None:
        return None
    try:
        return {(row.row_id, row.turn): row for row in read_manifest(read_blob(session, sha256))}
    except NotFoundError:
        return None
    except ValueError as error:
        raise CorruptWorkspaceError("The manifest of a version is damaged.", advice="Compile again.") from error


def _instructions(session: Session, compilation_id: CompilationId) -> str:
    return (
        session.scalar(
            select(CompilationAsset.value).where(
                CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == INSTRUCTIONS
            )
        )
        or ""
    )


def _texts(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[str, RowText]]:
    """What each Q&A says now and has said, by content hash: its history is walked back change by change.

    A row that was taken away for good, and the turns of a conversation, have none.
    """
    said: dict[UUID, dict[str, RowText]] = {}
    current: dict[UUID, dict[str, str]] = {}
    for some in chunks(list(ids)):
        for id_, section, question, answer in session.execute(
            select(ModelQA.id, ModelQA.section, ModelQA.question, ModelQA.answer).where(ModelQA.id.in_(some))
        ):
            current[id_] = {"section": section, "question": question, "answer": answer}
            _note(said, id_, current[id_])
        for row_id, before in session.execute(
            select(Change.row_id, Change.before)
            .where(Change.row_id.in_(some), Change.entity == "model_qa", Change.before.is_not(None))
            .order_by(Change.seq.desc())
        ):
            texts = current.get(row_id) if row_id is not None else None
            earlier = {field: str(before[field]) for field in _TEXTS & before.keys()} if before else {}
            if row_id is not None and texts is not None and earlier:
                texts |= earlier
                _note(said, row_id, texts)
    return said


def _note(said: dict[UUID, dict[str, RowText]], row_id: UUID, texts: dict[str, str]) -> None:
    text = RowText(texts["section"], texts["question"], texts["answer"])
    said.setdefault(row_id, {})[text_hash(text.question, text.answer, text.section)] = text
