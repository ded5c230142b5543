"""The table of rows after some edits, made from the one before: to the last byte what `tabulate` makes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from erpai_desktop.ai.builtin.entry import KnowledgeEntry
from erpai_desktop.ai.builtin.quantize import Any_, Ints
from erpai_desktop.ai.builtin.rows import RowTable, Texts, tabulate, text_hash
from erpai_desktop.models.questions import answer_key

Name = TypeVar("Name", str, tuple[UUID, str])


@dataclass(frozen=True, slots=True)
class Edits:
    """What differs from the rows of an earlier index.

    gone: `text_hash` of the question keys of which every row goes. came: the rows that they have now; none of
    another key. names: the present name of each model that has rows.
    """

    gone: Any_
    came: Sequence[KnowledgeEntry]
    names: Mapping[UUID, str]


def edited(table: RowTable, edits: Edits) -> RowTable:
    """The table of the rows that are left and those that came."""
    keep = ~np.isin(table.keys, edits.gone)
    new = tabulate(edits.came)
    places, labels = _places(table, new)
    # Of a place among all earlier rows, the place among those that are left.
    at = np.concatenate(([0], np.cumsum(keep)))[places]

    def joined(name: str) -> Any_:
        return np.insert(getattr(table, name)[keep], at, getattr(new, name), axis=0)

    label = np.insert(table.answers[keep].astype(np.int64), at, labels)
    count = len(label)
    starts = np.flatnonzero(np.concatenate((np.ones(min(count, 1), bool), label[1:] != label[:-1])))
    answer_starts = np.concatenate((starts, [count])).astype(np.int64)
    answer_texts, spoken = _spoken(table, new, keep, at)
    section_names, sections = _named(table.section_names, table.sections[keep], new.section_names, new.sections, at)
    old_models = [(UUID(id_), edits.names.get(UUID(id_), name)) for id_, name in table.model_names]
    new_models = [(UUID(id_), name) for id_, name in new.model_names]
    model_names, models = _named(old_models, table.models[keep], new_models, new.models, at)
    return RowTable(
        hashes=joined("hashes"),
        keys=joined("keys"),
        signatures=joined("signatures"),
        answers=np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(answer_starts)),
        answer_starts=answer_starts,
        spoken=spoken,
        ids=joined("ids"),
        kinds=joined("kinds"),
        conflicted=joined("conflicted"),
        sections=sections,
        models=models,
        section_names=section_names,
        model_names=tuple((str(id_), name) for id_, name in model_names),
        questions=_texts(table.questions, keep, at, new.questions),
        answer_texts=answer_texts,
    )


def _places(table: RowTable, new: RowTable) -> tuple[Ints, Ints]:
    """For each new row the earlier row that it stands before, and a number for its answer.

    That is the earlier table's where it has the answer, and else one of its own.
    """
    places, labels = np.zeros(len(new), np.int64), np.zeros(len(new), np.int64)
    new_ids, ids = new.ids.view(">u8"), table.ids.view(">u8")

    def old_hash(answer: int) -> int:
        return _key_hash(table, int(table.answer_starts[answer]))

    for row in range(len(new)):
        mine = _key_hash(new, row)
        answer = _bisect(table.answer_count, old_hash, mine)
        has = answer < table.answer_count and old_hash(answer) == mine
        labels[row] = answer if has else table.answer_count + int(new.answers[row])
        start = int(table.answer_starts[answer])
        end = int(table.answer_starts[answer + 1]) if has else start

        def standing(i: int, start: int = start) -> tuple[int, bytes]:
            return int(table.hashes[start + i]), ids[start + i].tobytes()

        places[row] = start + _bisect(end - start, standing, (int(new.hashes[row]), new_ids[row].tobytes()))
    return places, labels


def _key_hash(table: RowTable, row: int) -> int:
    return text_hash(answer_key(table.answer_texts[int(table.spoken[row])]))


def _bisect(count: int, value: Callable[[int], Any], wanted: Any) -> int:
    return bisect_left(range(count), wanted, key=value)


def _spoken(table: RowTable, new: RowTable, keep: Any_, at: Ints) -> tuple[Texts, Any_]:
    """The texts of answers, by their hashes, and each row's."""
    old_texts, new_texts = table.answer_texts, new.answer_texts
    used = np.zeros(len(old_texts), bool)
    used[table.spoken[keep]] = True

    def old_hash(i: int) -> int:
        return text_hash(old_texts[i])

    places = np.zeros(len(new_texts), np.int64)
    same = np.zeros(len(new_texts), bool)
    for i in range(len(new_texts)):
        mine = text_hash(new_texts[i])
        places[i] = _bisect(len(old_texts), old_hash, mine)
        same[i] = places[i] < len(old_texts) and old_hash(int(places[i])) == mine
    used[places[same]] = True
    # Where each earlier text and each new one stands afterwards.
    before = np.concatenate(([0], np.cumsum(used)))
    fresh = np.flatnonzero(~same)
    into = before[places[fresh]]
    old_number = before[:-1] + np.searchsorted(into, before[:-1], "right")
    new_number = np.zeros(len(new_texts), np.int64)
    new_number[fresh] = into + np.arange(len(fresh))
    new_number[same] = old_number[places[same]]
    texts = _texts(old_texts, used, into, Texts.of([new_texts[int(i)] for i in fresh]))
    return texts, np.insert(old_number[table.spoken[keep]], at, new_number[new.spoken]).astype(np.int32)


def _named(
    old_names: Sequence[Name], old: Any_, new_names: Sequence[Name], new: Any_, at: Ints
) -> tuple[tuple[Name, ...], Any_]:
    """The names in use, sorted, and each row's number among them."""
    used = np.unique(old)
    names = sorted({old_names[int(i)] for i in used} | set(new_names))
    number = {name: i for i, name in enumerate(names)}
    renumber = np.zeros(len(old_names), np.int32)
    renumber[used] = [number[old_names[int(i)]] for i in used]
    fresh = np.array([number[name] for name in new_names], np.int32)
    return tuple(names), np.insert(renumber[old], at, fresh[new])


def _texts(old: Texts, keep: Any_, at: Ints, new: Texts) -> Texts:
    """The texts that are kept, with new ones before some of them: whole runs are copied at once."""
    lengths = np.insert(np.diff(old.starts)[keep], at, np.diff(new.starts))
    kept = np.flatnonzero(keep)
    # Of a place among those kept, the place among all.
    cuts = np.concatenate((kept, [len(old)]))[at] if len(at) else np.zeros(0, np.int64)
    gone = np.flatnonzero(~keep)
    pieces: list[Any_] = []
    begin = 0
    waiting = 0
    for stop, skip in sorted([(int(cut), 0) for cut in cuts] + [(int(row), 1) for row in gone]):
        pieces.append(old.block[old.starts[begin] : old.starts[max(stop, begin)]])
        begin = max(stop, begin)
        if skip:
            begin = stop + 1
        else:
            pieces.append(new.block[new.starts[waiting] : new.starts[waiting + 1]])
            waiting += 1
    pieces.append(old.block[old.starts[begin] :])
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)
    return Texts(starts, np.concatenate(pieces))
