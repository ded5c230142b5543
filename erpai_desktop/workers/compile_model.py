"""Compiling a model: written down, built in a child process, stored, activated; or undone without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from erpai_desktop.ai.builtin.settings import ENGINE_VERSION, EngineSettings
from erpai_desktop.errors import BuildError, ErpAiError, UserError
from erpai_desktop.models.enums import JobState, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, compilations_reading
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.build_process import build
from erpai_desktop.workers.child_process import ChildProcess, Message
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.local_indexes import LocalIndexes
from erpai_desktop.workers.staging import make_staging, remove_staging
from erpai_desktop.workers.threads import in_a_thread


@dataclass(frozen=True, slots=True)
class Compiled:
    """How a build ended well. `unchanged` means that nothing differed from version `number`, which stands as it was."""

    compilation_id: CompilationId
    number: int
    unchanged: bool
    active: bool
    rows: int = 0
    right: int = 0
    total: int = 0

    def sentence(self) -> str:
        """For people."""
        if self.unchanged:
            return f"Nothing has changed since v{self.number}."
        score = f", {self.right} of {self.total} validation questions right" if self.total else ""
        state = "is active" if self.active else "waits to be activated"
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return f"v{self.number} {state}: {rows}{score}."

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "event": "compiled",
            "compilation_id": str(self.compilation_id),
            "version": self.number,
            "unchanged": self.unchanged,
            "active": self.active,
            "rows": self.rows,
            "validation": {"right": self.right, "total": self.total},
        }


class _Log:
    """The build's log as it is stored, and as the job tells it meanwhile."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        self._lines.append(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z {line}")
        self._job.log(line)

    def text(self) -> str:
        return "\n".join(self._lines)


async def compile_model(
    job: Job,
    *,
    model_id: ModelId,
    target: Target = Target.BUILT_IN,
    cache_folder: Path,
    settings: EngineSettings | None = None,
) -> Compiled:
    """Build a new version of a model and activate it if the model wants that.

    While it fails or is cancelled, the active version stays; a version that was begun is then marked so. Raises
    BuildError, NotPermittedError, NotFoundError; a UserError for a target that is not built here.
    """
    if target is not Target.BUILT_IN:
        raise UserError(f"The target “{target.value}” cannot be built yet.", advice="Choose built-in.")
    log = _Log(job)
    indexes = LocalIndexes(cache_folder / "indexes")
    child = ChildProcess(build, name="build")
    # Made here, so that a build whose beginning was cancelled while it was being written can be given up.
    compilation_id = CompilationId(new_id())
    staging: Path | None = None
    storing: dict[str, asyncio.Task[str]] = {}
    try:
        inputs = await job.read(compilations_reading.build_inputs, model_id=model_id, target=target)
        await job.write(
            compilations.begin,
            compilation_id=compilation_id,
            model_id=model_id,
            target=target,
            engine_version=ENGINE_VERSION,
        )
        log.add(f"Compiling {inputs.model_name} → {target.value}")
        await child.start()
        staging = await in_a_thread(make_staging, cache_folder)
        await child.send(
            {
                "workspace": str(job.database.location),
                "model_id": str(model_id),
                "target": target.value,
                "settings": (settings or EngineSettings()).to_json(),
                "staging": str(staging),
                "cache": str(cache_folder / "embeddings.sqlite"),
                "known": {hash_: str(id_) for hash_, id_ in inputs.known_hashes.items()},
                "previous": await in_a_thread(_previous, job.database, inputs.previous_index, indexes),
            }
        )
        result = await _result(child, job, log, partial(_store, storing, job.database, staging))
        if "unchanged" in result:
            return await _unchanged(job, compilation_id, result)
        job.progress("storing")
        blobs = {key: await task for key, task in storing.items()}
        log.add("Stored")
        await job.write(
            compilations.complete,
            compilation_id=compilation_id,
            input_hash=result["input_hash"],
            knowledge_revision=result["revision"],
            compiled_model_name=f"{target.value}:{result['embedder']}:{result['strategy']}",
            build_log=log.text(),
            values=result["values"],
            blobs=blobs,
        )
        await in_a_thread(indexes.adopt, staging / "index", blobs["index"])
    except asyncio.CancelledError:
        who = job.database.actor
        await _give_up(job, compilation_id, f"Cancelled by {who.name if who else 'nobody'}.", log, JobState.CANCELLED)
        raise
    except ErpAiError as error:
        await _give_up(job, compilation_id, str(error), log, JobState.FAILED)
        raise
    except Exception as error:
        await _give_up(job, compilation_id, f"{type(error).__name__}: {error}", log, JobState.FAILED)
        raise
    finally:
        await child.close()
        await _ended(storing.values())
        if staging is not None:
            await in_a_thread(remove_staging, staging)
    return await _compiled(job, compilation_id)


async def _result(child: ChildProcess, job: Job, log: _Log, store: Callable[[str], object]) -> Message:
    """Pass on what the child tells until it is done. Raises BuildError."""
    while (message := await child.receive()) is not None:
        if "stage" in message:
            job.progress(message["stage"], message["done"], message["total"])
        elif "log" in message:
            log.add(message["log"])
        elif "file" in message:
            store(message["file"])
        elif "error" in message:
            raise BuildError(
                message["error"],
                safe="The active version stays as it was.",
                advice=message.get("advice") or "Try again; the log says how far it got.",
            )
        else:
            return message
    raise BuildError(
        "The building process has ended unexpectedly.",
        safe="The active version stays as it was.",
        advice="Try again; if it happens again, there may be too little memory.",
    )


async def _unchanged(job: Job, compilation_id: CompilationId, result: Message) -> Compiled:
    same_as = CompilationId(UUID(result["unchanged"]))
    await job.write(
        compilations.discard_unchanged,
        compilation_id=compilation_id,
        same_as=same_as,
        knowledge_revision=result["revision"],
    )
    return await _compiled(job, same_as, unchanged=True)


async def _give_up(job: Job, compilation_id: CompilationId, message: str, log: _Log, state: JobState) -> None:
    log.add(message)
    await job.write(
        compilations.fail,
        compilation_id=compilation_id,
        error_message=message,
        build_log=log.text(),
        state=state,
    )


async def _compiled(job: Job, compilation_id: CompilationId, *, unchanged: bool = False) -> Compiled:
    line = await job.read(compilations_reading.version_line, compilation_id=compilation_id)
    compiled = Compiled(
        compilation_id,
        line.number,
        unchanged=unchanged,
        active=line.is_active,
        rows=line.row_count or 0,
        right=line.right,
        total=line.total,
    )
    job.progress("done", text=compiled.sentence())
    return compiled


def _previous(database: Database, sha256: str | None, indexes: LocalIndexes) -> str | None:
    if sha256 is None:
        return None
    try:
        return str(indexes.get(database, sha256))
    except ErpAiError:
        # It only saves time: without it everything is made anew.
        return None


def _store(storing: dict[str, asyncio.Task[str]], database: Database, staging: Path, name: str) -> None:
    """Begin to store a file as the asset of its name. Nothing refers to it until the build is complete."""
    before = tuple(storing.values())

    async def store() -> str:
        # One after the other: each takes the one write lock.
        if before:
            await asyncio.wait(before)
        return await in_a_thread(store_blob, database, staging / name)

    storing[name] = asyncio.get_running_loop().create_task(store())


async def _ended(tasks: Iterable[asyncio.Task[str]]) -> None:
    """Stop what is still being stored, and see every failure: the first has been told already."""
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
