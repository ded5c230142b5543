"""The button and the dialog before a version is evaluated again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.enums import Role, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.services import qas
from erpai_desktop.services.evaluations_reading import validation_of
from erpai_desktop.services.scoreboard import version_score
from erpai_desktop.views.compilations.evaluate_again import EvaluateAgain
from erpai_desktop.views.compilations.evaluate_dialog import EvaluateDialog
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.evaluated import add_evaluated, add_provider, records
from tests.views.compilations.stand import Heard, at_rest, model_named, nameless, words_in
from tests.waiting import settled

Show = Callable[[QWidget], QWidget]


class Evaluating:
    """Stands for the job; remembers what it was asked."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.asked: list[tuple[CompilationId, int, ProviderId | None]] = []

    def __call__(
        self, model_id: ModelId, compilation_id: CompilationId, number: int, judge: ProviderId | None
    ) -> RunningJob:
        self.asked.append((compilation_id, number, judge))
        return self._runner.start(JobSpec("Evaluate", "evaluate", subject=model_id), self._nothing)

    async def _nothing(self, job: RunningJob) -> None:
        job.progress("evaluating", 1, 2)


@pytest.fixture
def version(runner: Runner) -> VersionScore:
    model_id = model_named(runner.database, "Marketing AI")
    compilation_id = add_evaluated(runner.database, model_id, records(".."))
    return runner.database.read(version_score, compilation_id=compilation_id)


async def test_without_a_version_it_says_why(runner: Runner, theme: Theme, version: VersionScore) -> None:
    button = EvaluateAgain(runner, theme, Evaluating(runner))
    assert not button.isEnabled() and "Choose a version" in button.toolTip()
    button.show_version(version)
    assert button.isEnabled()
    staff = EvaluateAgain(runner, theme, Evaluating(runner), role=Role.STAFF)
    staff.show_version(version)
    assert not staff.isEnabled()
    for made in (button, staff):
        made.deleteLater()


async def test_files_cannot_be_evaluated(runner: Runner, theme: Theme, version: VersionScore) -> None:
    files = add_evaluated(runner.database, version.model_id, [], target=Target.EXPORT)
    button = EvaluateAgain(runner, theme, Evaluating(runner))
    button.show_version(runner.database.read(version_score, compilation_id=files))
    assert not button.isEnabled() and "files" in button.toolTip()
    button.deleteLater()


async def test_it_begins_with_the_judge_that_was_chosen(
    runner: Runner, theme: Theme, on_show: Show, version: VersionScore
) -> None:
    provider_id = add_provider(runner.database)
    evaluating = Evaluating(runner)
    button = EvaluateAgain(runner, theme, evaluating)
    on_show(button)
    button.show_version(version)
    button.click()
    dialog = button.findChild(EvaluateDialog)
    assert dialog is not None
    await at_rest(runner)
    assert "nothing is sent, it is free" in words_in(dialog) and not dialog._rubric.isVisible()
    dialog.judge.choose(str(provider_id))
    dialog.judge.chosen.emit(str(provider_id))
    await at_rest(runner)
    assert "Compare the answer with the desired answer" in words_in(dialog) and dialog._rubric.isVisible()
    assert "tokens" in words_in(dialog)
    assert nameless(dialog) == []
    dialog._go.click()
    assert not button.isEnabled() and "already" in button.toolTip()
    await settled(runner)
    assert evaluating.asked == [(version.id, version.number, provider_id)] and button.isEnabled()


async def test_with_nothing_to_ask_or_nobody_to_judge_it_says_so(
    runner: Runner, theme: Theme, on_show: Show, version: VersionScore
) -> None:
    tests = runner.database.read(validation_of, model_id=version.model_id)
    runner.database.write(qas.delete_qas, qa_ids=[row.row_id for row in tests])
    dialog = EvaluateDialog(runner, theme, version.id, version.number)
    on_show(dialog)
    await at_rest(runner)
    assert not dialog.judge.isEnabled() and "no provider" in dialog.judge.toolTip()
    assert not dialog._go.isEnabled() and "no validation questions" in dialog._go.toolTip()
    confirmed = Heard(dialog.confirmed)
    dialog._go.click()
    assert not confirmed.said


async def test_the_rubric_is_shown_whole(runner: Runner, theme: Theme, on_show: Show, version: VersionScore) -> None:
    provider_id = add_provider(runner.database)
    dialog = EvaluateDialog(runner, theme, version.id, version.number)
    on_show(dialog)
    await at_rest(runner)
    dialog.judge.choose(str(provider_id))
    dialog.judge.chosen.emit(str(provider_id))
    await at_rest(runner)
    assert dialog._rubric.height() >= dialog._rubric.heightForWidth(dialog._rubric.width())
    assert dialog.width() >= 460
