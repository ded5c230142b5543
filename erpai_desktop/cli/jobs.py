"""Trainings that go on at providers, on the command line: listed, followed, halted, ended, and orphans looked for."""

from __future__ import annotations

import argparse
import asyncio

from erpai_desktop.ai.trainer import RemoteEvent, RemoteJob
from erpai_desktop.cli.compiling import resume, training_of
from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.training import TrainingFacts, TrainingLine
from erpai_desktop.services import providers_reading, tree_reading
from erpai_desktop.services.training_jobs import may_control, open_runs, training_run
from erpai_desktop.services.training_reading import training_facts
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.providers.connecting import opened_trainer
from erpai_desktop.workers.training.control import cancel_training, pause_training, unpause_training
from erpai_desktop.workers.training.orphans import Orphan, look_for_orphans

_EVENTS_SHOWN = 10
_ACTS = {"pause": pause_training, "resume": unpause_training, "cancel": cancel_training}


def run(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Run one of the commands. Raises ErpAiError."""
    if asked.action == "list":
        _list(database, output)
    elif asked.action == "orphans":
        _orphans(asked, database, output)
    elif asked.action == "show":
        _show(asked, database, output)
    elif asked.action == "follow":
        resume(asked, database, output)
    else:
        _act(asked, database, output)


def _list(database: Database, output: Output) -> None:
    lines = database.read(open_runs)
    if not lines:
        output.warn("Nothing is being trained.")
    for line in lines:
        found = database.read(training_run, compilation_id=line.compilation_id)
        facts = database.read(training_facts, compilation_id=line.compilation_id)
        state = _state(facts)
        output.result(
            {
                "model": line.model_name,
                "model_id": str(line.model_id),
                "version": line.number,
                "state": state,
                "provider": found.provider_name,
                "base_model": found.base_model,
                "remote_id": facts.remote_id,
                "remote_state": facts.remote_state,
                "followed": line.is_followed,
            },
            f"{line.model_name} v{line.number}  "
            + ", ".join(
                part
                for part in (
                    state,
                    f"{found.base_model} at {found.provider_name}",
                    facts.remote_id,
                    "followed by a running program" if line.is_followed else "nobody follows it: `jobs follow`",
                )
                if part
            ),
        )


def _state(facts: TrainingFacts) -> str:
    if facts.is_paused:
        return "paused"
    if not facts.is_started:
        return "prepared"
    return facts.remote_state.replace("_", " ") or "started"


def _show(asked: argparse.Namespace, database: Database, output: Output) -> None:
    line = _line(asked, database)
    facts = database.read(training_facts, compilation_id=line.compilation_id)
    if not facts.is_started:
        raise UserError(
            f"The training of v{line.number} has not been started yet.", advice="`jobs follow` goes on with it."
        )
    remote, events = asyncio.run(_shown(asked, database, output, line, facts.remote_id))
    for event in events[-_EVENTS_SHOWN:]:
        output.result(
            {"event": "log", "time": event.time_utc.isoformat(), "level": event.level, "line": event.message},
            f"{event.time_utc.astimezone():%Y-%m-%d %H:%M}  {' '.join(event.message.split())}",
        )
    state = remote.state.value.replace("_", " ")
    output.result(
        {
            "event": "state",
            "model": line.model_name,
            "version": line.number,
            "remote_id": remote.id,
            "state": state,
            "ended": remote.state.ended,
            "error": remote.error,
        },
        f"{line.model_name} v{line.number}: {state}"
        + (f", {remote.error}" if remote.error else "")
        + (". It has ended: `jobs follow` makes a version of it." if remote.state.ended else ""),
    )


async def _shown(
    asked: argparse.Namespace, database: Database, output: Output, line: TrainingLine, remote_id: str
) -> tuple[RemoteJob, tuple[RemoteEvent, ...]]:
    provider_id = database.read(training_run, compilation_id=line.compilation_id).provider_id
    async with (
        connected(asked, database, [provider_id]) as (_engine, connections),
        opened_trainer(connections, ConsoleJob(database, output), provider_id=provider_id) as trainer,
    ):
        return await trainer.retrieve(remote_id), await trainer.events(remote_id)


def _line(asked: argparse.Namespace, database: Database) -> TrainingLine:
    line = training_of(database, database.read(tree_reading.find_model, name_or_id=asked.model))
    if line is None:
        raise UserError(f"Nothing is being trained for {asked.model}.", safe="Nothing was changed.")
    return line


def _act(asked: argparse.Namespace, database: Database, output: Output) -> None:
    line = _line(asked, database)
    asyncio.run(_acted(asked, database, output, line))
    goes_on = database.read(training_run, compilation_id=line.compilation_id).is_running
    sentence = {
        "pause": f"The training of v{line.number} is halted at the provider.",
        "resume": f"The training of v{line.number} goes on.",
        "cancel": f"v{line.number} was cancelled.",
    }[asked.action]
    if asked.action == "cancel" and goes_on:
        sentence = f"v{line.number} was cancelled at the provider; the program that follows it gives it up."
    output.result({"event": asked.action, "model": line.model_name, "version": line.number}, sentence)


async def _acted(asked: argparse.Namespace, database: Database, output: Output, line: TrainingLine) -> None:
    provider_id = database.read(training_run, compilation_id=line.compilation_id).provider_id
    async with connected(asked, database, [provider_id]) as (_engine, connections):
        job = ConsoleJob(database, output)
        await _ACTS[asked.action](job, compilation_id=line.compilation_id, connections=connections)
        await job.settled()


def _orphans(asked: argparse.Namespace, database: Database, output: Output) -> None:
    provider_id = database.read(providers_reading.find_provider, name_or_id=asked.provider)
    database.write(may_control, role=Role.TRAINER)
    found = asyncio.run(_looked(asked, database, output, provider_id))
    for orphan in found:
        output.result(
            {
                "event": "orphan",
                "remote_id": orphan.job.id,
                "remote_state": orphan.job.state.value,
                "message": orphan.message,
            },
            orphan.message,
        )
    output.result(
        {"event": "looked", "orphans": len(found)},
        "That is all." if found else "No training goes on there that no version waits for.",
    )


async def _looked(
    asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId
) -> tuple[Orphan, ...]:
    name = database.read(providers_reading.provider_setup, provider_id=provider_id).name
    job = ConsoleJob(database, output)
    async with (
        connected(asked, database, [provider_id]) as (_engine, connections),
        opened_trainer(connections, job, provider_id=provider_id) as trainer,
    ):
        return await look_for_orphans(job, trainer, provider_name=name)
