"""Versions with an evaluation, as a build leaves them, without building: for whatever compares them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from erpai_desktop.models.dataset import manifest_json
from erpai_desktop.models.entities import Compilation, Provider, ProviderCheck
from erpai_desktop.models.enums import ProviderKind, Target
from erpai_desktop.models.evaluation_record import EvaluationRecord, pack_records, summarize
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations
from erpai_desktop.services.knowledge import read_knowledge
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

MODEL = UUID(int=77)


def record(number: int, *, right: bool = True, **more: Any) -> EvaluationRecord:
    """How question `number` was answered."""
    values: dict[str, Any] = {
        "qa_id": UUID(int=number),
        "model_id": MODEL,
        "question": f"Question {number}?",
        "expected": f"Answer {number}.",
        "expects_refusal": False,
        "answer": f"Answer {number}." if right else "Something else.",
        "refused": False,
        "confidence": 0.9,
        "right": right,
        "reason": "the desired answer" if right else "another answer than the desired one",
        "score": float(right),
        "elapsed_ms": 6.0,
    }
    return EvaluationRecord(**(values | more))


def records(pattern: str) -> list[EvaluationRecord]:
    """One question a letter: "x" is wrong, anything else right."""
    return [record(number, right=letter != "x") for number, letter in enumerate(pattern, start=1)]


def add_provider(
    database: Database, *, name: str = "OpenAI Main", base_model: str = "gpt-5", shutdown: str | None = None
) -> ProviderId:
    """A provider whose last check has found its base model."""

    def add(work: UnitOfWork) -> ProviderId:
        provider = Provider(
            id=new_id(), name={"en": name}, provider_field=ProviderKind.OPENAI, base_model_name=base_model
        )
        work.session.add(provider)
        work.session.flush()
        models = [{"name": base_model, "shutdown_date": shutdown}]
        work.session.add(ProviderCheck(provider_id=provider.id, models=models))
        work.finish("Add a provider")
        return ProviderId(provider.id)

    return database.write(add)


def add_evaluated(
    database: Database,
    model_id: ModelId,
    found: Sequence[EvaluationRecord],
    *,
    target: Target = Target.BUILT_IN,
    provider_id: ProviderId | None = None,
    base_model: str = "",
    judge: str = "",
    currency: str = "",
    knowledge: bool = False,
    values: dict[str, str] | None = None,
    compiled_model_name: str = "",
) -> CompilationId:
    """A version that answered like this; with `knowledge` it has the manifest and instructions of now."""
    compilation_id = CompilationId(new_id())
    database.write(
        compilations.begin, compilation_id=compilation_id, model_id=model_id, target=target, engine_version="1"
    )
    summary = summarize(found, currency=currency, judge=judge, evaluated_utc="2026-11-03T09:08:01+00:00")
    texts = {"evaluation_summary": summary.to_json()}
    files: dict[str, bytes] = {}
    if found:
        files["evaluation"] = pack_records(found)
    if knowledge:
        known = database.read(read_knowledge, model_id=model_id)
        files["manifest"] = manifest_json(known.resolution)
        texts["instructions"] = known.configuration.system_message
        texts["manifest_summary"] = orjson.dumps({"rows": known.resolution.counts.total}).decode()
    blobs = {}
    with tempfile.TemporaryDirectory() as folder:
        for key, data in files.items():
            path = Path(folder) / key
            path.write_bytes(data)
            blobs[key] = store_blob(database, path)
    database.write(_name_base_model, compilation_id=compilation_id, provider_id=provider_id, base_model=base_model)
    database.write(
        compilations.complete,
        compilation_id=compilation_id,
        input_hash=str(compilation_id),
        knowledge_revision=0,
        compiled_model_name=compiled_model_name or target.value,
        build_log="",
        values=texts | (values or {}),
        blobs=blobs,
    )
    return compilation_id


def compilation(database: Database, compilation_id: CompilationId) -> Compilation:
    """The row as it is stored now."""

    def read(session: Session) -> Compilation:
        return session.get_one(Compilation, compilation_id)

    return database.read(read)


def _name_base_model(
    work: UnitOfWork, *, compilation_id: CompilationId, provider_id: ProviderId | None, base_model: str
) -> None:
    row = work.session.get_one(Compilation, compilation_id)
    row.provider_id = provider_id
    row.base_model = base_model
    work.finish("Name the base model")
