"""Whole services on either database: what storage promises holds for both."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from erpai_desktop.changes import Entity
from erpai_desktop.errors import UserError
from erpai_desktop.models.entities import Change, Model
from erpai_desktop.models.ids import ActionId, ModelId
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import bin as bin_
from erpai_desktop.services import history, qa_transfer, qas, tree, users, workspace
from erpai_desktop.services.bin_purge import KEPT
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.queries import qas as queries


def test_the_sample_company(location: WorkspaceLocation) -> None:
    database = workspace.create_sample(location)
    actor = users.enter(database, login="me")
    assert workspace.check(database) == ()
    info = database.read(users.workspace_info, actor=actor, location=location)
    assert (info.name, info.models, info.is_sample) == ("Vitosha Outdoor", 9, True)
    database.close()


def test_import_undo_redo_bin_and_export(database: Database, tmp_path: Path) -> None:
    model_id = ModelId(database.write(tree.add_model, names={"en": "Model"}).new(Entity.MODEL))
    source = tmp_path / "qas.csv"
    source.write_text(
        "question,answer,section,type\nКой?,Ние.,Хора,training\n=1?,\\N\ttab,S,validation\nX?,,S,refuse\n"
    )
    rows = qa_transfer.usable_rows(qa_transfer.parse_csv(source))
    changes = database.write(qa_transfer.import_qas, model_id=model_id, rows=rows, file="qas.csv")
    assert len(database.read(queries.select_numbers, QaFilter(model_id))) == 3
    undone = database.write(history.undo, action_id=ActionId(changes.action_id or model_id))
    assert len(database.read(queries.select_numbers, QaFilter(model_id))) == 0
    assert len(database.read(bin_.bin_contents)) == 3
    database.write(history.undo, action_id=ActionId(undone.action_id or model_id))
    assert database.read(qa_transfer.export_qas, model_id=model_id, path=tmp_path / "out.csv") == 3
    assert qa_transfer.parse_csv(tmp_path / "out.csv").rows == rows
    (line, *_) = database.read(queries.select_first, QaFilter(model_id), 256)
    database.write(qas.delete_qas, qa_ids=[line.id])
    database.write(lambda work: bin_.purge_expired(work, now=work.now + 2 * KEPT))
    assert database.read(bin_.bin_contents) == ()
    assert workspace.check(database) == ()
    actor = database.actor
    assert actor is not None
    labels = [action.label for action in database.read(history.recent_actions, user_id=actor.user_id)]
    assert labels[0] == "Delete 1 Q&A"


def test_one_default_model_is_the_databases_own_rule(database: Database) -> None:
    first = ModelId(database.write(tree.add_model, names={"en": "First"}).new(Entity.MODEL))
    second = ModelId(database.write(tree.add_model, names={"en": "Second"}).new(Entity.MODEL))
    for model_id in (first, second, first):
        database.write(tree.set_default, model_id=model_id)
    with pytest.raises(Exception, match="is_default"):
        database.write(lambda work: setattr(work.session.get_one(Model, second), "is_default", True))
    assert database.read(lambda session: session.scalar(select(func.count()).where(Model.is_default))) == 1


def test_revisions_rise_and_reads_see_one_moment(database: Database) -> None:
    database.write(tree.add_model, names={"en": "First"})
    with database.reading() as session:
        before = session.scalar(select(func.max(Change.seq)))
        database.write(tree.add_model, names={"en": "Second"})
        assert session.scalar(select(func.max(Change.seq))) == before
    after = database.read(lambda session: session.scalar(select(func.max(Change.seq))))
    assert after is not None and before is not None and after > before


def test_a_read_cannot_write(database: Database) -> None:
    def write(session: object) -> None:
        session.execute(Model.__table__.update().values(notes="x"))  # type: ignore[attr-defined]

    with pytest.raises(Exception, match="read"):
        database.read(write)


def test_a_workspace_on_a_server_is_backed_up_there(database: Database, tmp_path: Path) -> None:
    if database.location.is_file:
        assert workspace.backup(database, tmp_path / "copy.erpai").exists()
    else:
        with pytest.raises(UserError) as caught:
            workspace.backup(database, tmp_path / "copy.erpai")
        assert "pg_dump" in caught.value.advice
