"""A model's own settings: saved as one types, merged with what others save."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from erpai_desktop.errors import UserError
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.services import tree, tree_reading
from erpai_desktop.services.users import join
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.model_editor.overview import OverviewPage
from erpai_desktop.views.parts import autosave
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import button, model_named, nameless, words_in
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def model_id(runner: Runner) -> ModelId:
    return model_named(runner.database, "Marketing AI")


@pytest.fixture
async def page(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> OverviewPage:
    made = OverviewPage(runner, theme, model_id)
    on_show(made)
    await settled(runner)
    return made


@pytest.fixture
async def elsewhere(runner: Runner, sample_file: Path) -> AsyncIterator[Runner]:
    """Another window on the same file."""
    database = open_database(WorkspaceLocation(path=sample_file))
    database.actor = database.write(join, login="other", name="Other")
    # The second person joins as staff: an administrator lets them in.
    database.actor = runner.database.actor
    made = Runner(database)
    yield made
    await made.close()
    database.close()


def stored(database: Database, model_id: ModelId) -> ModelDetails:
    return database.read(tree_reading.model_details, model_id=model_id)


def typed(page: OverviewPage, text: str) -> None:
    """Type into the instructions, at their end."""
    editor = page._form.system_message
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    QTest.keyClicks(editor, text)


async def test_shows_what_is_stored_and_where_it_comes_from(page: OverviewPage) -> None:
    assert page._form.names["en"].text() == "Marketing AI"
    assert page._form.names["bg"].text() == "Маркетинг"
    words = words_in(page)
    assert "from Company Master" in words
    assert "Answer briefly. Refer to the company as Vitosha Outdoor." in words
    assert "Marketing AI (its own)" in words
    assert "Inherits from Company Master" in words
    assert button(page, "Override").isVisible()


async def test_saves_a_moment_after_the_last_key(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "DELAY_MS", 20)
    page = OverviewPage(runner, theme, model_id)
    page._saves._autosave._timer.setInterval(20)
    on_show(page)
    await settled(runner)
    typed(page, " Be kind.")
    assert page._saves._autosave.is_dirty
    await eventually(lambda: stored(runner.database, model_id).system_message.endswith(" Be kind."))
    await settled(runner)
    assert "Be kind." in words_in(page), "the effective instructions below follow"


async def test_saves_when_the_field_is_left_and_on_control_s(
    page: OverviewPage, runner: Runner, model_id: ModelId
) -> None:
    page.activateWindow()
    await eventually(page.isActiveWindow)
    page._form.notes.setFocus()
    page._form.notes.setPlainText("Left.")
    page._form.names["en"].setFocus()
    await settled(runner)
    assert stored(runner.database, model_id).notes == "Left."
    QTest.keyClicks(page._form.names["en"], " 2")
    QTest.keyClick(page._form.names["en"], Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await settled(runner)
    assert stored(runner.database, model_id).names["en"] == "Marketing AI 2"
    assert stored(runner.database, model_id).names["bg"] == "Маркетинг"


async def test_flush_saves_what_closing_would_lose(page: OverviewPage, runner: Runner, model_id: ModelId) -> None:
    typed(page, " Last word.")
    page.flush()
    await settled(runner)
    assert stored(runner.database, model_id).system_message.endswith(" Last word.")


async def test_typing_on_while_a_save_is_under_way_is_no_conflict(
    page: OverviewPage, runner: Runner, model_id: ModelId
) -> None:
    typed(page, " One")
    page.flush()
    typed(page, " two")
    page.flush()
    typed(page, " three")
    await settled(runner)
    page.flush()
    await settled(runner)
    assert stored(runner.database, model_id).system_message.endswith(" One two three")
    assert page.findChild(ConflictDialog) is None


async def test_what_one_is_typing_survives_a_change_elsewhere(
    page: OverviewPage, runner: Runner, model_id: ModelId
) -> None:
    typed(page, " Mine.")
    runner.write(None, tree.update_model, model_id=model_id, object_version=None, notes="Theirs.")
    await settled(runner)
    assert page._form.system_message.toPlainText().endswith(" Mine.")
    assert page._form.notes.toPlainText() == "Theirs.", "what was not touched here follows"
    page.flush()
    await settled(runner)
    assert page.findChild(ConflictDialog) is None, "different fields are no quarrel"
    details = stored(runner.database, model_id)
    assert details.system_message.endswith(" Mine.")
    assert details.notes == "Theirs."


async def edit_elsewhere(elsewhere: Runner, model_id: ModelId, **what: object) -> None:
    version = stored(elsewhere.database, model_id).object_version
    elsewhere.write(None, tree.update_model, model_id=model_id, object_version=version, **what)  # type: ignore[arg-type]
    await settled(elsewhere)


async def test_two_windows_changing_one_text_get_to_choose(
    page: OverviewPage, runner: Runner, elsewhere: Runner, model_id: ModelId
) -> None:
    await edit_elsewhere(elsewhere, model_id, system_message="Theirs.")
    page._form.system_message.setPlainText("Mine.")
    page.flush()
    await settled(runner)
    dialog = page.findChild(ConflictDialog)
    assert dialog is not None
    assert "This model's own instructions" in words_in(dialog)
    texts = [editor.toPlainText() for editor in dialog.findChildren(QPlainTextEdit)]
    assert {"Mine.", "Theirs."} <= set(texts)
    assert stored(runner.database, model_id).system_message == "Theirs.", "nothing is lost before the choice"
    button(dialog, "Keep mine").click()
    await settled(runner)
    assert stored(runner.database, model_id).system_message == "Mine."
    assert page._form.system_message.toPlainText() == "Mine."


async def test_keeping_theirs_shows_theirs(
    page: OverviewPage, runner: Runner, elsewhere: Runner, model_id: ModelId
) -> None:
    await edit_elsewhere(elsewhere, model_id, system_message="Theirs.")
    page._form.system_message.setPlainText("Mine.")
    page.flush()
    await settled(runner)
    dialog = page.findChild(ConflictDialog)
    assert dialog is not None
    button(dialog, "Keep theirs").click()
    await settled(runner)
    assert page._form.system_message.toPlainText() == "Theirs."
    assert stored(runner.database, model_id).system_message == "Theirs."
    typed(page, " And more.")
    page.flush()
    await settled(runner)
    assert stored(runner.database, model_id).system_message == "Theirs. And more."


async def test_deciding_later_keeps_the_text_and_says_so(
    page: OverviewPage, runner: Runner, elsewhere: Runner, model_id: ModelId
) -> None:
    await edit_elsewhere(elsewhere, model_id, system_message="Theirs.")
    page._form.system_message.setPlainText("Mine.")
    page.flush()
    await settled(runner)
    dialog = page.findChild(ConflictDialog)
    assert dialog is not None
    button(dialog, "Decide later").click()
    await settled(runner)
    assert page._form.system_message.toPlainText() == "Mine."
    assert "Not saved yet" in words_in(page)
    page.refresh()
    await settled(runner)
    assert page._form.system_message.toPlainText() == "Mine.", "reading again must not take it away"


async def test_names_in_different_languages_are_no_quarrel(
    page: OverviewPage, runner: Runner, elsewhere: Runner, model_id: ModelId
) -> None:
    await edit_elsewhere(elsewhere, model_id, names={"en": "Marketing AI", "bg": "Реклама"})
    page._form.names["en"].setText("Publicity AI")
    page._saves._autosave.touch()
    page.flush()
    await settled(runner)
    assert page.findChild(ConflictDialog) is None
    assert dict(stored(runner.database, model_id).names) == {"en": "Publicity AI", "bg": "Реклама"}
    assert page._form.names["bg"].text() == "Реклама"


async def test_what_cannot_be_saved_is_said_at_the_field_and_kept(
    page: OverviewPage, runner: Runner, model_id: ModelId
) -> None:
    for edit in page._form.names.values():
        edit.clear()
    page._saves._autosave.touch()
    page.flush()
    await settled(runner)
    assert page._form._problems.at("names").isVisible()
    assert stored(runner.database, model_id).names["en"] == "Marketing AI"
    page.refresh()
    await settled(runner)
    assert page._form.names["en"].text() == "", "what was typed stays until it can be saved"
    page._form.names["en"].setText("Marketing")
    page._saves._autosave.touch()
    page.flush()
    await settled(runner)
    assert not page._form._problems.at("names").isVisible()
    assert dict(stored(runner.database, model_id).names) == {"en": "Marketing"}


async def test_an_assistant_speaks_in_no_group(page: OverviewPage, runner: Runner, model_id: ModelId) -> None:
    assert page._form.virtual_user.isEnabled()
    page._form.assistant.click()
    await settled(runner)
    assert stored(runner.database, model_id).build_assistant
    assert not page._form.virtual_user.isEnabled()
    assert page._form.virtual_user.toolTip().endswith("\nOnly an arbiter speaks in groups")


async def test_a_provider_of_its_own_is_marked_as_such(page: OverviewPage, runner: Runner, model_id: ModelId) -> None:
    choice = page._form.provider
    own = choice.itemData(1)
    choice.choose(own)
    choice.chosen.emit(own)
    await settled(runner)
    assert str(stored(runner.database, model_id).provider_id) == own
    assert "its own" in words_in(page)
    assert not page._form._override.isVisible()


async def test_a_model_in_the_bin_is_not_edited(page: OverviewPage, runner: Runner, model_id: ModelId) -> None:
    runner.write(None, tree.delete_model, model_id=model_id)
    await settled(runner)
    assert not page._form.isEnabled()
    with pytest.raises(UserError):
        stored(runner.database, model_id)


async def test_narrow_pages_have_one_column(page: OverviewPage) -> None:
    page.resize(900, 600)
    wide = page._form._columns.direction()
    page.resize(480, 600)
    assert page._form._columns.direction() != wide


async def test_each_control_has_a_name_and_a_tooltip(page: OverviewPage) -> None:
    assert nameless(page) == []


async def test_how_much_worse_a_version_may_be_is_saved_as_per_cents(
    page: OverviewPage, runner: Runner, model_id: ModelId
) -> None:
    field = page._form.margin
    assert (field.text(), field.isEnabled()) == ("2", True)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "15")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await settled(runner)
    assert stored(runner.database, model_id).activation_margin == 0.15
    QTest.keyClick(field, Qt.Key.Key_Up)
    await settled(runner)
    assert stored(runner.database, model_id).activation_margin == 0.16
    # Neither letters nor more than all of them.
    field.selectAll()
    QTest.keyClicks(field, "a101")
    field.clearFocus()
    await settled(runner)
    assert stored(runner.database, model_id).activation_margin <= 0.16
    # Of a model that never activates by itself it decides nothing.
    page._form.auto_update.click()
    await settled(runner)
    assert not field.isEnabled()
