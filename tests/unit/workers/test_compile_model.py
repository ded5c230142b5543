"""A build from the first line of its log to the active version, and every way in which it ends early."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import func, select

from erpai_desktop.errors import BuildError, NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.entities import Change, Compilation, CompilationAsset, JobIntention, User
from erpai_desktop.models.enums import CompilationStatus, JobState, QaType, Role, Target, UserType
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, compilations_reading, plan_reading, qas, tree
from erpai_desktop.storage.unit_of_work import Actor, UnitOfWork
from erpai_desktop.workers.answering import open_active
from erpai_desktop.workers.engine_process import EngineProcess
from tests.unit.workers.conftest import FAST, ROWS, DirectJob, Shop, cancel_at

STAGES = ("reading", "embed", "calibrate", "evaluating", "storing")


def versions(shop: Shop) -> list[Compilation]:
    return shop.database.read(lambda session: list(session.scalars(select(Compilation).order_by(Compilation.number))))


def active(shop: Shop) -> int:
    return shop.database.read(compilations_reading.active_version, model_id=shop.model_id).number


async def asked(shop: Shop, question: str) -> str:
    engine = EngineProcess(shop.cache)
    try:
        return (
            await (await open_active(DirectJob(shop.database), engine, model_id=shop.model_id)).answer(question)
        ).text
    finally:
        await engine.close()


async def test_a_first_build_is_activated_and_keeps_all_it_was_made_of(shop: Shop) -> None:
    job = DirectJob(shop.database)
    compiled = await shop.compile(job)
    assert (compiled.number, compiled.unchanged, compiled.active, compiled.rows) == (1, False, True, len(ROWS))
    assert (compiled.right, compiled.total) == (2, 2)
    assert set(STAGES) < set(job.stages)
    details = shop.database.read(compilations_reading.compilation_details, compilation_id=compiled.compilation_id)
    assert (details.line.status, details.line.is_successful) == (CompilationStatus.COMPLETED, True)
    assert details.line.is_active and details.line.row_count == len(ROWS) and details.line.score == 1.0
    assert details.embedder == "wordllama" and details.threshold is not None and details.curve
    assert [line.split("Z ", 1)[1] for line in details.build_log.splitlines()] == job.lines
    assert [(line.question, line.right, line.reason) for line in details.evaluation] == [
        ("What is the capital of Peru?", True, "refused, as it should"),
        ("When do you open?", True, "the desired answer"),
    ]
    rows, total = shop.database.read(compilations_reading.manifest, compilation_id=compiled.compilation_id)
    assert total == len(ROWS) and {row.question for row in rows} == {question for question, _ in ROWS}
    keys = shop.database.read(
        lambda session: set(
            session.scalars(
                select(CompilationAsset.asset_key).where(CompilationAsset.compilation_id == compiled.compilation_id)
            )
        )
    )
    assert keys >= {"manifest", "index", "evaluation", "instructions", "dataset_hash", "calibration", "curve"}
    assert keys >= {"findings", "manifest_summary", "evaluation_summary"}
    assert not shop.staged
    assert await asked(shop, ROWS[0][0]) == ROWS[0][1]


async def test_nothing_changed_is_not_built_again_and_counts_as_seen(
    compiled_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = compiled_shop
    monkeypatch.setattr(plan_reading, "EngineSettings", lambda: FAST)
    qa_id = shop.add_qa("Who waters the plants?", "Nobody.")
    shop.database.write(qas.delete_qas, qa_ids=[qa_id])
    before = shop.database.read(lambda session: session.scalar(select(func.max(Change.seq))))
    compiled = await shop.compile()
    assert (compiled.number, compiled.unchanged, compiled.active) == (1, True, True)
    (only,) = versions(shop)
    assert before is not None and only.knowledge_revision >= before
    assert shop.database.read(compilations_reading.plan, model_id=shop.model_id).unchanged_since == 1


async def test_an_edit_makes_a_new_version_with_the_answers_of_a_full_rebuild(compiled_shop: Shop) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker, on Fridays.")
    assert shop.database.read(compilations_reading.plan, model_id=shop.model_id).unchanged_since is None
    compiled = await shop.compile()
    assert (compiled.number, compiled.rows, active(shop)) == (2, len(ROWS) + 1, 2)
    assert await asked(shop, "who waters the plants") == "The caretaker, on Fridays."
    again = shop.database.read(compilations_reading.active_version, model_id=shop.model_id).index_sha256
    # From nothing: other versions and caches out of the way.
    fresh = Shop(shop.database, shop.cache.with_name("fresh"))
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(
            compilations_reading, "build_inputs", lambda *_, **__: compilations_reading.BuildInputs("", {}, None)
        )
        rebuilt = await fresh.compile()
    assert (rebuilt.number, rebuilt.unchanged) == (3, False)
    assert shop.database.read(compilations_reading.active_version, model_id=shop.model_id).index_sha256 == again


def assets(shop: Shop, number: int) -> dict[str, str]:
    """What a version keeps, but for how long it took."""
    (version,) = (one for one in versions(shop) if one.number == number)
    found = shop.database.read(
        lambda session: session.execute(
            select(CompilationAsset.asset_key, CompilationAsset.value, CompilationAsset.blob_sha256).where(
                CompilationAsset.compilation_id == version.id
            )
        ).all()
    )
    kept = {key: value or sha256 or "" for key, value, sha256 in found} | {"input_hash": version.input_hash}
    assert kept.pop("timings") and kept.pop("evaluation")
    calibration, summary = orjson.loads(kept["calibration"]), orjson.loads(kept["evaluation_summary"])
    assert calibration.pop("embedded_texts") is not None and summary.pop("evaluated_utc")
    return kept | {
        "calibration": str(calibration),
        "evaluation_summary": str({name: value for name, value in summary.items() if not name.endswith("_ms")}),
    }


@pytest.mark.parametrize("damaged", [False, True])
async def test_the_next_build_reads_only_what_was_edited_and_makes_the_same(compiled_shop: Shop, damaged: bool) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker, on Fridays.")
    await shop.compile()
    shop.add_qa("who waters the plants", "Nobody: they are of paper.")
    shop.add_qa("Where is the key?", "Under a.person@example.com's mat.")
    (ledger,) = (shop.cache / "ledgers").iterdir()
    if damaged:
        ledger.write_bytes(ledger.read_bytes()[:-1])
    job = DirectJob(shop.database)
    assert (await shop.compile(job)).number == 3
    assert any("Read anew: 2 questions" in line for line in job.lines) is not damaged
    fresh = Shop(shop.database, shop.cache.with_name("fresh"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            compilations_reading, "build_inputs", lambda *_, **__: compilations_reading.BuildInputs("", {}, None)
        )
        job = DirectJob(shop.database)
        assert (await fresh.compile(job)).number == 4
    assert not any("Read anew" in line for line in job.lines)
    assert assets(shop, 3) == assets(shop, 4)


async def test_a_wrong_validation_answer_is_told_with_its_reason(shop: Shop) -> None:
    shop.add_qa(
        "What are your opening hours on Sunday?", "Closed.", qa_type=QaType.VALIDATION, required_terms=["closed"]
    )
    compiled = await shop.compile()
    details = shop.database.read(compilations_reading.compilation_details, compilation_id=compiled.compilation_id)
    wrong = next(line for line in details.evaluation if "Sunday" in line.question)
    assert not wrong.right and wrong.reason


async def test_an_empty_model_compiles_and_refuses(shop: Shop) -> None:
    from erpai_desktop.changes import Entity

    empty = ModelId(shop.database.write(tree.add_model, names={"en": "Empty"}).new(Entity.MODEL))
    compiled = await shop.compile(model_id=empty)
    assert (compiled.rows, compiled.total, compiled.active) == (0, 0, True)


async def test_without_auto_update_the_active_version_stays_until_a_person_decides(compiled_shop: Shop) -> None:
    shop = compiled_shop
    shop.database.write(
        tree.update_model, model_id=shop.model_id, object_version=None, auto_update_to_latest_build=False
    )
    shop.add_qa("Who waters the plants?", "The caretaker.")
    compiled = await shop.compile()
    assert (compiled.number, compiled.active, active(shop)) == (2, False, 1)
    shop.database.write(compilations.activate, compilation_id=compiled.compilation_id)
    assert active(shop) == 2


@pytest.mark.parametrize("stage", STAGES)
async def test_a_cancelled_build_leaves_nothing_but_its_mark(compiled_shop: Shop, stage: str) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker.")
    job = DirectJob(shop.database, at=cancel_at(stage))
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(shop.compile(job))
    assert_ended(shop, "Cancelled by Tester.", JobState.CANCELLED)
    assert job.lines[-1] == "Cancelled by Tester."


async def test_a_build_cancelled_while_it_was_being_written_down_is_given_up(compiled_shop: Shop) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker.")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(shop.compile(DirectJob(shop.database, at=raise_after("begin"))))
    assert_ended(shop, "Cancelled by Tester.", JobState.CANCELLED)


async def test_a_killed_child_fails_the_build(compiled_shop: Shop) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker.")

    def kill(what: str) -> None:
        if what == "reading":
            (child,) = multiprocessing.active_children()
            child.kill()

    with pytest.raises(BuildError, match="ended unexpectedly"):
        await shop.compile(DirectJob(shop.database, at=kill))
    assert_ended(shop, "The building process has ended unexpectedly.", JobState.FAILED)


async def test_a_build_that_another_start_gave_up_is_not_completed(compiled_shop: Shop) -> None:
    shop = compiled_shop
    shop.add_qa("Who waters the plants?", "The caretaker.")

    def give_up(what: str) -> None:
        if what == "storing":
            shop.database.write(
                compilations.fail,
                compilation_id=versions(shop)[-1].id,  # type: ignore[arg-type]
                error_message="Interrupted: the program ended during the build.",
                build_log="",
                state=JobState.INTERRUPTED,
            )

    with pytest.raises(UserError, match="given up meanwhile"):
        await shop.compile(DirectJob(shop.database, at=give_up))
    assert_ended(shop, "Interrupted", JobState.INTERRUPTED)


async def test_staff_may_not_compile(shop: Shop) -> None:
    def add(work: UnitOfWork) -> Actor:
        user = User(id=new_id(), login="stan", name="Stan", role=Role.STAFF, user_type=UserType.INTERNAL)
        work.session.add(user)
        work.finish()
        return Actor(UserId(user.id), "stan", "Stan", Role.STAFF)

    shop.database.actor = shop.database.write(add)
    with pytest.raises(NotPermittedError):
        await shop.compile()
    assert versions(shop) == [] and not shop.staged


async def test_what_cannot_be_built_is_said_before_anything_is_written(shop: Shop) -> None:
    with pytest.raises(UserError, match="the model has no provider"):
        await shop.compile(target=Target.GROUNDED)
    with pytest.raises(NotFoundError):
        await shop.compile(model_id=ModelId(new_id()))
    assert versions(shop) == []


def assert_ended(shop: Shop, message: str, state: JobState) -> None:
    """v2 is marked, v1 answers, nothing lies about."""
    first, second = versions(shop)
    assert first.is_successful and active(shop) == 1
    assert (second.status, second.is_successful) == (CompilationStatus.COMPLETED, False)
    assert second.error_message.startswith(message)
    assert second.completion_time_utc is not None
    assert not shop.staged
    intention = shop.database.read(
        lambda session: session.scalars(select(JobIntention).where(JobIntention.subject_id == second.id)).one()
    )
    assert intention.state is state
    assets = shop.database.read(
        lambda session: session.scalar(
            select(func.count()).select_from(CompilationAsset).where(CompilationAsset.compilation_id == second.id)
        )
    )
    assert assets == 0


def raise_after(service: str) -> Callable[[str], None]:
    """As the window's runner does: the write is committed, then its asker learns that it was cancelled."""

    def at(what: str) -> None:
        if what == f"after {service}":
            raise asyncio.CancelledError

    return at
