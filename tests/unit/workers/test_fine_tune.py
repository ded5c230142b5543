"""Compiling to fine-tune and to export as a whole: the child prepares, nothing is sent that must not be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.errors import BuildError, UserError
from erpai_desktop.models.asset_keys import DATASET, VALIDATION_DATASET
from erpai_desktop.models.chat_limits import likely_epochs, limits_of
from erpai_desktop.models.chat_validation import validate_chat
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model, ModelQA
from erpai_desktop.models.enums import ProviderKind, QaType, Target
from erpai_desktop.models.ids import CompilationId, ModelId, QaId
from erpai_desktop.services import compilations, qas, tree
from erpai_desktop.storage.blobs import read_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.targets import fine_tune
from tests.providers.server import ProviderServer
from tests.trained import BASE_MODEL, QUICK, Trainers, add_arbiter
from tests.unit.workers.conftest import DirectJob


class Stand:
    """An arbiter and the server that trains it."""

    def __init__(self, database: Database, server: ProviderServer, folder: Path) -> None:
        self.database = database
        self.server = server
        self.folder = folder
        self.model_id: ModelId = add_arbiter(database)

    async def compile(self, target: Target, job: DirectJob | None = None) -> Compiled:
        access = ProviderAccess(ProviderKind.OPENAI, self.server.base_url, BASE_MODEL, key=SecretStr(self.server.key))
        return await compile_model(
            job or DirectJob(self.database),
            model_id=self.model_id,
            target=target,
            cache_folder=self.folder / "cache",
            connections=Trainers(access),
        )

    def add(self, question: str, answer: str, **more: Any) -> None:
        self.database.write(
            qas.add_qa, model_id=self.model_id, section="General", question=question, answer=answer, **more
        )

    def assets(self, version: int) -> dict[str, bytes]:
        """Everything that a version keeps."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(CompilationAsset)
                .join(Compilation, Compilation.id == CompilationAsset.compilation_id)
                .where(Compilation.number == version)
            ).all()
            return {
                row.asset_key: read_blob(session, row.blob_sha256) if row.blob_sha256 else (row.value or "").encode()
                for row in rows
            }


@pytest.fixture
def stand(empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(fine_tune, "PACE", QUICK)
    with ProviderServer() as server:
        yield Stand(empty, server, tmp_path)


async def test_from_knowledge_to_a_trained_model(stand: Stand) -> None:
    stand.add("Test?", "Tested.", qa_type=QaType.VALIDATION)
    stand.add("Refuse?", "", qa_type=QaType.VALIDATION, expects_refusal=True)
    ended = await stand.compile(Target.FINE_TUNE)
    assert ended.active
    training = stand.server.training
    assert (training.uploads, training.started) == (2, 1)
    kept = stand.assets(1)
    assert kept[DATASET] == training.contents["file-1"]
    assert kept[VALIDATION_DATASET] == training.contents["file-2"]
    report = validate_chat(
        io.BytesIO(kept[DATASET]),
        io.BytesIO(kept[VALIDATION_DATASET]),
        limits=limits_of(BASE_MODEL),
        count=lambda texts: [1] * len(texts),
    )
    assert (report.findings, report.examples, report.validation_examples) == ((), 12, 1)
    assert kept["instructions"] == b"Answer briefly."
    # The trained model itself was asked, and so was what refuses to be answered.
    assert orjson.loads(kept["evaluation_summary"])["total"] == 2
    asked = [request.json for request in stand.server.requests if request.path.endswith("/responses")]
    assert {body["model"] for body in asked} == {training.trained[0]}
    version = stand.database.read(lambda session: session.scalars(select(Compilation)).one())
    assert version.base_model == version.compiled_model_name == training.trained[0]
    left_out = [finding for finding in orjson.loads(kept["findings"]) if finding["kind"] == "left out"]
    assert len(left_out) == 1
    assert left_out[0]["message"].startswith("1 row not in the validation file")
    again = await stand.compile(Target.FINE_TUNE)
    assert again.unchanged
    assert training.started == 1


async def test_what_blocks_stops_it_before_anything_is_sent(stand: Stand) -> None:
    stand.add("Which card?", "4111 1111 1111 1111")
    with pytest.raises(BuildError, match="payment card"):
        await stand.compile(Target.FINE_TUNE)
    assert stand.server.requests == []
    assert DATASET in stand.assets(1)


async def test_too_few_examples_stop_it(stand: Stand) -> None:
    ids = stand.database.read(lambda session: [QaId(id_) for id_ in session.scalars(select(ModelQA.id))])
    stand.database.write(qas.set_active, qa_ids=ids, is_active=False)
    stand.add("Only?", "One.")
    with pytest.raises(BuildError, match="1 examples; at least 10"):
        await stand.compile(Target.FINE_TUNE)
    assert stand.server.requests == []


async def test_only_arbiters_are_trained(stand: Stand) -> None:
    stand.database.write(tree.update_model, model_id=stand.model_id, object_version=None, build_assistant=True)
    with pytest.raises(UserError, match="only arbiters"):
        await stand.compile(Target.FINE_TUNE)
    assert stand.server.requests == []


async def test_an_export_has_the_files_and_never_answers(stand: Stand) -> None:
    stand.add("Which card?", "4111 1111 1111 1111")
    stand.add("Test?", "Tested.", qa_type=QaType.VALIDATION)
    ended = await stand.compile(Target.EXPORT)
    assert not ended.active
    kept = stand.assets(1)
    assert kept[DATASET].count(b"\n") == 13
    assert kept[VALIDATION_DATASET].count(b"\n") == 1
    assert {"manifest", "instructions", "findings", "dataset_summary"} <= kept.keys()
    assert b"payment card" in kept["findings"]
    assert stand.server.requests == []
    version_id = stand.database.read(lambda session: session.scalars(select(Compilation.id)).one())
    with pytest.raises(UserError, match="files alone"):
        stand.database.write(compilations.activate, compilation_id=CompilationId(version_id))
    assert (
        stand.database.read(lambda session: session.get_one(Model, stand.model_id)).conversational_compilation_id
        is None
    )
    assert (await stand.compile(Target.EXPORT)).unchanged


def test_epochs_as_the_cookbook_reckons() -> None:
    assert [likely_epochs(n) for n in (1, 10, 34, 100, 8_000, 9_000, 100_000)] == [25, 10, 3, 3, 3, 2, 1]
