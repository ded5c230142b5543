"""The bar of a version that is trained or made of files: what it says, offers, and asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget

from erpai_desktop.models.enums import JobState, Role
from erpai_desktop.models.ids import CompilationId, JobId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.training import NOT_TRAINED, TrainingFacts
from erpai_desktop.services import compilations, training_jobs
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.views.compilations.training_bar import TrainingBar
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.trained import add_arbiter, begin_prepared
from tests.views.compilations.stand import Heard, add_version, at_rest, button, model_named, nameless, words_in
from tests.waiting import settled

Show = Callable[[QWidget], QWidget]


class Stand:
    """A prepared version and its bar."""

    def __init__(self, runner: Runner, theme: Theme, on_show: Show, folder: Path, role: Role) -> None:
        self.runner = runner
        self.database = runner.database
        self.model_id = add_arbiter(self.database, rows=1)
        self.id = begin_prepared(self.database, self.model_id, folder)
        self.step = JobId(new_id())
        self.bar = TrainingBar(runner, theme, role=role)
        on_show(self.bar)

    async def shown(self, compilation_id: CompilationId | None = None) -> str:
        self.bar.show_version(compilation_id or self.id)
        await settled(self.runner)
        return words_in(self.bar)

    def record(self, state: JobState, remote_state: str) -> None:
        self.database.write(
            training_jobs.record_step, step_id=self.step, state=state, remote_id="ftjob-1",
            payload={"remote_state": remote_state},
        )  # fmt: skip

    def start(self) -> None:
        self.database.write(
            training_jobs.intend, compilation_id=self.id, step_id=self.step, kind=TRAINING_JOB, payload={}
        )
        self.record(JobState.RUNNING, "queued")


@pytest.fixture
def stand(request: pytest.FixtureRequest, runner: Runner, theme: Theme, on_show: Show, tmp_path: Path) -> Stand:
    return Stand(runner, theme, on_show, tmp_path, getattr(request, "param", Role.TRAINER))


async def test_a_training_is_halted_let_go_on_and_ended(stand: Stand) -> None:
    assert "being sent" in await stand.shown()
    stand.start()
    said = await stand.shown()
    assert "Training: queued · safe to close" in said
    assert "Go on" not in said and "grounded" not in said
    assert nameless(stand.bar) == []
    for text, heard in (
        ("Pause", Heard(stand.bar.pause_requested)),
        ("Cancel training", Heard(stand.bar.cancel_requested)),
    ):
        button(stand.bar, text).click()
        assert isinstance(heard.last, TrainingFacts) and heard.last.compilation_id == stand.id
    stand.record(JobState.PAUSED, "paused")
    said = await stand.shown()
    assert "paused" in said and "Pause" not in said.splitlines()
    heard = Heard(stand.bar.unpause_requested)
    button(stand.bar, "Go on").click()
    assert len(heard.said) == 1


async def test_it_follows_what_others_write(stand: Stand) -> None:
    await stand.shown()
    step = JobId(new_id())
    stand.runner.write(None, training_jobs.intend, compilation_id=stand.id, step_id=step, kind=TRAINING_JOB, payload={})
    stand.runner.write(
        None, training_jobs.record_step, step_id=step, state=JobState.RUNNING, remote_id="ftjob-9",
        payload={"remote_state": "validating_files"},
    )  # fmt: skip
    await settled(stand.runner)
    assert "Training: validating files" in words_in(stand.bar)
    assert "ftjob-9" in stand.bar.toolTip()


async def test_what_could_not_be_trained_is_offered_otherwise(stand: Stand) -> None:
    stand.database.write(
        compilations.fail,
        compilation_id=stand.id,
        error_message="It does not train.",
        build_log="",
        state=JobState.FAILED,
    )
    said = await stand.shown()
    assert "What was prepared is kept." in said
    grounded, saving = Heard(stand.bar.grounded_requested), Heard(stand.bar.save_requested)
    button(stand.bar, "Compile to grounded…").click()
    assert grounded.last == stand.model_id
    button(stand.bar, "Save files…").click()
    dialog = stand.bar.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit("/some/folder")
    dialog.reject()
    assert saving.last == (stand.id, Path("/some/folder"))


@pytest.mark.parametrize("stand", [Role.STAFF], indirect=True)
async def test_staff_is_told_why_not(stand: Stand) -> None:
    stand.start()
    await stand.shown()
    assert not button(stand.bar, "Pause").isEnabled()
    assert "trainer" in button(stand.bar, "Cancel training").toolTip()


async def test_other_versions_have_no_such_bar(stand: Stand, tmp_path: Path) -> None:
    other = add_version(stand.database, tmp_path, model_named(stand.database, "Newsletter"))
    await stand.shown()
    assert stand.bar.isVisible()
    await stand.shown(other)
    assert not stand.bar.isVisible()


async def test_a_provider_that_does_not_train_is_nobodys_failure(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = add_arbiter(runner.database, rows=1)
    version = begin_prepared(runner.database, model_id, tmp_path)
    runner.database.write(
        compilations.fail, compilation_id=version, error_message=f"{NOT_TRAINED}Closed.", build_log="",
        state=JobState.FAILED,
    )  # fmt: skip
    page = CompilationsPage(runner, theme, model_id)
    on_show(page)
    await at_rest(runner)
    said = words_in(page)
    assert "not trained" in said and "Not trained: Closed." in said
    assert "failed" not in said
    assert page.training.isVisible()
