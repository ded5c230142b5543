"""Following a job at a provider to its end: its log into the build log, its state into the workspace and the panel."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from erpai_desktop.ai.trainer import RemoteEvent, RemoteJob, RemoteState, Trainer
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.snapshots.training import TrainingStep
from erpai_desktop.services import training_jobs
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.training.patience import Pace, patiently

_LONGEST_LINE = 500
_EVENT = "event"
_MOST_KNOWN = 20_000
"""Ids of events that are remembered, should a provider tell its whole log again."""
_WORDS = {
    RemoteState.VALIDATING: "checking the files",
    RemoteState.QUEUED: "queued",
    RemoteState.RUNNING: "training",
    RemoteState.PAUSED: "paused",
    RemoteState.SUCCEEDED: "trained",
    RemoteState.FAILED: "failed",
    RemoteState.CANCELLED: "cancelled",
}


async def follow(job: Job, log: BuildLog, trainer: Trainer, step: TrainingStep, job_id: str, pace: Pace) -> RemoteJob:
    """The job once it has ended; nothing is lost when this is broken off meanwhile.

    Raises ProviderError when it cannot be asked any more, OwnedElsewhereError, UserError when the version was given up.
    """
    last_event = str(step.payload.get(_EVENT, "")) or None
    known: set[str] = set()
    told: RemoteState | None = None
    seen = 0.0
    while True:
        remote = await patiently(partial(trainer.retrieve, job_id), pace, told=log.add)
        heard = await patiently(partial(trainer.events, job_id, after=last_event), pace, told=log.add)
        events = [event for event in heard if event.id not in known]
        for event in events:
            log.add(_line(event))
            last_event = event.id
        known = (known if len(known) < _MOST_KNOWN else set()) | {event.id for event in events}
        job.progress("at the provider", text=f"{_WORDS[remote.state]} · safe to close")
        if events or remote.state is not told or time.monotonic() - seen >= pace.seen_s:
            await job.write(
                training_jobs.record_step,
                step_id=step.id,
                state=JobState.PAUSED if remote.state is RemoteState.PAUSED else JobState.RUNNING,
                payload={_EVENT: last_event or "", "remote_state": remote.state.value},
                build_log=log.text(),
            )
            told, seen = remote.state, time.monotonic()
        if remote.state.ended:
            return remote
        await asyncio.sleep(pace.poll_s)


def _line(event: RemoteEvent) -> str:
    """As the provider says it, on one line, and not endlessly."""
    text = " ".join("".join(c if c.isprintable() else " " for c in event.message[: _LONGEST_LINE * 2]).split())
    return f"[{event.level or 'info'}] {text[:_LONGEST_LINE]}"
