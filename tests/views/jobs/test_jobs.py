"""Jobs, their log, and being told when one has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from erpai_desktop.errors import BuildError
from erpai_desktop.views.jobs.jobs_panel import JobsPanel
from erpai_desktop.views.jobs.log_panel import LogPanel
from erpai_desktop.views.jobs.notifier import Notifier
from erpai_desktop.views.jobs.wording import duration, sentence
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import HELD_BACK, NEEDS_A_LOOK, JobPhase, JobSpec, JobState
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.views.compilations.stand import Heard, button, nameless, words_in
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


async def quick(job: RunningJob) -> str:
    job.log("began")
    job.progress("done", 0, 0, "213 rows · 94 % right")
    return "made"


async def failing(job: RunningJob) -> None:
    job.log("began")
    raise BuildError("The disk is full.", safe="v7 stays active.")


async def endless(job: RunningJob) -> None:
    job.progress("evaluating", 124, 200)
    await asyncio.Event().wait()


async def worse(job: RunningJob) -> None:
    job.progress(HELD_BACK, text="v2 is held back: 213 rows. v1 stays; activate this one yourself.")


async def unmeasured(job: RunningJob) -> None:
    job.progress(NEEDS_A_LOOK, text="v2 is held back: 213 rows. It was not measured.")


def dealt_with(_error: Exception) -> bool:
    return True


async def test_without_jobs_it_says_how_to_begin(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    assert "No jobs" in words_in(panel)
    assert "Press F9" in words_in(panel)


async def test_a_job_shows_how_far_it_is_and_can_be_cancelled(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    running = Heard(panel.running_changed)
    job = runner.start(JobSpec("Compile Support AI", "compile", subject=uuid4()), endless)
    await eventually(lambda: "evaluating 124 of 200" in words_in(panel))
    assert running.said[-1:] == [1]
    button(panel, "Cancel").click()
    await eventually(lambda: job.state.ended)
    assert "cancelled; nothing was changed" in words_in(panel)
    assert running.said[-1:] == [0]


async def test_jobs_of_one_queue_wait_for_each_other(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    first = runner.start(JobSpec("First", "compile", queue="one"), endless)
    await eventually(lambda: first.state.phase is JobPhase.RUNNING)
    second = runner.start(JobSpec("Second", "compile", queue="one"), quick)
    await asyncio.sleep(0)
    assert "waits for the job before it" in words_in(panel)
    assert panel.running == 2
    first.cancel()
    await eventually(lambda: second.state.ended)
    assert second.state.phase is JobPhase.DONE


async def test_an_ended_job_opens_what_it_made(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    job = runner.start(JobSpec("Compile Pricing", "compile", subject=uuid4()), quick)
    await settled(runner)
    assert "213 rows · 94 % right" in words_in(panel)
    opened = Heard(panel.open_requested)
    button(panel, "Open").click()
    assert isinstance(opened.last, JobState)
    assert opened.last.id == job.id


async def test_a_failed_job_says_why(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    runner.start(JobSpec("Compile", "compile"), failing).outcome.otherwise(dealt_with)
    await settled(runner)
    assert "The disk is full. v7 stays active." in words_in(panel)


async def test_quiet_jobs_are_not_listed_told_or_logged(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel, log = JobsPanel(runner, theme), LogPanel(runner, theme)
    on_show(panel)
    on_show(log)
    notices = Heard(Notifier(runner, theme, panel).notice)
    runner.start(JobSpec("Answer", "ask", quiet=True), quick)
    await settled(runner)
    assert "No jobs" in words_in(panel)
    assert log.text() == ""
    assert notices.said == []


async def test_only_the_last_fifty_are_kept(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    for number in range(60):
        runner.start(JobSpec(f"Job {number}", "compile"), quick)
        await settled(runner)
    assert len(panel._rows) <= 51
    assert "Job 59" in words_in(panel)
    assert "Job 5\n" not in words_in(panel)


async def test_a_panel_made_later_shows_what_ran_before(runner: Runner, theme: Theme, on_show: Show) -> None:
    runner.start(JobSpec("Earlier", "compile"), quick)
    await settled(runner)
    panel, log = JobsPanel(runner, theme), LogPanel(runner, theme)
    on_show(panel)
    on_show(log)
    assert "Earlier" in words_in(panel)
    assert log.text().count("began") == 1


async def test_the_log_has_each_line_once_and_names_the_job(runner: Runner, theme: Theme, on_show: Show) -> None:
    log = LogPanel(runner, theme)
    on_show(log)
    runner.start(JobSpec("One", "compile"), quick)
    runner.start(JobSpec("Two", "compile"), failing).outcome.otherwise(dealt_with)
    await settled(runner)
    lines = log.text().splitlines()
    assert sum("began   [One]" in line for line in lines) == 1
    assert sum("began   [Two]" in line for line in lines) == 1
    assert "Two: The disk is full. v7 stays active." in lines


async def test_the_end_of_a_job_is_told_once_with_a_way_to_it(runner: Runner, theme: Theme, on_show: Show) -> None:
    window = QWidget()
    on_show(window)
    notifier = Notifier(runner, theme, window)
    notices, opened = Heard(notifier.notice), Heard(notifier.open_requested)
    job = runner.start(JobSpec("Compile Pricing", "compile", subject=uuid4()), quick)
    await settled(runner)
    assert len(notices.said) == 1
    notice = notices.last
    assert isinstance(notice, Notice)
    assert notice.kind == "good"
    assert "Compile Pricing" in notice.text
    assert notice.callback is not None
    notice.callback()
    assert isinstance(opened.last, JobState)
    assert opened.last.id == job.id
    assert [told.text for told in notifier.told] == [notice.text]


async def test_a_failure_stays_until_it_was_read(runner: Runner, theme: Theme, on_show: Show) -> None:
    window = QWidget()
    on_show(window)
    notices = Heard(Notifier(runner, theme, window).notice)
    runner.start(JobSpec("Compile", "compile"), failing).outcome.otherwise(dealt_with)
    await settled(runner)
    notice = notices.last
    assert isinstance(notice, Notice)
    assert (notice.kind, notice.seconds) == ("bad", None)


async def test_a_version_held_back_is_told_as_a_warning_that_leads_to_the_comparison(
    runner: Runner, theme: Theme, on_show: Show
) -> None:
    panel = JobsPanel(runner, theme)
    on_show(panel)
    notifier = Notifier(runner, theme, panel)
    notices, compared, opened = (
        Heard(notifier.notice),
        Heard(notifier.compare_requested),
        Heard(notifier.open_requested),
    )
    runner.start(JobSpec("Compile Pricing", "compile", subject=uuid4()), worse)
    await settled(runner)
    notice = notices.last
    assert isinstance(notice, Notice) and notice.callback is not None
    assert (notice.kind, notice.action, notice.seconds) == ("warning", "Compare", None)
    assert notice.text == "Compile Pricing: v2 is held back: 213 rows. v1 stays; activate this one yourself."
    notice.callback()
    assert len(compared.said) == 1 and not opened.said
    assert [told.kind for told in notifier.told] == ["warning"]
    assert [row.state for row in panel._rows.values()] == ["doubtful"]


async def test_a_version_that_cannot_be_compared_is_opened(runner: Runner, theme: Theme, on_show: Show) -> None:
    window = QWidget()
    on_show(window)
    notifier = Notifier(runner, theme, window)
    notices, opened = Heard(notifier.notice), Heard(notifier.open_requested)
    runner.start(JobSpec("Compile Pricing", "compile", subject=uuid4()), unmeasured)
    await settled(runner)
    notice = notices.last
    assert isinstance(notice, Notice) and notice.callback is not None
    assert (notice.kind, notice.action) == ("warning", "Open")
    notice.callback()
    assert len(opened.said) == 1


async def test_the_desktop_is_told_only_while_one_looks_away(
    runner: Runner, theme: Theme, on_show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    on_show(window)
    said: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _tray: None)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _tray, _title, text, _icon: said.append(text))
    looking = True
    monkeypatch.setattr(window, "isActiveWindow", lambda: looking)
    notifier = Notifier(runner, theme, window)
    runner.start(JobSpec("Seen", "compile"), quick)
    await settled(runner)
    assert said == []
    looking = False
    runner.start(JobSpec("Unseen", "compile"), quick)
    await settled(runner)
    assert len(said) == 1
    assert said[0].startswith("Unseen")
    assert len(notifier.told) == 2


def test_words_for_times_and_states() -> None:
    assert duration(3.14) == "3.1 s"
    assert duration(125) == "2 min 5 s"
    state = JobState(uuid4(), JobSpec("Job", "compile"), JobPhase.RUNNING)
    assert sentence(state) == "starting"
    assert duration(59.98) == "1 min 0 s"


async def test_each_control_has_a_name_and_a_tooltip(runner: Runner, theme: Theme, on_show: Show) -> None:
    panel, log = JobsPanel(runner, theme), LogPanel(runner, theme)
    on_show(panel)
    on_show(log)
    runner.start(JobSpec("One", "compile", subject=uuid4()), quick)
    await settled(runner)
    assert nameless(panel) == []
    assert nameless(log) == []
