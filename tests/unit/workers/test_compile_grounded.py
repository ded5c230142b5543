"""Compiling to the grounded target, evaluating versions, and the gate before activation."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlalchemy import select

from erpai_desktop.errors import KeyMissingError, NotPermittedError, UnreachableError, UserError
from erpai_desktop.models.entities import Compilation, CompilationAsset, Usage
from erpai_desktop.models.enums import Grounding, Purpose, QaType, Role, Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import compilations, compilations_reading, evaluations_reading, qas
from erpai_desktop.services.evaluations_reading import Evaluation
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import VersionEvaluated, evaluate
from erpai_desktop.workers.job_state import HELD_BACK, NEEDS_A_LOOK
from tests.evaluated import compilation
from tests.scripted_gateway import ScriptedGateway
from tests.unit.workers.conftest import ROWS, DirectJob, Shop, cancel_at
from tests.unit.workers.scripted_providers import ScriptedConnections, quoting, with_provider


async def grounded(shop: Shop, connections: ScriptedConnections, *, evaluate: bool = True) -> Compiled:
    return await shop.compile(target=Target.GROUNDED, connections=connections, evaluate=evaluate)


def evaluation(shop: Shop, compilation_id: CompilationId) -> Evaluation:
    return shop.database.read(evaluations_reading.evaluation_of, compilation_id=compilation_id)


def active(shop: Shop) -> int:
    return shop.database.read(compilations_reading.active_version, model_id=shop.model_id).number


async def test_a_grounded_version_is_measured_through_its_provider(compiled_shop: Shop) -> None:
    shop, connections = compiled_shop, ScriptedConnections(quoting())
    provider_id = with_provider(shop)
    job = DirectJob(shop.database)
    compiled = await shop.compile(job, target=Target.GROUNDED, connections=connections)
    assert (compiled.number, compiled.active, compiled.right, compiled.total) == (2, True, 2, 2)
    row = compilation(shop.database, compiled.compilation_id)
    assert (row.provider_id, row.base_model, row.target) == (provider_id, "scripted", Target.GROUNDED)
    found = evaluation(shop, compiled.compilation_id)
    opening = next(record for record in found.records if record.expected)
    assert opening.grounding is Grounding.CITED and "in its own way" in opening.reason
    assert opening.elapsed_ms is not None and found.summary.questions_hash
    assert connections.purposes == {Purpose.EVALUATION}
    calls = shop.database.read(lambda session: session.scalars(select(Usage)).all())
    assert calls and {call.compilation_id for call in calls} == {compiled.compilation_id}


async def test_a_model_without_a_provider_says_so(shop: Shop) -> None:
    with pytest.raises(UserError, match="cannot be compiled to grounded: the model has no provider"):
        await grounded(shop, ScriptedConnections(quoting()))


async def test_a_key_that_is_missing_leaves_the_version_unmeasured_and_waiting(compiled_shop: Shop) -> None:
    shop = compiled_shop
    with_provider(shop)
    compiled = await grounded(shop, ScriptedConnections(KeyMissingError("There is no key.")))
    assert not compiled.active and "not measured" in compiled.note and active(shop) == 1
    assert "There is no key." in compiled.note
    assert "not measured" in compiled.sentence() and "activation_note" in compiled.to_json()
    assert compiled.stage == NEEDS_A_LOOK
    details = shop.database.read(compilations_reading.compilation_details, compilation_id=compiled.compilation_id)
    assert details.activation_note == compiled.note and "Not evaluated: There is no key." in details.build_log


async def test_a_provider_that_is_gone_is_not_asked_a_thousand_times(compiled_shop: Shop) -> None:
    shop = compiled_shop
    with_provider(shop)
    for number in range(8):
        shop.add_qa(f"When do you open, number {number}?", ROWS[0][1], qa_type=QaType.VALIDATION)
    gateway = ScriptedGateway(UnreachableError("No connection."))
    compiled = await grounded(shop, ScriptedConnections(gateway))
    assert len(gateway.requests) < 8 and "not measured" in compiled.note


async def test_without_evaluation_nothing_is_asked(compiled_shop: Shop) -> None:
    with_provider(compiled_shop)
    gateway = quoting()
    compiled = await grounded(compiled_shop, ScriptedConnections(gateway), evaluate=False)
    assert not gateway.requests and not compiled.active and not compiled.total


async def test_a_worse_version_waits_until_a_person_decides(compiled_shop: Shop) -> None:
    shop = compiled_shop
    with_provider(shop)
    talking = ScriptedConnections(ScriptedGateway("We sell umbrellas to whoever is wet [1]."))
    job = DirectJob(shop.database)
    compiled = await shop.compile(job, target=Target.GROUNDED, connections=talking)
    assert not compiled.active and active(shop) == 1
    assert "0 of the same 2 validation questions right, v1 2: 100 percentage points fewer, 2 allowed" in compiled.note
    assert compiled.sentence().startswith("v2 is held back. ") and compiled.note in compiled.sentence()
    assert job.stages[-1] == HELD_BACK
    shop.database.write(compilations.activate, compilation_id=compiled.compilation_id)
    assert active(shop) == 2


async def test_the_active_version_is_asked_the_new_questions_first(compiled_shop: Shop) -> None:
    shop = compiled_shop
    # v1 was never asked this; it does not know either, so that v2 is not worse.
    shop.add_qa("Who waters the plants of the moon?", "Nobody.", qa_type=QaType.VALIDATION)
    before = active(shop)
    job = DirectJob(shop.database)
    compiled = await shop.compile(job)
    assert compiled.active and compiled.total == 3
    assert any("Evaluating v1" in line for line in job.lines)
    rival = shop.database.read(lambda s: s.scalars(select(Compilation).where(Compilation.number == before)).one())
    assert len(evaluation(shop, CompilationId(rival.id)).records) == 3


async def test_a_cancelled_measurement_leaves_only_its_mark(compiled_shop: Shop) -> None:
    shop = compiled_shop
    with_provider(shop)
    job = DirectJob(shop.database, at=cancel_at("evaluating"))
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(
            shop.compile(job, target=Target.GROUNDED, connections=ScriptedConnections(quoting()))
        )
    assert active(shop) == 1 and not shop.staged


# --- evaluating again ------------------------------------------------------------------------------------------------


async def evaluated(shop: Shop, compilation_id: CompilationId, **more: object) -> VersionEvaluated:
    engine = EngineProcess(shop.cache)
    try:
        return await evaluate(
            DirectJob(shop.database),
            compilation_id=compilation_id,
            engine=engine,
            cache_folder=shop.cache,
            **more,  # type: ignore[arg-type]  # by name
        )
    finally:
        await engine.close()


def first(shop: Shop) -> CompilationId:
    return shop.database.read(compilations_reading.active_version, model_id=shop.model_id).compilation_id


async def test_evaluating_again_replaces_what_was_there(compiled_shop: Shop) -> None:
    shop = compiled_shop
    before = evaluation(shop, first(shop))
    shop.add_qa("When does the shop open its doors?", ROWS[0][1], qa_type=QaType.VALIDATION)
    ended = await evaluated(shop, first(shop))
    after = evaluation(shop, first(shop))
    assert ended.summary == after.summary and (ended.summary.total, len(after.records)) == (3, 3)
    assert before.summary.questions_hash != after.summary.questions_hash and not after.rubric
    kept = shop.database.read(
        lambda session: session.scalars(
            select(CompilationAsset.asset_key).where(CompilationAsset.compilation_id == first(shop))
        ).all()
    )
    assert len(kept) == len(set(kept))
    # The same answers as the build's own evaluation.
    same = {record.test_key: (record.right, record.reason) for record in before.records}
    assert same.items() <= {record.test_key: (record.right, record.reason) for record in after.records}.items()


async def test_a_judge_marks_beside_and_its_rubric_is_kept(compiled_shop: Shop) -> None:
    shop = compiled_shop
    provider_id = with_provider(shop)
    connections = ScriptedConnections(ScriptedGateway('{"score": 0.75, "reason": "Nearly."}'))
    ended = await evaluated(shop, first(shop), connections=connections, judge_provider_id=provider_id)
    after = evaluation(shop, first(shop))
    assert connections.purposes == {Purpose.JUDGE} and ended.mean_mark == 0.75
    assert after.summary.judge == "scripted" and "Compare the answer" in after.rubric
    # Refusals need no judge.
    assert sorted((record.judge_score, record.judge_reason) for record in after.records if record.judge_score) == [
        (0.75, "Nearly.")
    ]
    assert "0.75" in ended.sentence() and ended.to_json()["judge"] == "scripted"
    tests = shop.database.read(evaluations_reading.validation_of, model_id=shop.model_id)
    shop.database.write(qas.delete_qas, qa_ids=[row.row_id for row in tests])
    with pytest.raises(UserError, match="no validation questions"):
        await evaluated(shop, first(shop))


async def test_staff_does_not_spend_on_evaluations(compiled_shop: Shop) -> None:
    shop = compiled_shop
    compilation_id = first(shop)
    assert shop.database.actor is not None
    shop.database.actor = dataclasses.replace(shop.database.actor, role=Role.STAFF)
    with pytest.raises(NotPermittedError):
        await evaluated(shop, compilation_id)
