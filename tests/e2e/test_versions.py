"""Versions in the real window: compared, deployed, rolled back, deleted; golden answers recorded and checked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QTabBar

from erpai_desktop.app.desk import Desk
from erpai_desktop.models.enums import CompilationStatus, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.services import compilations
from erpai_desktop.services.compilations_reading import compilations_of
from erpai_desktop.services.golden_reading import golden_sets
from erpai_desktop.services.scoreboard import find_version
from erpai_desktop.views.comparison.page import ComparisonPage
from erpai_desktop.views.compilations.delete_dialog import DeleteVersionDialog
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.views.golden.record_dialog import RecordDialog
from erpai_desktop.views.model_editor.overview import OverviewPage
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import HELD_BACK, JobPhase, JobSpec
from erpai_desktop.workers.runner import RunningJob
from tests.e2e.driving import at_the_window
from tests.evaluated import add_evaluated, record, records
from tests.views.compilations.stand import at_rest, button, column_of, model_named, words_in
from tests.waiting import eventually


def active(desk: Desk, model_id: ModelId) -> CompilationId:
    return desk.session.database.read(find_version, model_id=model_id, name="active")


def notice(desk: Desk) -> Notice:
    shown = desk.shell.window.notices.current
    assert shown is not None
    return shown


async def test_two_versions_are_compared_deployed_and_rolled_back(sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        window, runner, database = desk.shell.window, desk.session.runner, desk.session.database
        await at_rest(runner)
        model_id = model_named(database, "Pricing")
        old = add_evaluated(database, model_id, records("x" * 8 + "." * 12), knowledge=True)
        database.write(compilations.activate, compilation_id=old)
        desk.tree.refresh()
        desk.pages.open_model(model_id)
        await at_rest(runner)
        # With one version there is nothing to compare: the scoreboard says so.
        desk.shell.actions.action("model.compare").trigger()
        await at_rest(runner)
        page = window.tabs.page(window.tabs.current)
        assert page is not None and "There is only one version" in button(page, "Compare").toolTip()
        assert button(page, "Evaluate again").isEnabled()
        new = add_evaluated(database, model_id, [*records("." * 20), record(77)], knowledge=True)
        database.write(compilations.activate, compilation_id=new)
        desk.shell.actions.action("model.roll_back").trigger()
        await at_rest(runner)
        assert active(desk, model_id) == old and "Roll back to v1" in notice(desk).text
        desk.shell.actions.action("model.roll_back").trigger()
        await at_rest(runner)
        assert "No version answered before" in notice(desk).text
        desk.shell.actions.action("model.compare").trigger()
        await at_rest(runner)
        compared = window.tabs.page(window.tabs.current)
        assert isinstance(compared, ComparisonPage)
        await eventually(lambda: "v2 better, beyond chance" in words_in(compared))
        assert desk.pages.current_model == model_id
        (titles,) = window.tabs.findChildren(QTabBar)
        assert titles.tabText(titles.currentIndex()) == "v1 ↔ v2"
        button(compared, "Parity report…").click()
        (dialog,) = window.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "parity.html"))
        dialog.reject()
        await eventually(lambda: (tmp_path / "parity.html").exists())
        button(compared, "Deploy v2").click()
        await at_rest(runner)
        assert active(desk, model_id) == new
        callback = notice(desk).callback
        assert callback is not None
        callback()
        await at_rest(runner)
        assert active(desk, model_id) == old

    await at_the_window(sample_file, tmp_path, drive)


async def test_a_version_held_back_leads_to_its_comparison(sample_file: Path, tmp_path: Path) -> None:
    async def worse(job: RunningJob) -> None:
        job.progress(HELD_BACK, text="v2 is held back.")

    async def drive(desk: Desk) -> None:
        window, runner, database = desk.shell.window, desk.session.runner, desk.session.database
        await at_rest(runner)
        model_id = model_named(database, "Pricing")
        old = add_evaluated(database, model_id, records("...."))
        database.write(compilations.activate, compilation_id=old)
        add_evaluated(database, model_id, records("xx.."))
        runner.start(JobSpec("Compile Pricing", "compile", subject=model_id), worse)
        await at_rest(runner)
        assert notice(desk).kind == "warning"
        button(window.notices, "Compare").click()
        await at_rest(runner)
        compared = window.tabs.page(window.tabs.current)
        assert isinstance(compared, ComparisonPage) and button(compared, "Deploy v2").isEnabled()
        window.title_bar.bell.click()
        (menu,) = window.title_bar.bell.findChildren(QMenu)
        (told,) = menu.actions()
        assert "v2 is held back" in told.text() and not told.icon().isNull()
        menu.hide()

    await at_the_window(sample_file, tmp_path, drive)


async def test_a_version_is_deleted_after_being_asked_once(sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        runner, database = desk.session.runner, desk.session.database
        await at_rest(runner)
        model_id = model_named(database, "Pricing")
        old = add_evaluated(database, model_id, records("..."))
        add_evaluated(database, model_id, records("...x"))
        page = desk.pages.open_model(model_id, "compilations")
        assert page is not None and not page.findChildren(OverviewPage), "only what was asked for is made"
        versions = page.show_page("compilations")
        assert isinstance(versions, CompilationsPage)
        await at_rest(runner)
        versions.show_version(old)
        await at_rest(runner)
        button(versions, "Delete version").click()
        (dialog,) = desk.shell.window.findChildren(DeleteVersionDialog)
        button(dialog, "Delete v1").click()
        await eventually(lambda: all(job.ended for job in runner.jobs))
        await at_rest(runner)
        lines = database.read(compilations_of, model_id=model_id)
        assert [line.status for line in lines] == [CompilationStatus.COMPLETED, CompilationStatus.DELETED]
        assert "v1 was deleted here; 1 file freed." in [job.text for job in runner.jobs]

    await at_the_window(sample_file, tmp_path, drive)


async def test_golden_answers_of_a_real_version(sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        runner, database = desk.session.runner, desk.session.database
        await at_rest(runner)
        model_id = model_named(database, "Pricing")
        desk.jobs.compile(model_id, Target.BUILT_IN)
        await eventually(lambda: runner.jobs and all(job.ended for job in runner.jobs))
        page = desk.pages.open_model(model_id, "evaluation")
        assert page is not None
        evaluation = page.show_page("evaluation")
        assert isinstance(evaluation, EvaluationPage)
        await at_rest(runner)
        evaluation.sections.select("golden")
        button(evaluation, "Record golden answers").click()
        await at_rest(runner)
        (dialog,) = desk.shell.window.findChildren(RecordDialog)
        dialog._typed.setPlainText("Who may give a discount?")
        button(dialog, "Record").click()
        await eventually(lambda: runner.jobs[-1].spec.kind == "golden" and runner.jobs[-1].ended)
        assert runner.jobs[-1].phase is JobPhase.DONE, runner.jobs[-1].error
        await at_rest(runner)
        (line,) = database.read(golden_sets, model_id=model_id)
        assert line.count > 1 and line.judged == line.count - 1
        button(evaluation, "Check").click()
        await eventually(lambda: "100 % alike" in words_in(evaluation))
        assert set(column_of(evaluation._golden._parity._table, 3)) == {"same"}  # type: ignore[union-attr] # it is there

    await at_the_window(sample_file, tmp_path, drive)
