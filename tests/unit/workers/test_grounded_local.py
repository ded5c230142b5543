"""The whole way with a real model on this machine: compiled, measured, asked, killed in the midst of an answer."""

from __future__ import annotations

import dataclasses
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Usage
from erpai_desktop.models.enums import Grounding, MessageState, ProviderKind, Purpose, Target, UsageState
from erpai_desktop.models.ids import ChatId, ProviderId
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.services import chats, chats_reading, compilations, compilations_reading, providers, tree
from erpai_desktop.workers import answering
from erpai_desktop.workers.ask import ask
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import evaluate
from erpai_desktop.workers.job_state import ANSWERING
from erpai_desktop.workers.providers.connections import Connections
from tests.model_file import MODEL_FILE, needs_llama
from tests.unit.workers.conftest import ROWS, DirectJob, Shop


class Listening(DirectJob):
    """Hears the text of an answer while it grows."""

    heard: tuple[str, ...] = ()

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        if stage == ANSWERING:
            self.heard = (*self.heard, text)
        super().progress(stage, done, total, text)


@pytest.fixture
def model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A name of the packaged model's file that can be taken away; answers are short, so that they are soon there."""
    monkeypatch.setattr(answering, "SMALL", dataclasses.replace(answering.SMALL, max_output_tokens=24))
    link = tmp_path / "small.gguf"
    link.symlink_to(MODEL_FILE)
    return link


def with_local_provider(shop: Shop, file: Path) -> ProviderId:
    changes = shop.database.write(
        providers.add_provider,
        names={"en": "On this machine"},
        kind=ProviderKind.LOCAL,
        base_model_name="small",
        model_file=str(file),
    )
    provider_id = ProviderId(changes.new(Entity.PROVIDER))
    shop.database.write(tree.update_model, model_id=shop.model_id, object_version=None, provider_id=provider_id)
    return provider_id


def last(shop: Shop, chat_id: ChatId) -> ChatMessage:
    actor = shop.database.actor
    assert actor is not None
    return shop.database.read(chats_reading.chat_details, user_id=actor.user_id, chat_id=chat_id).messages[-1]


@needs_llama
async def test_compiled_measured_asked_and_killed(compiled_shop: Shop, model_file: Path) -> None:
    shop = compiled_shop
    provider_id = with_local_provider(shop, model_file)
    connections, engine = Connections(), EngineProcess(shop.cache)
    try:
        compiled = await shop.compile(target=Target.GROUNDED, connections=connections, engine=engine)
        details = shop.database.read(compilations_reading.compilation_details, compilation_id=compiled.compilation_id)
        # So small a model cites and counts as it pleases: what is measured is that it was asked and judged by the rule.
        assert (compiled.number, compiled.total, len(details.evaluation)) == (2, 2, 2)
        spoken = next(line for line in details.evaluation if not line.expects_refusal)
        assert spoken.reason and spoken.grounding in (Grounding.CITED, Grounding.UNCITED, Grounding.CURATED)
        shop.database.write(compilations.activate, compilation_id=compiled.compilation_id)

        chat_id = ChatId(shop.database.write(chats.start_chat, model_id=shop.model_id).new(Entity.CHAT))
        job = Listening(shop.database)
        await ask(job, engine=engine, connections=connections, chat_id=chat_id, text=ROWS[2][0])
        answer = last(shop, chat_id)
        assert (answer.state, answer.version) == (MessageState.COMPLETE, 2)
        # Where so small a model only repeats what it was given, the curated answer stands in.
        was_spoken = answer.grounding in (Grounding.CITED, Grounding.UNCITED) and not answer.refused
        assert was_spoken or answer.refused or (answer.grounding is Grounding.FALLBACK and "repeated" in answer.note)
        assert not was_spoken or (job.heard and answer.contents.startswith(job.heard[0]))

        ended = await evaluate(
            DirectJob(shop.database),
            compilation_id=compiled.compilation_id,
            engine=engine,
            cache_folder=shop.cache,
            connections=connections,
            judge_provider_id=provider_id,
        )
        assert ended.summary.total == 2 and ended.summary.judge

        killed: list[int] = []

        def kill(what: str) -> None:
            # What grows is broken off in its midst, and nothing can be started in its place.
            pid = connections.servers.pid(str(model_file))
            if what == ANSWERING and pid is not None and not killed:
                killed.append(pid)
                model_file.unlink()
                os.kill(pid, signal.SIGKILL)

        await ask(
            DirectJob(shop.database, at=kill), engine=engine, connections=connections, chat_id=chat_id, text=ROWS[0][0]
        )
        fallback = last(shop, chat_id)
        assert killed and (fallback.contents, fallback.grounding) == (ROWS[0][1], Grounding.FALLBACK)
        assert "It had begun" in fallback.note and [source.question for source in fallback.sources] == [ROWS[0][0]]
        # And now that it is gone for good.
        await ask(
            DirectJob(shop.database), engine=engine, connections=connections, chat_id=chat_id, text="Any umbrellas?"
        )
        assert last(shop, chat_id).refused
        metered = shop.database.read(_usages)
        assert {purpose for purpose, _ in metered} == {Purpose.EVALUATION, Purpose.CHAT, Purpose.JUDGE}
        assert (Purpose.CHAT, UsageState.FAILED) in metered
    finally:
        await engine.close()
        await connections.close()


def _usages(session: Session) -> set[tuple[Purpose, UsageState]]:
    return {(row.purpose, row.state) for row in session.scalars(select(Usage))}
