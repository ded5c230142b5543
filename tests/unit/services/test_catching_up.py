"""Catching up with the history gives what reading everything gives, whatever was done, and else reads everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from erpai_desktop.ai.builtin.entry import KnowledgeEntry
from erpai_desktop.ai.builtin.row_edits import Edits, edited
from erpai_desktop.ai.builtin.rows import RowTable, tabulate
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.changes import Entity
from erpai_desktop.errors import ErpAiError, UserError
from erpai_desktop.models.dataset import input_hash, manifest_json
from erpai_desktop.models.entities import (
    Change,
    ModelQA,
    TrainingConversation,
    TrainingConversationMessage,
)
from erpai_desktop.models.enums import ParticipantRole, QaType, ReviewState, Target
from erpai_desktop.models.findings import findings
from erpai_desktop.models.ids import ActionId, ModelId
from erpai_desktop.models.resolved import ResolvedRow
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services import bin as bin_service
from erpai_desktop.services import catching_up, conversations, history, ledger_file, qa_transfer, qas, tree
from erpai_desktop.services.catching_up import CaughtUp, Moment, catch_up, present_moment
from erpai_desktop.services.knowledge import Material, beside_rows, hash_of, read_material
from erpai_desktop.services.ledger import COLUMNS, Ledger
from erpai_desktop.services.ledger_file import read_ledger, write_ledger
from erpai_desktop.storage.database import Database
from tests.unit.ai.builtin.tables import assert_same_table
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

QUESTIONS = ("Where?", "where", "When?", "Who", "Как?", "How do I pay", "Why not", "...")
ANSWERS = ("Here.", "Here. ", "There.", "Never.", "Ask a.person@example.com", "Call +359 888 123 456", "Да.")
SECTIONS = ("General", "Sales", "IT")


class Kept:
    """What the last build left: its ledger, its index's table, the moment."""

    def __init__(self, database: Database, model_id: ModelId, folder: Path) -> None:
        self.database = database
        self.model_id = model_id
        self._file = folder / "ledger"
        self.read_whole()

    def whole(self) -> tuple[Material, Ledger, Moment]:
        def read(session: Any) -> tuple[Material, Ledger, Moment]:
            material = read_material(session, model_id=self.model_id)
            resolution, moment = material.knowledge.resolution, present_moment(session)
            assert moment is not None
            return material, Ledger.of(resolution, material.knowledge.nodes, material.tests), moment

        return self.database.read(read)

    def read_whole(self) -> None:
        material, self.ledger, self.moment = self.whole()
        self.table = self.table_of(material)

    def table_of(self, material: Material) -> RowTable:
        names = {id_: node.name for id_, node in material.knowledge.nodes.nodes.items()}
        return tabulate([_entry(row, names) for row in material.knowledge.resolution.rows])

    def catch_up(self) -> CaughtUp | None:
        # Through the file, as between two builds.
        assert write_ledger(self._file, self.ledger, moment=self.moment, index_sha256="0" * 64)
        kept = read_ledger(self._file, model_id=self.model_id, index_sha256="0" * 64)
        assert kept is not None
        return self.database.read(catch_up, ledger=kept[0], since=kept[1], table=self.table)

    def follow(self) -> bool:
        """Catch up and compare with reading everything; answers whether it could."""
        found = self.catch_up()
        if found is None:
            self.read_whole()
            return False
        material, ledger, moment = self.whole()
        knowledge = material.knowledge
        assert found.moment == moment
        _assert_same_ledger(found.ledger, ledger)
        resolution, nodes = knowledge.resolution, knowledge.nodes
        assert ledger.counts == resolution.counts and ledger.conflicts == resolution.conflicts
        assert found.ledger.counts == resolution.counts and found.ledger.conflicts == resolution.conflicts
        assert b"".join(map(bytes, found.ledger.manifest())) == manifest_json(resolution)
        assert findings(found.ledger.facts(), found.configured.nodes) == findings(resolution, nodes)
        for target in (Target.BUILT_IN, Target.GROUNDED):
            more = beside_rows(
                found.configured.configuration, found.configured.base_model, target=target, settings=EngineSettings()
            )
            assert input_hash(taught=found.ledger.records(), validation=found.ledger.validation, **more) == hash_of(
                knowledge, target=target, settings=EngineSettings()
            )
        names: dict[UUID, str] = {id_: node.name for id_, node in found.configured.nodes.nodes.items()}
        edits = Edits(found.gone, [_entry(row, names) for row in found.came], names)
        table = edited(self.table, edits)
        assert_same_table(table, self.table_of(material))
        self.ledger, self.table, self.moment = found.ledger, table, found.moment
        return True


def _entry(row: ResolvedRow, names: Mapping[Any, str]) -> KnowledgeEntry:
    return KnowledgeEntry(
        row.row_id,
        row.kind,
        row.question,
        row.answer,
        row.section,
        row.model_id,
        names[row.model_id],
        row.conflicted,
    )


def _assert_same_ledger(one: Ledger, other: Ledger) -> None:
    for field in fields(Ledger):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype and left.tobytes() == right.tobytes(), field.name
        else:
            assert left == right, field.name
    assert {len(getattr(one, name)) for name in COLUMNS} == {len(one)}


class Editor:
    """Does at random what people do."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company = company
        self.database = company.database
        self.chance = Random(seed)
        self.models = [company.company, company.marketing, company.social, company.sales]

    def edit(self) -> None:
        """One action; one that the program refuses is none."""
        common: list[Callable[[], object]] = [self._add, self._add, self._change, self._change, self._take_part]
        common += [self._switch, self._delete, self._restore, self._move, self._talk, self._review, self._undo]
        seldom: list[Callable[[], object]] = [self._import, self._rename, self._instruct, self._reparent]
        try:
            self.chance.choice(common if self.chance.random() < 0.93 else seldom)()
        except ErpAiError:
            return

    def _some(self, kind: type[Any], *where: Any) -> Any:
        ids = self.database.read(lambda session: sorted(session.scalars(select(kind.id).where(*where))))
        if not ids:
            raise UserError("There is none.")
        return self.chance.choice(ids)

    def _one(self) -> Any:
        return self._some(ModelQA, ModelQA.deleted_utc.is_(None))

    def _conversation(self) -> Any:
        return self._some(TrainingConversation, TrainingConversation.deleted_utc.is_(None))

    def _add(self) -> None:
        kind = self.chance.choice((QaType.TRAINING, QaType.TRAINING, QaType.TRAINING, QaType.VALIDATION))
        self.company.add_qa(
            self.chance.choice(self.models),
            self.chance.choice(QUESTIONS),
            self.chance.choice(ANSWERS),
            section=self.chance.choice(SECTIONS),
            qa_type=kind,
            is_active=self.chance.random() < 0.8,
            **({"required_terms": ["here"]} if kind is QaType.VALIDATION and self.chance.random() < 0.5 else {}),
        )

    def _change(self) -> None:
        what = self.chance.choice(
            (
                {"question": self.chance.choice(QUESTIONS)},
                {"answer": self.chance.choice(ANSWERS)},
                {"section": self.chance.choice(SECTIONS)},
                {"notes": str(self.chance.random())},
                {"qa_type": self.chance.choice(list(QaType))},
            )
        )
        self.database.write(qas.update_qa, qa_id=self._one(), object_version=None, **what)

    def _switch(self) -> None:
        self.database.write(qas.set_active, qa_ids=[self._one()], is_active=self.chance.random() < 0.5)

    def _delete(self) -> None:
        if self.chance.random() < 0.7:
            self.database.write(qas.delete_qas, qa_ids=[self._one()])
        else:
            self.database.write(conversations.delete_conversations, ids=[self._conversation()])

    def _restore(self) -> None:
        kinds = ((Entity.QA, ModelQA), (Entity.CONVERSATION, TrainingConversation))
        entity, kind = self.chance.choice(kinds)
        gone = self._some(kind, kind.deleted_utc.is_not(None))
        self.database.write(bin_service.restore, entity=entity, ids=[gone])

    def _move(self) -> None:
        self.database.write(qas.move_qas, qa_ids=[self._one()], model_id=self.chance.choice(self.models))

    def _talk(self) -> None:
        said = [(ParticipantRole.USER, QUESTIONS), (ParticipantRole.ASSISTANT, ANSWERS)]
        lines = [MessageDraft(role, self.chance.choice(texts)) for role, texts in said * self.chance.choice((1, 2))]
        if self.chance.random() < 0.4:
            lines += [MessageDraft(ParticipantRole.USER, "No, that is wrong."), lines[1]][: self.chance.choice((1, 2))]
        self.database.write(conversations.add_conversation, model_id=self.chance.choice(self.models), messages=lines)

    def _review(self) -> None:
        state = self.chance.choice(list(ReviewState))
        self.database.write(conversations.review, conversation_ids=[self._conversation()], review_state=state)

    def _take_part(self) -> None:
        message = self._some(TrainingConversationMessage, TrainingConversationMessage.deleted_utc.is_(None))
        how = self.chance.randrange(3)
        if how == 0:
            text = self.chance.choice((*QUESTIONS, *ANSWERS))
            self.database.write(conversations.update_message, message_id=message, object_version=None, contents=text)
        elif how == 1:
            self.database.write(conversations.move_message, message_id=message, to=1)
        else:
            self.database.write(conversations.delete_message, message_id=message)

    def _undo(self) -> None:
        last = self.database.read(lambda session: session.scalar(select(Change.action_id).order_by(Change.seq.desc())))
        assert last is not None
        self.database.write(history.undo, action_id=ActionId(last))

    def _import(self) -> None:
        rows = [
            NewQa(self.chance.choice(QUESTIONS), self.chance.choice(ANSWERS), "IT", QaType.TRAINING, False)
            for _ in range(3)
        ]
        self.database.write(qa_transfer.import_qas, model_id=self.chance.choice(self.models), rows=rows)

    def _rename(self) -> None:
        names = {"en": f"Model {self.chance.randrange(1000)}"}
        self.database.write(tree.rename_model, model_id=self.chance.choice(self.models), names=names)

    def _instruct(self) -> None:
        text = f"Be brief {self.chance.random()}."
        model_id = self.chance.choice(self.models)
        self.database.write(tree.update_model, model_id=model_id, object_version=None, system_message=text)

    def _reparent(self) -> None:
        under = self.chance.choice((None, *self.models))
        self.database.write(tree.move_model, model_id=self.chance.choice(self.models), parent_id=under)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_catching_up_is_reading_everything(company: Company, tmp_path: Path, seed: int) -> None:
    editor = Editor(company, seed)
    for _ in range(12):
        editor.edit()
    kept = Kept(company.database, company.marketing if seed % 3 else company.company, tmp_path)
    caught_up = 0
    for _ in range(25):
        for _ in range(editor.chance.choice((1, 1, 2, 6))):
            editor.edit()
        caught_up += kept.follow()
    assert caught_up >= 15, "only a changed tree is read anew"


@ON_BOTH_DATABASES
def test_an_import_and_what_is_taken_back_are_caught_up_with(company: Company, tmp_path: Path) -> None:
    company.add_qa(company.marketing, "Where?", "Here.")
    kept = Kept(company.database, company.social, tmp_path)
    rows = [
        NewQa("Where?", "There.", "IT", QaType.TRAINING, False),
        NewQa("When?", "Now.", "IT", QaType.TRAINING, False),
    ]
    for model_id in (company.marketing, company.sales):
        company.database.write(qa_transfer.import_qas, model_id=model_id, rows=rows)
        assert kept.follow()
    assert kept.ledger.counts.conflicted == 2
    imported = company.database.read(
        lambda session: session.scalar(select(Change.action_id).where(Change.batch.is_not(None)))
    )
    assert imported is not None
    company.database.write(history.undo, action_id=ActionId(imported))
    assert kept.follow()
    assert (kept.ledger.counts.conflicted, len(kept.ledger)) == (0, 1)


def test_everything_is_read_when_models_below_stand_otherwise(company: Company, tmp_path: Path) -> None:
    for model_id, answer in ((company.marketing, "Here."), (company.social, "There.")):
        company.add_qa(model_id, "Where?", answer)
    kept = Kept(company.database, company.company, tmp_path)
    assert kept.ledger.counts.conflicted == 0
    # As deep as before, but not beneath the row that won over its own.
    company.database.write(tree.move_model, model_id=company.social, parent_id=company.sales)
    assert not kept.follow()
    assert kept.ledger.counts.conflicted == 2


def test_everything_is_read_when_the_history_is_another_one(company: Company, tmp_path: Path) -> None:
    company.add_qa(company.marketing)
    kept = Kept(company.database, company.marketing, tmp_path)
    company.add_qa(company.marketing, "When?", "Now.")
    here = kept.moment
    # The same number, another action: a copy that went its own way.
    kept.moment = Moment(here.revision, company.database.read(present_moment).action_id)  # type: ignore[union-attr]
    assert kept.catch_up() is None
    kept.moment = here
    assert kept.catch_up() is not None


def test_everything_is_read_when_much_was_edited(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "_ALWAYS", 2)
    ids = [company.add_qa(company.marketing, f"Question {number}") for number in range(3)]
    kept = Kept(company.database, company.marketing, tmp_path)
    company.database.write(qas.set_section, qa_ids=ids[:2], section="Other")
    assert kept.follow()
    company.database.write(qas.set_section, qa_ids=ids, section="Another")
    assert not kept.follow()


def test_a_ledger_of_other_rows_than_the_index_is_not_believed(company: Company, tmp_path: Path) -> None:
    qa_id = company.add_qa(company.marketing, "Where?", "Here.")
    kept = Kept(company.database, company.marketing, tmp_path)
    right = kept.table
    kept.table = tabulate([_entry(row, {row.model_id: ""}) for row in [_other(kept)]])
    company.database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="There.")
    assert kept.catch_up() is None
    kept.table = right
    assert kept.catch_up() is not None


def _other(kept: Kept) -> ResolvedRow:
    (row,) = kept.whole()[0].knowledge.resolution.rows
    return row._replace(question="Something else?")


@pytest.mark.parametrize("damage", ["cut", "changed", "of another index", "of another model", "of another program"])
def test_a_file_that_does_not_fit_is_done_without(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    company.add_qa(company.marketing)
    kept = Kept(company.database, company.marketing, tmp_path)
    file = tmp_path / "ledger"
    write_ledger(file, kept.ledger, moment=kept.moment, index_sha256="1" * 64)
    model_id, index = company.marketing, "1" * 64
    assert read_ledger(file, model_id=model_id, index_sha256=index) is not None
    data = file.read_bytes()
    if damage == "cut":
        file.write_bytes(data[:-1])
    elif damage == "changed":
        file.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
    elif damage == "of another index":
        index = "2" * 64
    elif damage == "of another program":
        monkeypatch.setattr(ledger_file, "__version__", "0.0.1")
    else:
        model_id = company.sales
    assert read_ledger(file, model_id=model_id, index_sha256=index) is None
