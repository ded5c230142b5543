"""What the killed process was doing. Each acknowledges to its parent what it has been told is done."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import Origin, ParticipantRole, QaType, Target
from erpai_desktop.models.ids import CompilationId, ModelId, QaId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services import compilations, conversations, qa_transfer, qas, tree, users, workspace
from erpai_desktop.storage import blobs, schema
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database

Acknowledge = Callable[[str, Any], None]

ROWS = 12
IMPORTED = 2_500
BLOB = bytes(range(256)) * 4096 * 3 + b"end"
LATER_VERSIONS = Path("versions")


def make_template(path: Path) -> None:
    """A workspace with one model, a few Q&As and an active version v1."""
    database = workspace.create(WorkspaceLocation(path=path), name="Crash")
    users.enter(database, login="tester")
    model_id = ModelId(database.write(tree.add_model, names={"en": "Only"}).new(Entity.MODEL))
    for number in range(ROWS):
        database.write(qas.add_qa, model_id=model_id, section="S0", question=f"Question {number}?", answer="answer 0")
    _build(database, model_id, b"first")
    database.close()


def save(path: Path, acknowledge: Acknowledge) -> None:
    """Edits of one row, of all rows at once, new rows, conversations."""
    database, model_id = _open(path)
    ids = _ids(database)
    for number in range(1, 5):
        database.write(qas.update_qa, qa_id=ids[number], object_version=None, answer=f"edited {number} walrus")
        acknowledge("edit", number)
        database.write(qas.set_section, qa_ids=ids, section=f"S{number}")
        acknowledge("section", number)
        database.write(qas.add_qa, model_id=model_id, section=f"S{number}", question=f"Added {number}?", answer="A.")
        ids = _ids(database)
        acknowledge("add", number)
        database.write(
            conversations.add_conversation,
            model_id=model_id,
            origin=Origin.USER_ENTERED,
            messages=[
                MessageDraft(ParticipantRole.USER, f"Talk {number}?"),
                MessageDraft(ParticipantRole.ASSISTANT, "Yes."),
            ],
        )
        acknowledge("talk", number)
    database.close()


def import_(path: Path, acknowledge: Acknowledge) -> None:
    """One large import."""
    database, model_id = _open(path)
    rows = [NewQa(f"Imported {n}?", f"Answer {n} pelican", "Imported", QaType.TRAINING, False) for n in range(IMPORTED)]
    database.write(qa_transfer.import_qas, model_id=model_id, rows=rows, file="crash.csv")
    acknowledge("import", IMPORTED)
    database.close()


def migrate(path: Path, acknowledge: Acknowledge) -> None:
    """Open with a program that is one revision younger."""
    schema.VERSIONS.append(path.parent / LATER_VERSIONS)
    schema.HEAD = "0004"
    open_database(WorkspaceLocation(path=path)).close()
    acknowledge("migrate", 1)


def blob(path: Path, acknowledge: Acknowledge) -> None:
    """Store a file of several parts."""
    database, _ = _open(path)
    source = path.with_suffix(".source")
    source.write_bytes(BLOB)
    acknowledge("blob", blobs.store_blob(database, source))
    database.close()


def compile_(path: Path, acknowledge: Acknowledge) -> None:
    """Build v2 and activate it."""
    database, model_id = _open(path)
    acknowledge("compile", str(_build(database, model_id, BLOB)))
    database.close()


def create(path: Path, acknowledge: Acknowledge) -> None:
    """Make the sample company's workspace."""
    workspace.create_sample(WorkspaceLocation(path=path.with_name("made-" + path.name))).close()
    acknowledge("create", 1)


ALL: dict[str, tuple[Callable[[Path, Acknowledge], None], int]] = {
    "save": (save, 24),
    "import": (import_, 12),
    "migrate": (migrate, 10),
    "blob": (blob, 6),
    "compile": (compile_, 10),
    "create": (create, 6),
}
"""Each scenario and at how many points it is killed."""


def _open(path: Path) -> tuple[Database, ModelId]:
    database = open_database(WorkspaceLocation(path=path))
    users.enter(database, login="tester")
    model_id = database.read(lambda session: session.scalars(select(Model.id)).one())
    return database, ModelId(model_id)


def _ids(database: Database) -> list[QaId]:
    return database.read(
        lambda session: [QaId(one) for one in session.scalars(select(ModelQA.id).order_by(ModelQA.seq))]
    )


def _build(database: Database, model_id: ModelId, content: bytes) -> CompilationId:
    compilation_id = CompilationId(new_id())
    database.write(
        compilations.begin,
        compilation_id=compilation_id,
        model_id=model_id,
        target=Target.BUILT_IN,
        engine_version="test",
    )
    assert database.location.path is not None
    source = database.location.path.with_suffix(".index")
    source.write_bytes(content)
    sha256 = blobs.store_blob(database, source)
    database.write(
        compilations.complete,
        compilation_id=compilation_id,
        input_hash="0",
        knowledge_revision=0,
        compiled_model_name="test",
        build_log="",
        values={"manifest_summary": "{}", "settings": "{}"},
        blobs={"index": sha256},
    )
    return compilation_id


def acknowledging(descriptor: int, before: Callable[[], None]) -> Acknowledge:
    """Writes acknowledgements to a pipe or file, one JSON array a line; `before` each is a point to be killed at."""

    def acknowledge(kind: str, value: Any) -> None:
        before()
        os.write(descriptor, json.dumps([kind, value]).encode() + b"\n")

    return acknowledge
