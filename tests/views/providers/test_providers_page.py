"""The room of providers against a real server: added, given a key once, tested, changed, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from erpai_desktop.ai.trainer import OWN_ID_KEY
from erpai_desktop.app.provider_jobs import ProviderJobs
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import JobState, ProviderKind, Role
from erpai_desktop.models.ids import JobId, ProviderId
from erpai_desktop.models.lifecycle import utc_today
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.providers import ProviderDetails, ProviderLine
from erpai_desktop.services import compilations, providers, providers_reading, training_jobs, tree
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.clipboard_guard import ClipboardGuard
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.providers.details import ProviderView
from erpai_desktop.views.providers.page import ProvidersPage
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.runner import Runner
from tests.providers import ProviderServer, faults
from tests.providers.exchange import Exchange
from tests.trained import BASE_MODEL, add_arbiter, begin_prepared
from tests.views.compilations.stand import Heard, Show, button, model_named, nameless, words_in
from tests.waiting import settled

Fail: Any = fail.Keyring
SecretService: Any = SecretServiceKeyring
KINDS = ("OpenAI", "OpenAI-compatible", "Local model", "Built-in")


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        made.talk.models = {"gpt-test": (utc_today() + timedelta(days=71)).isoformat(), "gpt-next": None}
        yield made


class Room:
    """The page with what stands behind it."""

    def __init__(self, runner: Runner, theme: Theme, *, role: Role = Role.ADMINISTRATOR) -> None:
        self.runner = runner
        self.connections = Connections()
        self.jobs = ProviderJobs(runner, self.connections)
        self.guard = ClipboardGuard(parent=runner)
        self.page = ProvidersPage(runner, theme, self.jobs, self.guard, role=role)

    @property
    def view(self) -> ProviderView:
        assert self.page._view is not None
        return self.page._view

    def add(self, **fields: Any) -> ProviderId:
        fields = {"names": {"en": "Lab"}, "kind": ProviderKind.OPENAI, "base_model_name": "gpt-test", **fields}
        return ProviderId(self.runner.database.write(providers.add_provider, **fields).new(Entity.PROVIDER))

    async def open(self, provider_id: ProviderId) -> None:
        self.page.refresh()
        self.page.show_provider(provider_id)
        await settled(self.runner)

    def lines(self) -> dict[str, ProviderLine]:
        return {line.name: line for line in self.runner.database.read(providers_reading.providers)}

    def details(self, provider_id: ProviderId) -> ProviderDetails:
        return self.runner.database.read(providers_reading.provider_details, provider_id=provider_id)

    async def paste(self, key: str) -> None:
        self.view.key.edit.setFocus()
        QGuiApplication.clipboard().setText(f"{key}\n")
        self.view.key.edit.paste()
        QTest.keyClick(self.view.key.edit, Qt.Key.Key_Return)
        await settled(self.runner)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Fail)


@pytest.fixture
async def room(runner: Runner, theme: Theme, on_show: Show[QWidget]) -> AsyncIterator[Room]:
    made = Room(runner, theme)
    on_show(made.page).resize(1000, 800)
    await settled(runner)
    yield made
    await made.connections.close()


def typed(edit: QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


async def test_from_nothing_to_a_tested_connection(room: Room, server: ProviderServer) -> None:
    action = next(action for action in room.page._menu.actions() if action.text() == "OpenAI-compatible")
    assert tuple(a.text() for a in room.page._menu.actions()) == KINDS
    action.trigger()
    await settled(room.runner)
    assert room.view.form.names["en"].text() == "New provider"
    # Nothing to test yet, and no address that a key could be for.
    assert not button(room.page, "Test connection").isEnabled()
    assert "its address" in button(room.page, "Test connection").toolTip()
    assert not room.view.key.edit.isEnabled()
    typed(room.view.form.names["en"], "Lab")
    typed(room.view.form.base_url, server.base_url)
    typed(room.view.form.base_model.line, "gpt-test")
    room.page.flush()
    await settled(room.runner)
    assert room.lines()["Lab"].base_url == server.base_url
    await room.paste(server.key)
    assert "••••cdef" in words_in(room.view.key) and "this session only" in words_in(room.view.key)
    button(room.page, "Test connection").click()
    assert button(room.page, "Cancel test").isEnabled()
    await settled(room.runner)
    assert "works" in words_in(room.view.check) and "✓ chat" in words_in(room.view.check)
    table = room.view.offer._table.model()
    cells = [[table.index(row, column).data() for column in range(3)] for row in range(table.rowCount())]
    assert [cells[0][0], cells[0][2]] == ["gpt-test", "71 d"] and cells[1] == ["gpt-next", "", ""]
    listed = room.page.table.model()
    row = next(row for row in range(listed.rowCount()) if listed.index(row, 0).data() == "Lab")
    assert (listed.index(row, 1).data(), listed.index(row, 2).data()) == ("71 d", "works")
    # A model of the list is taken by opening it.
    room.view.offer._table.pick("gpt-next")
    QTest.keyClick(room.view.offer._table, Qt.Key.Key_Return)
    await settled(room.runner)
    assert room.lines()["Lab"].base_model_name == "gpt-next"
    assert nameless(room.page) == []


async def test_a_failed_test_says_why_and_shows_no_key(room: Room, server: ProviderServer) -> None:
    await room.open(room.add(base_url=server.base_url))
    wrong = "sk-wrong-0123456789abcdef"
    await room.paste(wrong)
    room.page.test()
    await settled(room.runner)
    words = words_in(room.page)
    assert "failed" in words and "does not accept" in words
    assert wrong not in words
    assert wrong not in " ".join(widget.toolTip() for widget in room.page.findChildren(QWidget))
    assert all(wrong not in f"{state}" for state in room.runner.jobs)


async def test_a_test_ends_the_trainings_that_were_given_up_and_tells_of_others(
    room: Room, server: ProviderServer, tmp_path: Path
) -> None:
    server.talk.models[BASE_MODEL] = None
    database = room.runner.database
    given_up = begin_prepared(database, add_arbiter(database, base_url=server.base_url), tmp_path)
    step_id = JobId(new_id())
    payload: dict[str, str] = {}
    database.write(training_jobs.intend, compilation_id=given_up, step_id=step_id, kind=TRAINING_JOB, payload=payload)
    database.write(
        compilations.fail, compilation_id=given_up, error_message="No.", build_log="", state=JobState.CANCELLED
    )
    server.training.advances = False
    for own_id in (step_id, new_id()):
        server.training.add_job({"model": "m", "training_file": "f", "metadata": {OWN_ID_KEY: str(own_id)}})
    await room.open(room.lines()["Trains"].id)
    await room.paste(server.key)
    room.page.test()
    await settled(room.runner)
    words = words_in(room.view.check)
    assert "ftjob-1 at Trains was begun for a start that had been given up; it was cancelled." in words
    assert "ftjob-2 at Trains goes on for no version of this workspace." in words
    assert server.training.jobs["ftjob-1"]["status"] == "cancelled"
    (state,) = [state for state in room.runner.jobs if state.spec.kind == "check_provider"]
    assert state.needs_a_look and "And 1 more." in state.text and len(state.log) == 2
    # It stands there until the next test, whichever provider is looked at meanwhile.
    await room.open(room.add(names={"en": "Other"}))
    assert "ftjob" not in words_in(room.view.check)
    await room.open(room.lines()["Trains"].id)
    assert "ftjob-2" in words_in(room.view.check)
    server.training.jobs["ftjob-2"]["status"] = "succeeded"
    room.page.test()
    await settled(room.runner)
    assert "ftjob" not in words_in(room.view.check)


async def test_trainings_that_cannot_be_looked_for_do_not_fail_the_test(room: Room, server: ProviderServer) -> None:
    await room.open(room.add(base_url=server.base_url))
    await room.paste(server.key)
    # Asked once by the test, then for the trainings.
    asked = 0

    async def second_time(exchange: Exchange) -> None:
        nonlocal asked
        asked += 1
        await (faults.status(500)(exchange) if asked > 1 else faults.whole(b'{"data": []}')(exchange))

    server.fault("GET", "/fine_tuning/jobs", second_time)
    room.page.test()
    await settled(room.runner)
    assert "works" in words_in(room.view.check) and "✓ fine-tuning" in words_in(room.view.check)
    (state,) = [state for state in room.runner.jobs if state.spec.kind == "check_provider"]
    assert "could not be looked for" in state.log[0]


async def test_the_key_is_dots_while_it_is_pasted_and_gone_from_the_field_afterwards(room: Room) -> None:
    await room.open(room.add())
    edit = room.view.key.edit
    assert edit.echoMode() is QLineEdit.EchoMode.Password
    assert not room.view.key._keep_button.isEnabled()
    edit.setText("sk-0123456789abcdef")
    assert "sk-0123456789abcdef" not in edit.displayText()
    QTest.keyClick(edit, Qt.Key.Key_Return)
    await settled(room.runner)
    assert edit.text() == ""
    everything = [w.text() for w in room.page.findChildren(QLabel)] + [
        w.text() for w in room.page.findChildren(QLineEdit)
    ]
    everything += [w.toPlainText() for w in room.page.findChildren(QPlainTextEdit)]
    assert not any("0123456789" in text for text in everything)
    # Replacing begins anew, and Escape leaves the one that is there.
    button(room.view.key, "Replace").click()
    QTest.keyClicks(edit, "sk-another")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "" and "••••cdef" in words_in(room.view.key)
    button(room.view.key, "Remove").click()
    await settled(room.runner)
    assert edit.isVisible() and "••••" not in words_in(room.view.key)


async def test_what_is_no_key_is_not_kept(room: Room) -> None:
    await room.open(room.add())
    await room.paste("two words")
    assert "spaces" in words_in(room.view.key)
    details = room.view.details
    assert details is not None
    assert room.connections.keys.get(details.key_entry, address=details.key_address) is None


async def test_the_clipboard_is_cleared_unless_something_else_was_copied(room: Room) -> None:
    clipboard = QGuiApplication.clipboard()
    await room.open(room.add())
    await room.paste("sk-0123456789abcdef")
    assert room.guard._timer.isActive() and room.guard._timer.interval() == 30_000
    room.guard._timer.timeout.emit()
    assert clipboard.text() == ""
    button(room.view.key, "Replace").click()
    await room.paste("sk-0123456789abcdef")
    clipboard.setText("a recipe")
    room.guard.clear_now()
    assert clipboard.text() == "a recipe"
    # A key that was typed rather than pasted leaves the clipboard alone.
    button(room.view.key, "Replace").click()
    room.view.key.edit.setText("sk-typed-0123456789")
    QTest.keyClick(room.view.key.edit, Qt.Key.Key_Return)
    await settled(room.runner)
    room.guard.clear_now()
    assert clipboard.text() == "a recipe"


async def test_a_locked_keyring_is_said_to_be_locked_and_asked_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    locked = True

    def read(_self: object, _service: str, entry: str) -> str | None:
        if locked:
            raise keyring.errors.KeyringLocked("locked")
        return kept.get(entry)

    def write(_self: object, _service: str, entry: str, text: str) -> None:
        if locked:
            raise keyring.errors.KeyringLocked("locked")
        kept[entry] = text

    monkeypatch.setattr(SecretService, "get_password", read)
    monkeypatch.setattr(SecretService, "set_password", write)
    monkeypatch.setattr(keyring, "get_keyring", SecretService)
    await room.open(room.add())
    assert "locked" in words_in(room.view.key) and "Unlock it" in words_in(room.view.key)
    assert room.view.key._where.text() == "locked" and button(room.view.key, "Try again").isVisible()
    await room.paste("sk-0123456789abcdef")
    assert kept == {} and "Unlock it" in words_in(room.view.key)
    locked = False
    room.view.refresh_key()
    await settled(room.runner)
    assert "locked" not in words_in(room.view.key)
    await room.paste("sk-0123456789abcdef")
    assert list(kept) and "Secret Service" in words_in(room.view.key)


async def test_a_provider_in_use_is_not_deleted_another_goes_with_its_key_and_comes_back(room: Room) -> None:
    used = room.add(names={"en": "Used"})
    model = model_named(room.runner.database, "Marketing AI")
    room.runner.database.write(tree.update_model, model_id=model, object_version=None, provider_id=used)
    await room.open(used)
    assert not button(room.page, "Delete provider").isEnabled()
    assert "give them another provider" in button(room.page, "Delete provider").toolTip()
    opened = Heard(room.page.open_model)
    button(room.view.uses, "Marketing AI").click()
    assert opened.last == model
    free = room.add(names={"en": "Free"})
    await room.open(free)
    await room.paste("sk-0123456789abcdef")
    entry = room.details(free).key_entry
    told = Heard(room.page.notice)
    button(room.page, "Delete provider").click()
    await settled(room.runner)
    assert "Free" not in room.lines()
    assert room.connections.keys.get(entry, address="https://api.openai.com") is None
    assert isinstance(told.last, Notice) and told.last.callback is not None and "Free" in told.last.text
    told.last.callback()
    await settled(room.runner)
    assert "Free" in room.lines()


async def test_fields_follow_the_kind(room: Room) -> None:
    await room.open(room.add(kind=ProviderKind.BUILT_IN))
    view = room.view
    assert not view.key.isVisible() and not view.form._url.isVisible() and not view.form._base.isVisible()
    assert not view.offer.isVisible()
    assert "no test" in button(room.page, "Test connection").toolTip()
    await room.open(room.add(names={"en": "File"}, kind=ProviderKind.LOCAL, model_file="/models/a.gguf"))
    view = room.view
    assert view.form.model_file.text() == "/models/a.gguf" and not view.key.isVisible()
    assert view.offer.isVisible()
    assert "does not run now" in words_in(view.check)
    await room.open(room.add(names={"en": "Clear"}, base_url="http://models.example/v1"))
    assert "not encrypted" in words_in(room.view.form)
    typed(room.view.form.base_url, "https://me:pw@host")
    room.page.flush()
    await settled(room.runner)
    assert "must not hold a user" in words_in(room.view.form)
    assert room.lines()["Clear"].base_url == "http://models.example/v1"


async def test_what_somebody_else_changes_is_taken_over(room: Room) -> None:
    provider_id = room.add()
    await room.open(provider_id)
    typed(room.view.form.base_model.line, "gpt-mine")
    room.runner.write(None, providers.update_provider, provider_id=provider_id, object_version=None, notes="theirs")
    await settled(room.runner)
    assert room.view.form.notes.toPlainText() == "theirs"
    assert room.view.form.base_model.text == "gpt-mine"
    room.page.flush()
    await settled(room.runner)
    assert room.lines()["Lab"].base_model_name == "gpt-mine"


@pytest.mark.parametrize("role", [Role.STAFF, Role.TRAINER])
async def test_others_read_it_and_keep_their_own_key(
    runner: Runner, theme: Theme, on_show: Show[QWidget], role: Role
) -> None:
    room = Room(runner, theme, role=role)
    provider_id = room.add()
    on_show(room.page)
    await room.open(provider_id)
    for name in ("Test connection", "Provider", "Delete provider"):
        assert not button(room.page, name).isEnabled()
        assert "administrator" in button(room.page, name).toolTip()
    assert "Only an administrator" in words_in(room.view.form)
    assert room.view.form.base_url.isReadOnly() and not room.view.form.kind.isEnabled()
    await room.paste("sk-0123456789abcdef")
    assert "••••cdef" in words_in(room.view.key)
    await room.connections.close()


async def test_an_empty_room_offers_the_first_step(empty_runner: Runner, theme: Theme, on_show: Show[QWidget]) -> None:
    room = Room(empty_runner, theme)
    on_show(room.page)
    await settled(empty_runner)
    assert "No providers yet" in words_in(room.page)
    first = button(room.page, "Add a provider")
    assert isinstance(first, QPushButton) and first.isVisible() and first.menu() is room.page._menu
    assert not room.page._test.isVisible()
    await room.connections.close()


async def test_nothing_is_cut_off_beside_the_list_and_tab_goes_down_the_page(room: Room) -> None:
    local = room.add(names={"en": "This computer"}, kind=ProviderKind.LOCAL, model_file="/models/a.gguf")
    await room.open(local)
    room.page.resize(540, 400)
    room.page._splitter.setSizes([266, 274])
    await room.open(room.add())
    await room.paste("sk-test-abcdef")
    QApplication.sendPostedEvents()
    viewport = room.view.viewport()
    for part in (card for card in room.view._cards if card.isVisible()):
        assert part.mapTo(viewport, QPoint(part.width(), 0)).x() <= viewport.width(), part
    order: list[str] = []
    widget = room.page.table.nextInFocusChain()
    while widget is not None and widget is not room.page.table:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    wanted = ["Name (en)", "Name (bg)", "Kind", "Address", "Base model", "Notes"]
    assert [name for name in dict.fromkeys(order) if name in wanted] == wanted


async def test_the_built_in_engine_offers_no_base_models(room: Room) -> None:
    built_in = next(line.id for line in room.lines().values() if line.kind is ProviderKind.BUILT_IN)
    await room.open(built_in)
    assert not room.view.offer.isVisible() and room.view.uses.isVisible()


@pytest.mark.parametrize(
    ("fault", "step", "leads_to"),
    [
        ("key", "Paste another key", "Key"),
        ("model", "Choose another base model", "Base models"),
        ("address", "Check the address", "Address"),
        ("busy", "", ""),
    ],
)
async def test_a_failed_test_comes_to_light_with_the_step_that_helps(
    room: Room, server: ProviderServer, fault: str, step: str, leads_to: str
) -> None:
    room.page.resize(560, 500)
    url = "http://127.0.0.1:9/v1" if fault == "address" else server.base_url
    await room.open(room.add(base_url=url))
    await room.paste("sk-wrong-0123456789" if fault == "key" else server.key)
    if fault == "model":
        server.talk.models = {"gpt-next": None}
    if fault == "busy":
        server.fault("GET", "*", faults.status(429, "Slow down.", headers={"retry-after": "3600"}))
        server.fault("POST", "*", faults.status(429, "Slow down.", headers={"retry-after": "3600"}))
    view = room.view
    view.verticalScrollBar().setValue(0)
    room.page.test()
    await settled(room.runner)
    shown = view.check.visibleRegion().boundingRect()
    assert shown.height() == view.check.height(), "the whole card is on show"
    (button_,) = (one for one in view.check.findChildren(QAbstractButton) if one is view.check._step)
    assert button_.isVisible() == bool(step)
    if step:
        assert button_.text() == step
        button_.click()
        focused = QApplication.focusWidget()
        assert focused is not None and focused.accessibleName() == leads_to


async def test_what_a_key_goes_to_is_said_where_there_is_no_keyring(room: Room) -> None:
    await room.open(room.add())
    tips = " ".join(widget.toolTip() for widget in room.view.key.findChildren(QWidget))
    assert "until the program is closed" in tips and "in the system's keyring" not in tips


async def test_badges_that_come_again_do_not_lie_over_each_other(room: Room, server: ProviderServer) -> None:
    await room.open(room.add(base_url=server.base_url))
    await room.paste(server.key)
    for _ in range(2):
        room.page.test()
        await settled(room.runner)
    badges = [badge for badge in room.view.check._badges.findChildren(Badge) if badge.isVisible()]
    assert len(badges) > 3
    areas = [badge.geometry() for badge in badges]
    assert not any(one.intersects(other) for place, one in enumerate(areas) for other in areas[:place])
