"""Takes a stranger's CSV file in: read in a child process, looked at by the person, then written in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from erpai_desktop.errors import Problem, ServiceError
from erpai_desktop.logs.program_log import LogPlace, child_log, forget_child, log_place
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.new_qa import NewQa

if TYPE_CHECKING:
    from erpai_desktop.changes import Changes
    from erpai_desktop.workers.job import Job

MOST_PROBLEMS: Final = 10_000
"""Problems that are kept to be shown, few enough to unpack unnoticed; `problems_in_all` counts the others too."""
MOST_SAMPLES: Final = 200
_LOOK_S: Final = 0.02
_TELL_EVERY: Final = 2_000
_ROWS, _SUMMARY = "rows.jsonl", "summary.json"


class RowsFile:
    """The good rows of a read file, in a folder of our own that goes away with this object."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="erpai-import-"))
        self._away = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def __iter__(self) -> Iterator[NewQa]:
        with (self.folder / _ROWS).open("rb") as file:
            for line in file:
                question, answer, section, qa_type, expects_refusal = orjson.loads(line)
                yield NewQa(question, answer, section, QaType(qa_type), expects_refusal)

    def discard(self) -> None:
        """Remove it from the disk now."""
        self._away()


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file holds: `good` rows, of which `sample` are the first ones, and what is wrong with the others.

    `bad` counts records that cannot be imported; one may have several problems.
    """

    file: str
    rows: RowsFile
    good: int
    bad: int
    sample: tuple[NewQa, ...]
    problems: tuple[Problem, ...]
    problems_in_all: int


async def read_file(job: Job, *, path: Path) -> FileReading:
    """Read a CSV file without adding anything. What is wrong inside it comes back as problems.

    Raises ServiceError when the reading process died, as it does when the file needs more memory than there is.
    """
    job.progress("reading", text=path.name)
    rows = RowsFile()
    try:
        await _in_a_child(path, rows.folder)
        reading = _reading(path.name, rows)
    except BaseException:
        rows.discard()
        raise
    job.log(f"{path.name}: {reading.good:,} good rows, {reading.problems_in_all:,} problems")
    return reading


async def import_rows(job: Job, *, model_id: ModelId, reading: FileReading) -> Changes:
    """Add the good rows of a read file to a model: all of them or none; the read file is then gone.

    Raises what `services.qa_transfer.import_qas` raises; the file is then still there to try again.
    """
    from erpai_desktop.services import qa_transfer

    loop = asyncio.get_running_loop()

    def tell(done: int) -> None:
        # Rows are taken on the writing thread; progress belongs to the interface's.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(job.progress, "writing", done, reading.good, f"{done:,} of {reading.good:,} rows")

    job.progress("writing", 0, reading.good)
    changes = await job.write(
        qa_transfer.import_qas, model_id=model_id, rows=_counted(reading.rows, tell), file=reading.file
    )
    reading.rows.discard()
    job.log(f"{reading.file}: {reading.good:,} rows added")
    return changes


def _counted(rows: RowsFile, tell: Callable[[int], None]) -> Iterator[NewQa]:
    number = 0
    for number, row in enumerate(rows, start=1):
        if number % _TELL_EVERY == 0:
            tell(number)
        yield row
    tell(number)


async def _in_a_child(path: Path, folder: Path) -> None:
    """Run `_parse` in a process of its own, which ends with this coroutine whatever happens."""
    spawning = multiprocessing.get_context("spawn")
    process = spawning.Process(target=_parse_in_child, args=(path, folder, log_place()), daemon=True)
    process.start()
    try:
        # Looked at rather than waited for: the one way that is the same on every platform and costs no thread.
        while process.is_alive():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        if process.exitcode != 0:
            raise ServiceError(
                f"{path.name} could not be read: the reading process ended with {process.exitcode}.",
                safe="Nothing was imported.",
                advice="Split the file, or free some memory, and try again.",
            )
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        if process.pid is not None:
            forget_child(process.pid)
        process.close()


def _parse_in_child(path: Path, folder: Path, place: LogPlace | None) -> None:
    with child_log("reading-file", place):
        _parse(path, folder)


def _parse(path: Path, folder: Path) -> None:
    """What the child does: parse, and leave rows and summary as files, which cost the window less than a pickle."""
    from erpai_desktop.services.qa_csv import parse_csv

    parsed = parse_csv(path)
    with (folder / _ROWS).open("wb") as file:
        file.writelines(orjson.dumps(tuple(row), option=orjson.OPT_APPEND_NEWLINE) for row in parsed.rows)
    bad = {problem.row for problem in parsed.problems}
    summary = {
        "good": len(parsed.rows),
        "bad": len(bad),
        "problems_in_all": len(parsed.problems),
        "problems": [[p.message, p.field, p.row, p.file] for p in parsed.problems[:MOST_PROBLEMS]],
    }
    (folder / _SUMMARY).write_bytes(orjson.dumps(summary))


def _reading(file: str, rows: RowsFile) -> FileReading:
    summary = orjson.loads((rows.folder / _SUMMARY).read_bytes())
    sample = [row for _number, row in zip(range(MOST_SAMPLES), rows, strict=False)]
    return FileReading(
        file=file,
        rows=rows,
        good=summary["good"],
        bad=summary["bad"],
        sample=tuple(sample),
        problems=tuple(Problem(*problem) for problem in summary["problems"]),
        problems_in_all=summary["problems_in_all"],
    )
