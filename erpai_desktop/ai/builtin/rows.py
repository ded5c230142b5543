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


def text_hash(text: str) -> int:
    """XXH3-64 of a text; lone surrogates count as question marks."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))


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


def tabulate(entries: Sequence[KnowledgeEntry]) -> RowTable:
    """Sort and number the entries."""
    count = len(entries)
    question_hash = np.fromiter((text_hash(e.question) for e in entries), np.uint64, count)
    answer_ids: dict[str, int] = {}
    spoken_of = np.fromiter((answer_ids.setdefault(e.answer, len(answer_ids)) for e in entries), np.int64, count)
    spoken_texts = list(answer_ids)
    key_hash = np.fromiter((text_hash(answer_key(text)) for text in spoken_texts), np.uint64, len(spoken_texts))
    spoken_hash = np.fromiter((text_hash(text) for text in spoken_texts), np.uint64, len(spoken_texts))
    ids = np.frombuffer(b"".join(e.row_id.bytes for e in entries), ">u8").reshape(count, 2).astype(np.uint64)
    answer_hash = key_hash[spoken_of] if count else np.empty(0, np.uint64)
    said = spoken_hash[spoken_of] if count else np.empty(0, np.uint64)
    order = np.lexsort((said, ids[:, 1], ids[:, 0], question_hash, answer_hash))
    rows = [entries[i] for i in order]
    _, starts, answers = np.unique(answer_hash[order], return_index=True, return_inverse=True)
    spoken_order = np.lexsort((np.arange(len(spoken_texts)), spoken_hash))
    place = np.empty(len(spoken_texts), np.int64)
    place[spoken_order] = np.arange(len(spoken_texts))
    section_names = tuple(sorted({e.section for e in rows}))
    model_names = tuple(sorted({(str(e.model_id), e.model_name) for e in rows}))
    section_number = {name: i for i, name in enumerate(section_names)}
    model_number = {(UUID(model_id), name): i for i, (model_id, name) in enumerate(model_names)}
    return RowTable(
        hashes=question_hash[order],
        keys=np.fromiter((text_hash(question_key(e.question)) for e in rows), np.uint64, count),
        signatures=_mixed(question_hash, answer_hash, ids[:, 0], ids[:, 1])[order],
        answers=answers.astype(np.int32),
        answer_starts=np.concatenate((starts, [count])).astype(np.int64),
        spoken=place[spoken_of[order]].astype(np.int32) if count else np.empty(0, np.int32),
        ids=ids[order].astype(">u8").view(np.uint8).reshape(count, 16),
        kinds=np.fromiter((KINDS.index(e.kind) for e in rows), np.uint8, count),
        conflicted=np.fromiter((e.conflicted for e in rows), np.uint8, count),
        sections=np.fromiter((section_number[e.section] for e in rows), np.int32, count),
        models=np.fromiter((model_number[e.model_id, e.model_name] for e in rows), np.int32, count),
        section_names=section_names,
        model_names=model_names,
        questions=Texts.of([e.question for e in rows]),
        answer_texts=Texts.of([spoken_texts[i] for i in spoken_order]),
    )


def _mixed(*parts: Any_) -> Any_:
    total = np.zeros(len(parts[0]), np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            total = (total ^ part) * np.uint64(0x9E3779B97F4A7C15)
            total ^= total >> np.uint64(29)
    return total
