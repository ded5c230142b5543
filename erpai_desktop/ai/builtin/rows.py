"""The table of rows of an index: sorted by answer and question, so that it does not depend on input order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import xxhash

from erpai_desktop.ai.builtin.entry import KnowledgeEntry
from erpai_desktop.ai.builtin.quantize import Any_
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.questions import answer_key, question_key

KINDS = (RowKind.QA, RowKind.CONVERSATION)


_xxh3 = xxhash.xxh3_64_intdigest


def text_hash(text: str) -> int:
    """XXH3-64 of a text; lone surrogates count as question marks."""
    return _xxh3(text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in one UTF-8 block: text i is bytes starts[i] to starts[i + 1]."""

    starts: Any_
    block: Any_

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """Pack texts; lone surrogates become question marks."""
        parts = [text.encode("utf-8", "replace") for text in texts]
        starts = np.concatenate(([0], np.cumsum([len(part) for part in parts], dtype=np.int64)))
        return cls(starts.astype(np.int64), np.frombuffer(b"".join(parts), np.uint8))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, i: int) -> str:
        return bytes(self.block[self.starts[i] : self.starts[i + 1]]).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows of an index; arrays have one item a row unless said otherwise.

    hashes, keys: XXH3-64 of the question and of its question_key. signatures: of question, answer and id together:
    rows of two indexes with one signature are the same row. answers: number of the row's answer, ascending;
    answer_starts: first row of each answer, and the number of rows at the end. spoken: number of the answer's text
    as it was written (two texts that differ in spaces alone are one answer). ids: (rows, 16) bytes of the UUID.
    sections, models: numbers into the tables of names.
    """

    hashes: Any_
    keys: Any_
    signatures: Any_
    answers: Any_
    answer_starts: Any_
    spoken: Any_
    ids: Any_
    kinds: Any_
    conflicted: Any_
    sections: Any_
    models: Any_
    section_names: tuple[str, ...]
    model_names: tuple[tuple[str, str], ...]
    questions: Texts
    answer_texts: Texts

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def answer_count(self) -> int:
        """How many different answers there are."""
        return len(self.answer_starts) - 1

    def row_id(self, row: int) -> UUID:
        """The curated row's id."""
        return UUID(bytes=bytes(self.ids[row]))


def tabulate(entries: Sequence[KnowledgeEntry], previous: RowTable | None = None) -> RowTable:
    """Sort and number the entries; keys of questions that `previous` has are taken from there."""
    count = len(entries)
    question_hash = np.array([_xxh3(e.question.encode("utf-8", "replace")) for e in entries], np.uint64)
    answer_ids: dict[str, int] = {}
    spoken_of = np.array([answer_ids.setdefault(e.answer, len(answer_ids)) for e in entries], np.int64)
    spoken_texts = list(answer_ids)
    spoken_hash, key_hash = _answer_hashes(spoken_texts)
    ids = np.frombuffer(b"".join([e.row_id.bytes for e in entries]), ">u8").reshape(count, 2).astype(np.uint64)
    answer_hash, said = key_hash[spoken_of], spoken_hash[spoken_of]
    order = np.lexsort((said, ids[:, 1], ids[:, 0], question_hash, answer_hash))
    rows = [entries[i] for i in order.tolist()]
    ordered = answer_hash[order]
    starts = np.flatnonzero(np.concatenate((np.ones(min(count, 1), bool), ordered[1:] != ordered[:-1])))
    answer_starts = np.concatenate((starts, [count])).astype(np.int64)
    spoken_order = np.argsort(spoken_hash, kind="stable")
    place = np.empty(len(spoken_texts), np.int64)
    place[spoken_order] = np.arange(len(spoken_texts))
    section_number = {name: i for i, name in enumerate(sorted({e.section for e in rows}))}
    models = sorted({(e.model_id, e.model_name) for e in rows})
    model_number = {pair: i for i, pair in enumerate(models)}
    return RowTable(
        hashes=question_hash[order],
        keys=_keys(rows, question_hash[order], previous),
        signatures=_mixed(question_hash, answer_hash, ids[:, 0], ids[:, 1])[order],
        answers=np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(answer_starts)),
        answer_starts=answer_starts,
        spoken=place[spoken_of[order]].astype(np.int32),
        ids=ids[order].astype(">u8").view(np.uint8).reshape(count, 16),
        kinds=np.array([e.kind == RowKind.CONVERSATION for e in rows], np.uint8),
        conflicted=np.array([e.conflicted for e in rows], np.uint8),
        sections=np.array([section_number[e.section] for e in rows], np.int32),
        models=np.array([model_number[e.model_id, e.model_name] for e in rows], np.int32),
        section_names=tuple(section_number),
        model_names=tuple((str(model_id), name) for model_id, name in models),
        questions=Texts.of([e.question for e in rows]),
        answer_texts=Texts.of([spoken_texts[i] for i in spoken_order]),
    )


def _answer_hashes(texts: Sequence[str]) -> tuple[Any_, Any_]:
    """Hashes of answers as written, and of their answer_key."""
    written = [_xxh3(text.encode("utf-8", "replace")) for text in texts]
    keys = [
        hashed if (key := answer_key(text)) == text else text_hash(key)
        for text, hashed in zip(texts, written, strict=True)
    ]
    return np.array(written, np.uint64), np.array(keys, np.uint64)


def _keys(rows: Sequence[KnowledgeEntry], hashes: Any_, previous: RowTable | None) -> Any_:
    """Hashes of the rows' question_key."""
    keys = np.zeros(len(rows), np.uint64)
    fresh = np.arange(len(rows))
    if previous is not None and len(previous):
        order = np.argsort(previous.hashes, kind="stable")
        place = order[np.minimum(np.searchsorted(previous.hashes, hashes, sorter=order), len(order) - 1)]
        keys = previous.keys[place]
        fresh = np.flatnonzero(previous.hashes[place] != hashes)
    keys[fresh] = np.array([text_hash(question_key(rows[i].question)) for i in fresh.tolist()], np.uint64)
    return keys


def _mixed(*parts: Any_) -> Any_:
    total = np.zeros(len(parts[0]), np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            total = (total ^ part) * np.uint64(0x9E3779B97F4A7C15)
            total ^= total >> np.uint64(29)
    return total
