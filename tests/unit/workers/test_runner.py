"""The runner: order of writes, superseded reads, jobs in queues, failures, and a clean end."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from sqlalchemy import text
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import InvalidInputError, UserError
from erpai_desktop.models.entities import Provider
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.job_state import JobPhase, JobSpec, JobState
from erpai_desktop.workers.qt_loop import make_loop
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.waiting import eventually, settled


def add_provider(work: UnitOfWork, *, name: str) -> Changes:
    work.session.add(Provider(name={"en": name}, provider_field=ProviderKind.BUILT_IN))
    return work.finish("Add provider")


def refuse(work: UnitOfWork) -> Changes:
    work.session.add(Provider(name={"en": "never"}, provider_field=ProviderKind.BUILT_IN))
    work.session.flush()
    raise InvalidInputError("no")


def provider_names(session: Session) -> list[str]:
    return [row[0] for row in session.execute(text("SELECT name ->> 'en' FROM providers ORDER BY id"))]


def slow_read(session: Session) -> int:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000000) SELECT max(i) FROM n"
    return int(session.execute(text(sql)).scalar_one())


async def test_writes_run_in_order_and_tell_what_changed_and_who_asked(empty_runner: Runner) -> None:
    told: list[tuple[Changes, object]] = []
    empty_runner.changed.connect(lambda changes, initiator: told.append((changes, initiator)))
    asker = QObject()
    for name in ("one", "two", "three"):
        empty_runner.write(asker, add_provider, name=name)
    await settled(empty_runner)
    names: list[str] = []
    empty_runner.read("names", provider_names).then(names.extend)
    await settled(empty_runner)
    assert names[-3:] == ["one", "two", "three"]
    assert [initiator for _, initiator in told] == [asker] * 3
    assert all(changes.touches(Entity.PROVIDER) for changes, _ in told)


async def test_a_refused_write_changes_nothing_and_reaches_its_handler_only(empty_runner: Runner) -> None:
    shown: list[Any] = []
    empty_runner.failed.connect(lambda error, doing: shown.append((str(error), doing)))
    handled: list[Exception] = []

    def handle(error: Exception) -> bool:
        handled.append(error)
        return True

    empty_runner.write(None, refuse).otherwise(handle)
    empty_runner.write(None, refuse)
    await settled(empty_runner)
    assert [type(error) for error in handled] == [InvalidInputError]
    assert shown == [("no Nothing was changed.", "refuse")]
    assert "never" not in empty_runner.database.read(provider_names)


async def test_a_newer_read_supersedes_and_interrupts_the_older(empty_runner: Runner) -> None:
    heard: list[str] = []
    empty_runner.read("key", slow_read).then(lambda _: heard.append("old"))
    await asyncio.sleep(0)
    empty_runner.read("key", provider_names).then(lambda _: heard.append("new"))
    await settled(empty_runner)
    assert heard == ["new"]


async def test_a_listener_whose_widget_is_gone_is_not_called(empty_runner: Runner) -> None:
    import shiboken6

    class Listener(QObject):
        called = False

        def hear(self, _names: list[str]) -> None:
            Listener.called = True

    listener = Listener()
    empty_runner.read("key", provider_names).then(listener.hear)
    shiboken6.delete(listener)
    await settled(empty_runner)
    assert not Listener.called


async def test_jobs_of_one_queue_follow_each_other_and_others_run_beside(empty_runner: Runner) -> None:
    running: set[str] = set()
    together: list[set[str]] = []
    go = asyncio.Event()

    async def worker(job: RunningJob, *, name: str) -> None:
        running.add(name)
        together.append(set(running))
        await go.wait()
        running.discard(name)

    for name, queue in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        empty_runner.start(JobSpec(name, "test", queue=queue), worker, name=name)
    await eventually(lambda: {"a1", "b1"} <= running)
    assert "a2" not in running
    go.set()
    await settled(empty_runner)
    assert {"a1", "a2"} not in together
    assert [state.phase for state in empty_runner.jobs] == [JobPhase.DONE] * 3


async def test_a_job_is_cancelled_while_it_waits_and_while_it_runs(empty_runner: Runner) -> None:
    undone: list[str] = []

    async def worker(job: RunningJob) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            undone.append("first")

    first = empty_runner.start(JobSpec("first", "test", queue="q"), worker)
    second = empty_runner.start(JobSpec("second", "test", queue="q"), worker)
    await eventually(lambda: first.state.phase is JobPhase.RUNNING)
    second.cancel()
    first.cancel()
    await settled(empty_runner)
    assert (first.state.phase, second.state.phase) == (JobPhase.CANCELLED, JobPhase.CANCELLED)
    assert undone == ["first"]


async def test_a_job_that_is_cancelled_before_its_first_step_says_so(empty_runner: Runner) -> None:
    begun: list[bool] = []

    async def worker(job: RunningJob) -> None:
        begun.append(True)

    job = empty_runner.start(JobSpec("never", "test"), worker)
    job.cancel()
    await settled(empty_runner)
    assert (job.state.phase, begun) == (JobPhase.CANCELLED, [])


async def test_a_failed_job_says_why_and_a_done_one_gives_its_result(empty_runner: Runner) -> None:
    states: list[JobState] = []
    empty_runner.job_changed.connect(states.append)

    async def fails(job: RunningJob) -> None:
        raise UserError("The provider is closed.")

    async def works(job: RunningJob) -> int:
        job.progress("counting", 3, 4)
        job.log("three of four")
        changes = await job.write(add_provider, name="by a job")
        return len(changes.of(Entity.PROVIDER))

    failed = empty_runner.start(JobSpec("f", "test"), fails)
    heard: list[int] = []
    done = empty_runner.start(JobSpec("w", "test"), works)
    done.outcome.then(heard.append)
    await settled(empty_runner)
    assert (failed.state.phase, failed.state.error) == (JobPhase.FAILED, "The provider is closed.")
    assert heard == [1]
    assert done.state.stage == "counting"
    assert done.state.log[0].endswith("three of four")
    assert states[-1].ended


async def test_closing_finishes_writes_cancels_jobs_and_leaves_no_thread(empty_runner: Runner) -> None:
    before = threading.active_count()

    async def endless(job: RunningJob) -> None:
        await asyncio.Event().wait()

    job = empty_runner.start(JobSpec("endless", "test"), endless)
    empty_runner.write(None, add_provider, name="last words")
    empty_runner.read("slow", slow_read)
    await asyncio.sleep(0)
    await empty_runner.close()
    assert job.state.phase is JobPhase.CANCELLED
    assert "last words" in empty_runner.database.read(provider_names)
    assert threading.active_count() <= before


async def test_a_cancelled_job_still_tells_of_a_write_that_was_committed(empty_runner: Runner) -> None:
    told: list[Changes] = []
    empty_runner.changed.connect(lambda changes, _initiator: told.append(changes))
    entered = threading.Event()
    leave = threading.Event()

    def slow_write(work: UnitOfWork) -> Changes:
        entered.set()
        leave.wait(10)
        return add_provider(work, name="committed")

    async def worker(job: RunningJob) -> None:
        await job.write(slow_write)

    job = empty_runner.start(JobSpec("w", "test"), worker)
    await eventually(entered.is_set)
    job.cancel()
    leave.set()
    await settled(empty_runner)
    assert job.state.phase is JobPhase.CANCELLED
    assert len(told) == 1
    assert "committed" in empty_runner.database.read(provider_names)


@pytest.mark.parametrize("attempt", range(3))
async def test_progress_is_told_at_most_twenty_times_a_second_but_each_stage_is(
    empty_runner: Runner, attempt: int
) -> None:
    states: list[JobState] = []
    empty_runner.job_changed.connect(states.append)

    async def worker(job: RunningJob) -> None:
        for stage in ("one", "two"):
            for done in range(5_000):
                job.progress(stage, done, 5_000)

    job = empty_runner.start(JobSpec("w", "test"), worker)
    await settled(empty_runner)
    assert {state.stage for state in states} >= {"one", "two"}
    # Queued, begun, two stages and the end are told at once.
    assert len(states) <= 5 + 20 * job.state.elapsed_s


async def test_a_long_query_runs_in_a_child_process_that_is_gone_after_closing(runner: Runner) -> None:
    from erpai_desktop.services.plan_reading import plan
    from erpai_desktop.services.tree_reading import tree

    default = next(node for node in runner.database.read(tree).nodes if node.is_default)
    heard: list[Any] = []
    runner.read_apart("plan", plan, model_id=default.id).then(heard.append)
    await settled(runner)
    assert heard == [runner.database.read(plan, model_id=default.id)]
    assert [process.name for process in multiprocessing.active_children()] == ["reading"]
    await runner.close()
    assert multiprocessing.active_children() == []


async def test_a_newer_long_query_supersedes_the_older_and_an_error_comes_back_as_itself(runner: Runner) -> None:
    from erpai_desktop.errors import NotFoundError
    from erpai_desktop.models.ids import ModelId
    from erpai_desktop.services.plan_reading import plan
    from erpai_desktop.services.tree_reading import tree

    default = next(node for node in runner.database.read(tree).nodes if node.is_default)
    heard: list[str] = []
    errors: list[Exception] = []

    def handle(error: Exception) -> bool:
        errors.append(error)
        return True

    runner.read_apart("plan", plan, model_id=default.id).then(lambda _plan: heard.append("old"))
    runner.read_apart("plan", plan, model_id=default.id).then(lambda _plan: heard.append("new"))
    runner.read_apart("other", plan, model_id=ModelId(uuid4())).otherwise(handle)
    await settled(runner)
    assert heard == ["new"]
    assert [type(error) for error in errors] == [NotFoundError]


class MadeIn:
    """Travels as a question: in which thread it is unpacked."""

    def __reduce__(self) -> tuple[Callable[[], str], tuple[()]]:
        return _thread_name, ()


def _thread_name() -> str:
    return threading.current_thread().name


def made_in(_session: Session) -> MadeIn:
    return MadeIn()


async def test_a_long_answer_is_unpacked_where_it_does_not_keep_the_window_waiting(runner: Runner) -> None:
    heard: list[Any] = []
    runner.read_apart("answer", made_in).then(heard.append)
    await settled(runner)
    (thread,) = heard
    assert thread.startswith("reading")


def test_what_is_asked_for_while_the_loop_does_not_run_is_done_when_it_does(
    qapp: QApplication, empty: Database
) -> None:
    """A timer of a view fires, the moment after the loop has ended."""
    loop = make_loop(qapp)
    runner = loop.run_until_complete(_made(empty))
    heard: list[list[str]] = []
    runner.read("key", provider_names).then(heard.append)
    for _ in range(3):
        qapp.processEvents()
    assert heard == []
    loop.run_until_complete(settled(runner))
    assert heard == [empty.read(provider_names)]
    loop.run_until_complete(runner.close())
    loop.close()


async def _made(database: Database) -> Runner:
    return Runner(database)
