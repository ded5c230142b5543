"""The only bridge between Qt and asyncio: it owns every task, tells what changed, and turns failures into one signal.

Views call `write`, `read` and `start`; they never see a coroutine, a thread or a session.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal

from erpai_desktop.changes import Changes
from erpai_desktop.workers.heavy_imports import prepare
from erpai_desktop.workers.job_state import JobPhase, JobSpec, JobState
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.reading_process import ReadingProcess

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from erpai_desktop.storage.database import Database, Interruption
    from erpai_desktop.storage.unit_of_work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S = 0.05
"""Progress is shown at most 20 times a second: more would only cost the interface's time."""

_BEHIND_S = 3
"""How long what goes on behind ended jobs is waited for when the window closes."""

_LOG_LINES = 2_000
"""Of a job's log as the window shows it, the newest."""


class Runner(QObject):
    """One for each open workspace. Must be used from the interface's thread, inside a running event loop."""

    changed = Signal(object, object)
    """(Changes, initiator) after each commit. The initiator is the view that asked, or None."""
    saving = Signal(int)
    """How many writes are under way."""
    failed = Signal(object, str)
    """(exception, what was being done) for a failure that no view has dealt with."""
    job_changed = Signal(object)
    """A JobState, when a job begins, moves or ends."""

    def __init__(self, database: Database, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.database = database
        self._loop = asyncio.get_running_loop()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._readers = ThreadPoolExecutor(3, thread_name_prefix="read")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reads: dict[Hashable, tuple[asyncio.Task[Any], Interruption]] = {}
        self._jobs: dict[UUID, RunningJob] = {}
        self._behind: set[asyncio.Task[Any]] = set()
        self._queues: dict[Hashable, asyncio.Lock] = {}
        self._writes_under_way = 0
        self._apart = ReadingProcess(database.location)
        self._apart_numbers: dict[Hashable, int] = {}
        self._closing = False
        self._closed = False

    # --- what views call ------------------------------------------------------------------------------------------

    def write(
        self,
        initiator: QObject | None,
        service: Callable[Concatenate[UnitOfWork, P], Changes],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome[Changes]:
        """Run a service in a transaction; writes run in the order they were asked for."""
        outcome: Outcome[Changes] = Outcome()
        if self._closed:
            return outcome
        self._own(
            self._finish(
                outcome,
                lambda: self._write(initiator, lambda work: service(work, *args, **kwargs)),
                service.__name__,
            )
        )
        return outcome

    def read(
        self,
        key: Hashable,
        query: Callable[Concatenate[Session, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome[T]:
        """Run a query in a snapshot. A newer read of the same key supersedes this one, which then tells nobody."""
        from erpai_desktop.storage.database import Interruption

        outcome: Outcome[T] = Outcome()
        if self._closed:
            # The workspace is gone: a view that is going too needs no answer.
            return outcome
        earlier = self._reads.pop(key, None)
        if earlier is not None:
            task, interruption = earlier
            interruption.interrupt()
            task.cancel()
        interruption = Interruption()
        task = self._own(
            self._finish(
                outcome,
                lambda: self._read(interruption, lambda session: query(session, *args, **kwargs)),
                query.__name__,
                is_read=True,
            )
        )
        self._reads[key] = (task, interruption)

        def forget(_task: object) -> None:
            if self._reads.get(key, (None,))[0] is task:
                del self._reads[key]

        task.add_done_callback(forget)
        return outcome

    def read_apart(
        self,
        key: Hashable,
        query: Callable[Concatenate[Session, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome[T]:
        """As `read`, for a query that computes for long: it runs in a child process, by keyword arguments alone."""
        outcome: Outcome[T] = Outcome()
        if self._closed:
            return outcome
        number = self._apart_numbers[key] = self._apart_numbers.get(key, 0) + 1

        def is_wanted() -> bool:
            return self._apart_numbers.get(key) == number and not self._closing

        async def work() -> T:
            try:
                answer: T = await self._apart.read(query, dict(kwargs), is_wanted)
            except Exception:
                # A child ended by closing, or an answer superseded meanwhile, is no failure to tell of.
                if is_wanted():
                    raise
                raise asyncio.CancelledError from None
            if not is_wanted():
                raise asyncio.CancelledError
            return answer

        self._own(self._finish(outcome, work, query.__name__, is_read=True))
        return outcome

    def prepare(self, load: Callable[[], object]) -> Outcome[None]:
        """Import what a view draws with, by `load`, without keeping the window waiting; at once the second time."""
        outcome: Outcome[None] = Outcome()
        if not self._closed:
            self._own(self._finish(outcome, lambda: prepare(load), load.__name__, is_read=True))
        return outcome

    def start(
        self,
        spec: JobSpec,
        worker: Callable[Concatenate[RunningJob, P], Coroutine[Any, Any, T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> RunningJob:
        """Start a long job. Its `outcome` tells the result; `cancel` ends it."""
        job = RunningJob(self, spec)
        self._jobs[job.id] = job
        job._task = self._own(self._run_job(job, lambda: worker(job, *args, **kwargs)))
        job._task.add_done_callback(job._make_sure_of_the_end)
        return job

    @property
    def jobs(self) -> tuple[JobState, ...]:
        """All jobs of this window's life, oldest first."""
        return tuple(job.state for job in self._jobs.values())

    def cancel_job(self, job_id: UUID) -> None:
        """Ask a job to end; it does so in its own time and then says so."""
        self._jobs[job_id].cancel()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._tasks)

    async def close(self) -> None:
        """End everything: jobs are cancelled, what goes on behind them soon after, writes are finished."""
        self._closing = True
        for job in self._jobs.values():
            job.cancel()
        await self._apart.close()
        for _task, interruption in list(self._reads.values()):
            interruption.interrupt()
        if self._behind:
            await asyncio.wait(self._behind, timeout=_BEHIND_S)
        for task in self._behind:
            task.cancel()
        while pending := {task for task in self._tasks if task is not asyncio.current_task()}:
            await asyncio.wait(pending)
        self._closed = True
        self._writer.shutdown()
        self._readers.shutdown()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _own(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        # Also when Qt goes on for a moment while the loop does not run: it begins when the loop does.
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _see_to(self, work: Callable[[], Coroutine[Any, Any, None]], doing: str) -> None:
        outcome: Outcome[None] = Outcome()
        task = self._own(self._finish(outcome, work, doing))
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def _finish(
        self, outcome: Outcome[T], work: Callable[[], Coroutine[Any, Any, T]], doing: str, *, is_read: bool = False
    ) -> None:
        from erpai_desktop.storage.database import ReadInterruptedError

        try:
            # Made here, not by the caller: a task cancelled before its first step would leave it never awaited.
            result = await work()
        except (asyncio.CancelledError, ReadInterruptedError):
            return
        except Exception as error:
            if self._report(outcome, error, doing, is_read=is_read):
                log.warning("%s failed", doing, exc_info=error)
        else:
            outcome.succeed(result)

    def _report(self, outcome: Outcome[T], error: Exception, doing: str, *, is_read: bool = False) -> bool:
        # What a view that is gone by now could not read (its model went to the bin) nobody needs to know.
        is_news = not outcome.fail(error) and not (is_read and outcome.forsaken)
        if is_news:
            self.failed.emit(error, doing.replace("_", " "))
        return is_news

    async def _write(self, initiator: QObject | None, service: Callable[[UnitOfWork], T]) -> T:
        self._writes_under_way += 1
        self.saving.emit(self._writes_under_way)
        try:
            # Shielded: a write that has begun is committed and told of even when its asker is cancelled.
            running = asyncio.get_running_loop().run_in_executor(self._writer, self.database.write, service)
            result, cancellation = await _unbroken(running)
        finally:
            self._writes_under_way -= 1
            self.saving.emit(self._writes_under_way)
        if isinstance(result, Changes) and result:
            self.changed.emit(result, initiator)
        if cancellation is not None:
            raise cancellation
        return result

    async def _read(self, interruption: Interruption | None, query: Callable[[Session], T]) -> T:
        def run() -> T:
            with self.database.reading(interruption) as session:
                return query(session)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def _run_job(self, job: RunningJob, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        lock = self._queues.setdefault(job.spec.queue, asyncio.Lock()) if job.spec.queue is not None else None
        try:
            if lock is not None:
                await lock.acquire()
            try:
                job._begin()
                log.log(_level(job), "job begins: %s", job.spec.kind)
                result = await work()
            finally:
                if lock is not None:
                    lock.release()
        except asyncio.CancelledError:
            job._end(JobPhase.CANCELLED)
            log.log(_level(job), "job cancelled: %s", job.spec.kind)
        except Exception as error:
            job._end(JobPhase.FAILED, error=error)
            # By its kind: its title names what it works on.
            log.warning("job failed: %s", job.spec.kind, exc_info=error)
            self._report(job.outcome, error, job.spec.title)
        else:
            job._end(JobPhase.DONE)
            log.log(_level(job), "job done: %s, %.1f s", job.spec.kind, job.state.elapsed_s)
            job.outcome.succeed(result)


class RunningJob:
    """What a worker is handed: progress, log, services in transactions. Views use `state`, `outcome` and `cancel`."""

    def __init__(self, runner: Runner, spec: JobSpec) -> None:
        self.id = uuid4()
        self.spec = spec
        self.outcome: Outcome[Any] = Outcome()
        self._runner = runner
        self._task: asyncio.Task[None] | None = None
        self._started = time.monotonic()
        self._told = 0.0
        self._state = JobState(self.id, spec, JobPhase.QUEUED)
        runner.job_changed.emit(self._state)

    @property
    def state(self) -> JobState:
        """This moment."""
        return self._state

    @property
    def database(self) -> Database:
        """The open workspace."""
        return self._runner.database

    @property
    def leaving(self) -> bool:
        """Whether the window closes: a cancellation is then nobody's wish to end what goes on elsewhere."""
        return self._runner._closing

    def cancel(self) -> None:
        """Ask it to end."""
        if self._task is not None:
            self._task.cancel()

    async def write(self, service: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service in a transaction of its own; the views learn of it once it is committed."""
        return await self._runner._write(None, lambda work: service(work, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a snapshot of its own."""
        return await self._runner._read(None, lambda session: query(session, *args, **kwargs))

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        """Say how far it has got; called as often as you like."""
        new_stage = stage != self._state.stage
        self._state = dataclasses.replace(
            self._state, stage=stage, done=done, total=total, text=text, elapsed_s=time.monotonic() - self._started
        )
        if new_stage or time.monotonic() - self._told >= _PROGRESS_INTERVAL_S:
            self._tell()

    def log(self, line: str) -> None:
        """Add a line to the job's log, with the time."""
        stamped = f"{datetime.now().astimezone():%H:%M:%S} {line}"
        self._state = dataclasses.replace(self._state, log=(*self._state.log[1 - _LOG_LINES :], stamped))
        self._tell()

    def behind(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """See to this while the job goes on or has ended; its log may grow meanwhile."""
        self._runner._see_to(work, self.spec.title)

    def _begin(self) -> None:
        self._started = time.monotonic()
        self._state = dataclasses.replace(self._state, phase=JobPhase.RUNNING)
        self._tell()

    def _end(self, phase: JobPhase, *, error: Exception | None = None) -> None:
        words, kind = (str(error), type(error)) if error is not None else ("", None)
        self._state = dataclasses.replace(
            self._state, phase=phase, error=words, failure=kind, elapsed_s=time.monotonic() - self._started
        )
        self._tell()

    def _make_sure_of_the_end(self, _task: object) -> None:
        # Cancelled before its first step, it has had no chance to say so itself.
        if not self._state.ended:
            self._end(JobPhase.CANCELLED)

    def _tell(self) -> None:
        self._told = time.monotonic()
        self._runner.job_changed.emit(self._state)


def _level(job: RunningJob) -> int:
    """A quiet job is worth a line only to whoever looks for a mistake."""
    return logging.DEBUG if job.spec.quiet else logging.INFO


async def _unbroken(future: asyncio.Future[T]) -> tuple[T, asyncio.CancelledError | None]:
    """Await to the end even when cancelled meanwhile; the cancellation comes back beside the result."""
    cancellation: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancellation = error
    return future.result(), cancellation
