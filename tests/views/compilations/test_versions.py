"""The list of versions and one version in full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Model
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.services import compilations, deleting_versions, qas, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.evaluated import add_evaluated, add_provider, records
from tests.views.compilations.stand import (
    LOG,
    Heard,
    add_version,
    at_rest,
    begin_in,
    button,
    column_of,
    model_named,
    nameless,
    words_in,
)
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def model_id(runner: Runner) -> ModelId:
    return model_named(runner.database, "Newsletter")


async def opened(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> CompilationsPage:
    page = CompilationsPage(runner, theme, model_id)
    on_show(page)
    await at_rest(runner)
    return page


def titles(page: CompilationsPage) -> set[str]:
    columns = enumerate(page._versions.columns)
    return {column.title for place, column in columns if not page._table.isColumnHidden(place)}


def active(database: Database, model_id: ModelId) -> object:
    def read(session: Session) -> object:
        return session.get_one(Model, model_id).conversational_compilation_id

    return database.read(read)


async def test_without_versions_the_page_offers_to_compile(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    page = await opened(runner, theme, on_show, model_id)
    assert "No versions yet" in words_in(page)
    asked = Heard(page.compile_requested)
    button(page, "Compile").click()
    assert len(asked.said) == 1


async def test_lists_versions_newest_first_with_their_state_and_score(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    add_version(runner.database, tmp_path, model_id, error="The disk is full.")
    add_version(runner.database, tmp_path, model_id, error="Cancelled.")
    add_version(runner.database, tmp_path, model_id, error="Interrupted: the program ended during the build.")
    page = await opened(runner, theme, on_show, model_id)
    assert column_of(page._table, 0) == ["v4", "v3", "v2", "v1"]
    assert column_of(page._table, 1) == ["interrupted", "cancelled", "failed", "active"]
    assert column_of(page._table, 7)[3].endswith(" %")


async def test_a_failed_version_says_why_and_shows_its_log(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id, error="The disk is full.")
    page = await opened(runner, theme, on_show, model_id)
    assert "The disk is full." in words_in(page)
    assert page._details._strip.current == "log"
    assert page._details._log.toPlainText() == LOG
    activate = button(page, "Activate")
    assert not activate.isEnabled()
    assert "It was not built to the end" in activate.toolTip()


async def test_an_older_version_is_activated_and_taken_back(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    first = add_version(runner.database, tmp_path, model_id)
    second = add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    assert active(runner.database, model_id) == second
    assert not page._details._activate.isVisible(), "the active version has nothing to be activated"
    page.show_version(first)
    await at_rest(runner)
    notices = Heard(page.notice)
    button(page, "Activate").click()
    await at_rest(runner)
    assert active(runner.database, model_id) == first
    assert column_of(page._table, 1) == ["ready", "active"]
    assert page._table.current.id == first, "the version on show stays"
    notice = notices.last
    assert isinstance(notice, Notice)
    assert notice.text == "v1 answers from now on"
    assert notice.callback is not None
    notice.callback()
    await at_rest(runner)
    assert active(runner.database, model_id) == second


async def test_a_build_that_begins_is_shown_and_can_be_cancelled(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)

    async def build(job: RunningJob) -> None:
        await job.write(begin_in, model_id=model_id)
        job.progress("embedding", 3, 4)
        await asyncio.Event().wait()

    job = runner.start(JobSpec("Compile Newsletter", "compile", subject=model_id), build)
    await eventually(lambda: "embedding 3 of 4" in words_in(page))
    page._fresh.read_now()
    await eventually(lambda: column_of(page._table, 0) == ["v2", "v1"])
    assert page._table.current.number == 2
    assert column_of(page._table, 1)[0] == "building"
    button(page, "Cancel").click()
    await eventually(lambda: job.state.ended)
    assert not page._progress_bar.isVisible()
    # The page may still be reading what the build has left.
    await settled(runner)


async def test_evaluation_tells_right_from_wrong_and_why(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id, wrong=2)
    page = await opened(runner, theme, on_show, model_id)
    view = page._details._evaluation
    everything = column_of(view._table, 1)
    view.choose("wrong")
    assert column_of(view._table, 1) == everything[:2]
    assert set(column_of(view._table, 4)) == {"another answer than the curated one"}
    assert "Something else" in column_of(view._table, 2)
    view.choose("right")
    assert column_of(view._table, 1) == everything[2:]


async def test_a_wrong_answer_leads_to_its_row(runner: Runner, theme: Theme, on_show: Show, tmp_path: Path) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    rows = Heard(page.open_row)
    line = page._details._evaluation._table.current
    QTest.keyClick(page._details._evaluation._table, Qt.Key.Key_Return)
    await settled(runner)
    row = rows.last
    assert isinstance(row, FindingRow)
    assert row.id == line.qa_id


async def test_a_row_that_is_gone_is_said_to_be_gone(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    line = page._details._evaluation._table.current
    runner.write(None, qas.delete_qas, qa_ids=[line.qa_id])
    await at_rest(runner)
    notices, rows = Heard(page.notice), Heard(page.open_row)
    QTest.keyClick(page._details._evaluation._table, Qt.Key.Key_Return)
    await settled(runner)
    notice = notices.last
    assert isinstance(notice, Notice)
    assert "not there any more" in notice.text
    assert not rows.said


async def test_the_rows_of_a_version_are_those_it_was_made_of(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Newsletter")
    version = add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    page._details._strip.select("rows")
    await settled(runner)
    model = page._details._rows
    assert model.rowCount() == page._table.current.row_count
    origins = {model.index(row, 1).data() for row in range(model.rowCount())}
    assert {"own", "Marketing AI", "Company Master"} <= origins
    assert page._table.current.id == version


async def test_the_curve_is_said_in_words_too(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    page._details._strip.select("calibration")
    words = words_in(page)
    assert "Below a confidence of 0.42" in words
    assert "answers 60 % of the questions that it knows and refuses 40 % of those" in words
    curve = page._details._curve
    assert curve.isVisible()
    assert curve.accessibleDescription() in words
    plain = curve.grab().toImage()
    curve.show_curve((), None)
    assert curve.grab().toImage() != plain, "the lines must have been painted"


async def test_each_control_has_a_name_and_a_tooltip(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    assert nameless(page) == []


async def test_the_item_model_keeps_qts_rules(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path, qtmodeltester: Any
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    qtmodeltester.check(page._versions, force_py=True)
    add_version(runner.database, tmp_path, model_id)
    page.refresh()
    await settled(runner)
    assert page._versions.rowCount() == 2


async def test_what_happens_to_another_model_is_not_read(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    runner.write(None, tree.set_default, model_id=model_named(runner.database, "Pricing"))
    await settled(runner)
    assert not page._fresh.is_stale


async def test_arrow_keys_go_from_version_to_version(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    first = add_version(runner.database, tmp_path, model_id)
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    QTest.keyClick(page._table, Qt.Key.Key_Down)
    await settled(runner)
    details = page._details._details
    assert details is not None
    assert details.line.id == first


async def test_narrow_pages_drop_what_is_least_needed(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    shown = titles(page)
    assert {"Target", "Took"} <= shown
    page.resize(505, 500)
    await settled(runner)
    shown = titles(page)
    assert {"Version", "State", "Right"} <= shown
    assert not {"Target", "Took"} & shown


async def test_changes_of_the_database_carry_the_model(runner: Runner, model_id: ModelId, tmp_path: Path) -> None:
    """The page relies on it: a version's changes name the model that it belongs to."""
    changes = runner.database.write(begin_in, model_id=model_id)
    assert changes.touches(Entity.COMPILATION)
    assert model_id in changes.owners


async def test_the_version_that_answers_is_shown_first(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    good = add_version(runner.database, tmp_path, model_id)
    add_version(runner.database, tmp_path, model_id, error="The disk is full.")
    page = await opened(runner, theme, on_show, model_id)
    assert page._table.current.id == good
    assert page._details._state.text() == "active"


async def test_a_version_asked_for_before_the_list_is_there_is_shown(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    old = add_version(runner.database, tmp_path, model_id)
    add_version(runner.database, tmp_path, model_id)
    page = CompilationsPage(runner, theme, model_id)
    page.show_version(old)
    on_show(page)
    await at_rest(runner)
    assert page._table.current.id == old


async def test_a_version_that_was_kept_back_says_why(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Marketing AI")
    add_evaluated(runner.database, model_id, records("...."))
    kept_back = add_evaluated(runner.database, model_id, records("xx.."))
    page = CompilationsPage(runner, theme, model_id)
    on_show(page)
    await at_rest(runner)
    page.show_version(kept_back)
    await at_rest(runner)
    assert "2 of the same 4" in page._details._kept_back.text() and page._details._kept_back.isVisible()
    assert column_of(page._table, 1) == ["held back", "active"]
    runner.write(None, compilations.activate, compilation_id=kept_back)
    await at_rest(runner)
    assert not page._details._kept_back.isVisible()


async def test_the_active_version_offers_the_way_back_and_the_others_a_comparison(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    database = runner.database
    provider = add_provider(database, shutdown="2001-01-01")
    ids = [
        add_evaluated(database, model_id, records(pattern), target=target, provider_id=at, base_model=base)
        for pattern, target, at, base in (
            ("...", Target.BUILT_IN, None, ""),
            ("..x", Target.GROUNDED, provider, "gpt-5"),
        )
    ]
    database.write(compilations.activate, compilation_id=ids[0])
    database.write(compilations.activate, compilation_id=ids[1])
    page = await opened(runner, theme, on_show, model_id)
    assert "gpt-5" in words_in(page._details) and "OpenAI Main" in words_in(page._details)
    assert "base model: ended" in words_in(page._details)
    assert not button(page, "Delete version").isEnabled()
    said = Heard(page.notice)
    button(page, "Roll back to v1").click()
    await at_rest(runner)
    assert active(database, model_id) == ids[0]
    assert isinstance(said.last, Notice) and said.last.callback is not None
    page._table.pick(ids[0])
    await at_rest(runner)
    way_back = button(page, "Roll back")
    assert not way_back.isEnabled() and "No version answered before" in way_back.toolTip()
    page._table.pick(ids[1])
    await settled(runner)
    compared, deleted = Heard(page.compare_requested), Heard(page.delete_requested)
    button(page, "Compare with active").click()
    button(page, "Delete version").click()
    assert compared.last == (ids[0], ids[1]) and deleted.last == (ids[1], "v2")
    said.last.callback()
    await at_rest(runner)
    assert active(database, model_id) == ids[1]
    assert nameless(page) == []


async def test_a_deleted_version_cannot_be_activated_or_deleted_again(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    gone = add_evaluated(runner.database, model_id, records("..."))
    add_evaluated(runner.database, model_id, records("..."))
    runner.database.write(deleting_versions.begin_deletion, compilation_id=gone)
    page = await opened(runner, theme, on_show, model_id)
    page._table.pick(gone)
    await settled(runner)
    for name, why in (("Activate", "deleted"), ("Delete version", "deleted already")):
        assert not button(page, name).isEnabled() and why in button(page, name).toolTip()
