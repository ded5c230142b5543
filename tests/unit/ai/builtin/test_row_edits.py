"""Edits of a table of rows: the same table that all rows give, array by array, whatever was edited."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from erpai_desktop.ai.builtin.build import build_index, rebuild_index
from erpai_desktop.ai.builtin.entry import KnowledgeEntry
from erpai_desktop.ai.builtin.index import read_index
from erpai_desktop.ai.builtin.row_edits import Edits, edited
from erpai_desktop.ai.builtin.rows import tabulate, text_hash
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.questions import question_key
from tests.unit.ai.builtin.curated import many
from tests.unit.ai.builtin.tables import assert_same_table

QUESTIONS = ("a", "A?", "b", "B ", "c", "где", "d e f", "", "long " * 30)
ANSWERS = ("x", "x ", " x", "y  z", "y z", "да", "long answer " * 20)
MODELS = [uuid.UUID(int=number) for number in (3, 1, 2)]


def _entry(chance: Random, names: dict[uuid.UUID, str]) -> KnowledgeEntry:
    model_id = chance.choice(MODELS)
    return KnowledgeEntry(
        row_id=uuid.UUID(int=chance.getrandbits(128)),
        kind=chance.choice((RowKind.QA, RowKind.CONVERSATION)),
        question=chance.choice(QUESTIONS),
        answer=chance.choice(ANSWERS) + chance.choice(("", "", str(chance.randrange(40)))),
        section=chance.choice("PQRS"),
        model_id=model_id,
        model_name=names[model_id],
        conflicted=chance.random() < 0.2,
    )


def _key(row: KnowledgeEntry) -> int:
    return text_hash(question_key(row.question))


@pytest.mark.parametrize("seed", range(40))
def test_edits_in_a_row_give_the_table_of_all_rows(seed: int) -> None:
    chance = Random(seed)
    names = dict.fromkeys(MODELS, "one")
    rows = [_entry(chance, names) for _ in range(chance.choice((0, 1, 5, 60)))]
    table = tabulate(rows)
    for _ in range(5):
        keys = {_key(row) for row in chance.sample(rows, min(len(rows), chance.randrange(4)))}
        names[chance.choice(MODELS)] = chance.choice(("one", "two"))
        came = [_entry(chance, names) for _ in range(chance.randrange(6))]
        keys |= {_key(row) for row in came}
        came += [row for row in rows if _key(row) in keys and chance.random() < 0.5]
        rows = [row for row in rows if _key(row) not in keys] + came
        rows = [replace(row, model_name=names[row.model_id]) for row in rows]
        came = [row for row in rows if _key(row) in keys]
        table = edited(table, Edits(np.array(sorted(keys), np.uint64), came, names))
        assert_same_table(table, tabulate(rows))


def test_a_rebuild_is_a_full_build_to_the_last_byte(tmp_path: Path) -> None:
    settings = EngineSettings(embedder="wordllama", sample_size=150)
    rows = many(5_200)
    build_index(rows, [], settings=settings, output=tmp_path / "before")
    came = [replace(row, answer=f"{row.answer} Mended.") for row in rows[100:110]]
    gone = {_key(row) for row in (*rows[100:110], *rows[300:303])}
    after = [row for row in rows if _key(row) not in gone] + came
    full = build_index(after, [], settings=settings, output=tmp_path / "full")
    index, container = read_index(tmp_path / "before")
    try:
        edits = Edits(np.array(sorted(gone), np.uint64), came, {})
        again = rebuild_index(edits, [], settings=settings, output=tmp_path / "again", previous=index)
    finally:
        container.close()
    assert again.sha256 == full.sha256
