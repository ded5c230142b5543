"""The steps of a training that must be taken once: each file sent, the job started. Found again after a crash."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from erpai_desktop.ai.trainer import RemoteFile, RemoteJob, Trainer
from erpai_desktop.errors import ProviderError
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.ids import JobId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.training import ADDRESS, BASE_MODEL, TrainingRun, TrainingStep
from erpai_desktop.services import training_jobs
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.storage.blobs import fetch_blob
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.threads import in_a_thread
from erpai_desktop.workers.training.patience import Pace, may_have_been_done, patiently

T = TypeVar("T")
_TRIES = 5


class OutcomeUnknownError(Exception):
    """A step may have been carried out, and cannot be looked for now: only later will anybody know."""

    def __init__(self, why: ProviderError) -> None:
        super().__init__(str(why))
        self.why = why


class Steps:
    """Of one run, by its owner. Raises ProviderError, OutcomeUnknownError, and what the services raise."""

    def __init__(self, job: Job, log: BuildLog, trainer: Trainer, run: TrainingRun, folder: Path, pace: Pace) -> None:
        self._job = job
        self._log = log
        self._trainer = trainer
        self._run = run
        self._folder = folder
        self._pace = pace

    async def uploaded(self, part: str, asset: str) -> str:
        """The provider's id of a file, sent now or before."""
        begun = self._run.step(UPLOAD, part)
        if begun is not None and begun.state is JobState.DONE:
            return begun.remote_id
        if begun is not None and (file := await self._found(begun, self._file_of)) is not None:
            return await self._adopt_file(begun, file)
        path = await in_a_thread(fetch_blob, self._job.database, self._run.blobs[asset], self._folder)
        step = await self._intend(UPLOAD, {"part": part, "size": path.stat().st_size})
        self._job.progress(f"sending the {part} file")
        sent = await self._once(step, lambda: self._trainer.upload(path, name=file_name(step)), self._file_of)
        await self._job.write(training_jobs.record_step, step_id=step.id, state=JobState.DONE, remote_id=sent.id)
        self._log.add(f"Sent the {part} file, {path.stat().st_size / 1e6:.1f} MB: {sent.id}")
        return sent.id

    async def started(self, *, training_file: str, validation_file: str | None) -> tuple[TrainingStep, str]:
        """The step of the job and the provider's id of it, started now or before."""
        begun = self._run.step(TRAINING_JOB)
        if begun is not None and begun.remote_id:
            return begun, begun.remote_id
        if begun is not None and (job := await self._found(begun, self._job_of)) is not None:
            self._log.add(f"Found the training that had been started: {job.id}")
            return await self._record_job(begun, job)
        step = await self._intend(
            TRAINING_JOB,
            {
                "training_file": training_file,
                "validation_file": validation_file or "",
                BASE_MODEL: self._run.base_model,
            },
        )
        self._job.progress("starting the training")
        job = await self._once(
            step,
            lambda: self._trainer.start(
                base_model=self._run.base_model,
                training_file=training_file,
                validation_file=validation_file,
                own_id=str(step.id),
                suffix=f"v{self._run.number}",
            ),
            self._job_of,
        )
        self._log.add(f"Started the training of {self._run.base_model}: {job.id}")
        return await self._record_job(step, job)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _once(
        self,
        step: TrainingStep,
        act: Callable[[], Awaitable[T]],
        look: Callable[[TrainingStep], Awaitable[T | None]],
    ) -> T:
        """Act, and where nobody knows whether that was carried out, look."""
        try:
            return await act()
        except ProviderError as error:
            self._log.add(error.message)
            if may_have_been_done(error):
                found = await self._looked_for(step, look)
                if found is not None:
                    return found
            await self._job.write(
                training_jobs.record_step, step_id=step.id, state=JobState.FAILED, error_message=error.message
            )
            raise

    async def _found(self, begun: TrainingStep, look: Callable[[TrainingStep], Awaitable[T | None]]) -> T | None:
        """What an interrupted step has left at the provider; where that is nothing, the step is given up."""
        found = await self._looked_for(begun, look)
        if found is None:
            # Never again under this id: should it have been on its way all the same, it is known for what it is.
            await self._job.write(
                training_jobs.record_step,
                step_id=begun.id,
                state=JobState.INTERRUPTED,
                error_message="Interrupted; the provider knows nothing of it.",
            )
        return found

    async def _looked_for(self, step: TrainingStep, look: Callable[[TrainingStep], Awaitable[T | None]]) -> T | None:
        began = time.monotonic()
        while True:
            try:
                found = await patiently(lambda: look(step), self._pace, tries=_TRIES)
            except ProviderError as error:
                raise OutcomeUnknownError(error) from error
            # By this clock too: the other one may have been set back since, or be another machine's.
            age = max((datetime.now(UTC) - step.started_utc).total_seconds(), time.monotonic() - began)
            if found is not None or age >= self._pace.grace_s:
                return found
            await asyncio.sleep(min(self._pace.look_s, self._pace.grace_s - age))

    async def _file_of(self, step: TrainingStep) -> RemoteFile | None:
        # A smaller one would be the half of an upload.
        found = await self._trainer.find_files(file_name(step))
        return next((file for file in found if file.size in (0, step.payload["size"])), None)

    async def _job_of(self, step: TrainingStep) -> RemoteJob | None:
        return next(iter(await self._trainer.find(str(step.id))), None)

    async def _adopt_file(self, step: TrainingStep, file: RemoteFile) -> str:
        await self._job.write(training_jobs.record_step, step_id=step.id, state=JobState.DONE, remote_id=file.id)
        self._log.add(f"Found the {step.part} file that had been sent: {file.id}")
        return file.id

    async def _record_job(self, step: TrainingStep, job: RemoteJob) -> tuple[TrainingStep, str]:
        await self._job.write(
            training_jobs.record_step,
            step_id=step.id,
            state=JobState.RUNNING,
            remote_id=job.id,
            build_log=self._log.text(),
        )
        return step, job.id

    async def _intend(self, kind: str, payload: dict[str, object]) -> TrainingStep:
        payload = {**payload, ADDRESS: self._run.address}
        step = TrainingStep(
            JobId(new_id()), kind, str(payload.get("part", "")), JobState.INTENDED, "", payload, datetime.now(UTC)
        )
        await self._job.write(
            training_jobs.intend,
            compilation_id=self._run.compilation_id,
            step_id=step.id,
            kind=kind,
            payload=payload,
        )
        return step


def file_name(step: TrainingStep) -> str:
    """What a file is called at the provider: by the id in it, it is found again."""
    return f"erpai-{step.id}-{step.part}.jsonl"
