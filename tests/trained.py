"""A model that is trained, at a provider's server on loopback: made ready in a moment, without a child process."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
from sqlalchemy.orm import Session

from erpai_desktop.ai.chat_gateway import ChatGateway
from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.ai.providers.openai_trainer import OpenAiTrainer
from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.ai.trainer import Trainer
from erpai_desktop.changes import Entity
from erpai_desktop.models.asset_keys import DATASET, VALIDATION_DATASET
from erpai_desktop.models.entities import Model
from erpai_desktop.models.enums import ProviderKind, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, providers, qas, training_jobs, tree
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.training.patience import Pace

BASE_MODEL = "gpt-4.1-mini-2025-04-14"
QUICK = Pace(poll_s=0.005, seen_s=0, grace_s=0.1, look_s=0.02, retry_s=(0.01,))
"""Waits next to nothing."""


class Trainers:
    """Connects to one server, whatever the provider; implements `Connecting`, unmetered."""

    def __init__(self, access: ProviderAccess) -> None:
        self.access = access

    async def chat(
        self, job: Job, *, provider_id: ProviderId, call: CallContext, base_model: str | None = None
    ) -> ChatGateway:
        """The real one."""
        return open_gateway(self.access, base_model=base_model)

    async def trainer(self, job: Job, *, provider_id: ProviderId) -> Trainer:
        """The real one."""
        return OpenAiTrainer(self.access)


def add_arbiter(database: Database, *, rows: int = 12, base_url: str = "") -> ModelId:
    """An arbiter with a provider and a few Q&As."""
    kind = ProviderKind.OPENAI_COMPATIBLE if base_url else ProviderKind.OPENAI
    provider_id = database.write(
        providers.add_provider, names={"en": "Trains"}, kind=kind,
        base_model_name=BASE_MODEL, base_url=base_url,
    ).new(Entity.PROVIDER)  # fmt: skip
    model_id = ModelId(database.write(tree.add_model, names={"en": "Support"}, build_assistant=False).new(Entity.MODEL))
    database.write(
        tree.update_model, model_id=model_id, object_version=None, provider_id=ProviderId(provider_id),
        system_message="Answer briefly.",
    )  # fmt: skip
    for number in range(rows):
        database.write(
            qas.add_qa, model_id=model_id, section="General", question=f"Question {number}?", answer=f"Answer {number}."
        )
    return model_id


def begin_prepared(
    database: Database, model_id: ModelId, folder: Path, *, examples: int = 12, validation: bool = True
) -> CompilationId:
    """A version that has been begun and prepared, as after the first part of a compilation."""
    compilation_id = CompilationId(new_id())
    provider_id = database.read(_provider, model_id=model_id)
    database.write(
        compilations.begin,
        compilation_id=compilation_id,
        model_id=model_id,
        target=Target.FINE_TUNE,
        engine_version="test",
        provider_id=provider_id,
        base_model=BASE_MODEL,
    )
    blobs = {}
    for name in (DATASET, VALIDATION_DATASET) if validation else (DATASET,):
        path = folder / name
        path.write_bytes(_lines(name, examples))
        blobs[name] = store_blob(database, path)
    database.write(
        training_jobs.record_prepared,
        compilation_id=compilation_id,
        input_hash=hashlib.sha256(b"input").hexdigest(),
        knowledge_revision=1,
        values={
            "manifest_summary": orjson.dumps({"rows": examples}).decode(),
            "findings": "[]",
            "dataset_summary": orjson.dumps({"examples": examples, "tokens": 1000}).decode(),
        },
        blobs=blobs,
        build_log="Prepared",
    )
    return compilation_id


def _lines(name: str, examples: int) -> bytes:
    return b"".join(
        orjson.dumps(
            {"messages": [{"role": "user", "content": f"{name} {n}?"}, {"role": "assistant", "content": "A."}]},
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for n in range(examples)
    )


def _provider(session: Session, *, model_id: ModelId) -> ProviderId:
    provider_id = session.get_one(Model, model_id).provider_id
    assert provider_id is not None
    return ProviderId(provider_id)
