"""A stranger's CSV file: read in a child process, looked at, then added in one piece, or not at all."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from erpai_desktop.errors import ServiceError
from erpai_desktop.models.enums import QaType, Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import qa_transfer
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import Actor
from erpai_desktop.views.qas.import_preview import ImportPreview
from erpai_desktop.workers import import_file
from erpai_desktop.workers.job_state import JobPhase, JobSpec
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import PageAndNotices, all_lines
from tests.views.qas.walk import nameless
from tests.waiting import eventually, settled

GOOD = 97


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """97 good rows and four bad ones."""
    lines = ["question,answer,section,type"]
    lines += [f'"How long is warranty {n}?","Two years, {n}",Warranty,training' for n in range(GOOD)]
    lines += [",no question,Warranty,training", "Who?,,Warranty,training", "Why?,Because,Warranty,strange"]
    lines += [f"Q,A,{'x' * 200},training"]
    path = tmp_path / "rules.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def preview_of(shown: PageAndNotices, runner: Runner, path: Path) -> ImportPreview:
    shown.page.import_path(path)
    await settled(runner)
    preview = shown.page._preview
    assert preview is not None
    return preview


async def test_everything_is_said_before_anything_is_added(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId, mixed: Path
) -> None:
    before = all_lines(sample, QaFilter(marketing))
    preview = await preview_of(shown, runner, mixed)
    assert shown.page._pages.currentWidget() is preview
    assert preview._confirm.text() == f"Import the {GOOD} good rows"
    problems = preview._problems.model()
    assert [[problems.index(row, column).data() for column in range(4)] for row in range(problems.rowCount())] == [
        ["rules.csv", "99", "Question", "must not be empty"],
        ["rules.csv", "100", "Answer", "must not be empty"],
        ["rules.csv", "101", "Type", "“strange” is not a type; there are training, validation and refuse"],
        ["rules.csv", "102", "Section", "200 characters, at most 128 are allowed"],
    ]
    assert preview._rows.model().rowCount() == GOOD
    assert nameless(preview) == []
    folder = preview.reading.rows.folder
    assert folder.exists()
    preview.copy_problems()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "rules.csv, row 99, question: must not be empty"
    QTest.keyClick(preview, Qt.Key.Key_Escape)
    await settled(runner)
    assert shown.page._preview is None
    assert all_lines(sample, QaFilter(marketing)) == before
    assert not folder.exists()


async def test_the_good_rows_are_added_and_taken_back(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId, mixed: Path
) -> None:
    before = all_lines(sample, QaFilter(marketing))
    preview = await preview_of(shown, runner, mixed)
    folder = preview.reading.rows.folder
    preview._confirm.click()
    assert not preview._confirm.isEnabled()
    await settled(runner)
    assert shown.said == [f"Imported {GOOD} Q&As from rules.csv"]
    now = all_lines(sample, QaFilter(marketing))
    assert len(now) == len(before) + GOOD
    assert (now[-1].question, now[-1].answer) == (f"How long is warranty {GOOD - 1}?", f"Two years, {GOOD - 1}")
    assert shown.page._rows.total == len(now)
    assert not folder.exists()
    (job,) = [job for job in runner.jobs if job.stage == "writing"]
    assert (job.phase, job.done, job.total) == (JobPhase.DONE, GOOD, GOOD)
    shown.undo()
    await settled(runner)
    assert [line.id for line in all_lines(sample, QaFilter(marketing))] == [line.id for line in before]
    assert shown.page._rows.total == len(before)


async def test_a_file_without_a_good_row(shown: PageAndNotices, runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    preview = await preview_of(shown, runner, path)
    assert not preview._confirm.isEnabled()
    assert "no row" in preview._confirm.toolTip()
    assert preview._problems.model().rowCount() >= 1


async def test_what_one_may_not_do_is_said_and_nothing_added(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId, mixed: Path
) -> None:
    actor = sample.actor
    assert actor is not None
    before = all_lines(sample, QaFilter(marketing))
    preview = await preview_of(shown, runner, mixed)
    sample.actor = Actor(actor.user_id, actor.login, actor.name, Role.STAFF)
    preview._confirm.click()
    await settled(runner)
    assert "administrator" in shown.said[-1]
    assert all_lines(sample, QaFilter(marketing)) == before


async def test_rows_come_through_the_file_as_they_were(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(
        'type,answer,question\nrefuse,,"Колко, ""точно""?"\nvalidation,"two\nlines","=1+1"\n', encoding="utf-16"
    )
    job = runner.start(JobSpec("read", "import"), import_file.read_file, path=path)
    read: list[import_file.FileReading] = []
    job.outcome.then(read.append)
    await settled(runner)
    (reading,) = read
    assert [tuple(row) for row in reading.rows] == [
        ('Колко, "точно"?', "", "General", QaType.VALIDATION, True),
        ("=1+1", "two\nlines", "General", QaType.VALIDATION, False),
    ]
    assert tuple(reading.rows) == qa_transfer.parse_csv(path).rows == reading.sample
    folder = reading.rows.folder
    assert folder.is_dir()
    reading.rows.discard()
    assert not folder.exists()


async def test_cancelling_kills_the_reading_process(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_text("question,answer\n" + "Why so?,Because of that\n" * 500_000, encoding="utf-8")
    job = runner.start(JobSpec("read", "import"), import_file.read_file, path=path)
    await eventually(multiprocessing.active_children)
    job.cancel()
    await settled(runner)
    assert job.state.phase is JobPhase.CANCELLED
    assert not multiprocessing.active_children()


def _die(*_arguments: object) -> None:
    os._exit(3)


async def test_a_reading_process_that_dies_is_told(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_file, "_parse_in_child", _die)
    told: list[Exception] = []

    def hear(error: Exception) -> bool:
        told.append(error)
        return True

    spec = JobSpec("read", "import")
    runner.start(spec, import_file.read_file, path=tmp_path / "any.csv").outcome.otherwise(hear)
    await settled(runner)
    (error,) = told
    assert isinstance(error, ServiceError)
    assert error.safe == "Nothing was imported."


async def test_export(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId, tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    shown.page._transfer.write(path)
    await settled(runner)
    rows = qa_transfer.parse_csv(path).rows
    active = [line for line in all_lines(sample, QaFilter(marketing)) if line.is_active]
    assert [row.question for row in rows] == [line.question for line in active]
    assert shown.said == [f"Exported {len(active)} Q&As to out.csv"]
