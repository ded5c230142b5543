"""Golden answers in the window: recorded, listed, checked, reported, deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import Role, Target
from erpai_desktop.models.ids import ChatId, CompilationId, GoldenSetId, ModelId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.parity import parity, parity_line
from erpai_desktop.models.snapshots.golden import GoldenQuestion, GoldenReply
from erpai_desktop.models.snapshots.parity import Parity, ParityAnswer
from erpai_desktop.services import chats, golden
from erpai_desktop.services.scoreboard import scoreboard
from erpai_desktop.storage.database import Database
from erpai_desktop.views.golden.record_dialog import RecordDialog
from erpai_desktop.views.golden.section import GoldenSection
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.evaluated import add_evaluated, record
from tests.views.compilations.stand import Heard, at_rest, button, column_of, model_named, nameless, words_in
from tests.waiting import settled

Show = Callable[[QWidget], QWidget]


class JobsAtHand:
    """Notes what was asked for; a check answers with `found`."""

    def __init__(self, runner: Runner) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.found = parity("Pricing", ("Golden (v1)", ""), ("v1", "built-in"), lines())
        self._runner = runner

    def record_golden(
        self, model_id: ModelId, compilation_id: CompilationId, name: str, questions: Sequence[str], *, validation: bool
    ) -> RunningJob:
        return self._note("record", compilation_id, name, tuple(questions), validation)

    def check_successor(
        self, model_id: ModelId, golden_set_id: GoldenSetId, compilation_id: CompilationId
    ) -> RunningJob:
        return self._note("check", golden_set_id, compilation_id)

    def write_report(self, found: Parity, path: Path) -> RunningJob:
        return self._note("report", found, path)

    def _note(self, *what: Any) -> RunningJob:
        self.asked.append(what)

        async def answer(_job: RunningJob) -> Parity:
            return self.found

        return self._runner.start(JobSpec("Golden", "golden"), answer)


def lines() -> list[Any]:
    yes = ParityAnswer("At nine, Monday to Friday.", False, True)
    return [
        parity_line("When open?", yes, yes),
        parity_line("Nearly?", yes, ParityAnswer("At 9, Monday to Friday.", False, True)),
        parity_line("Who pays?", yes, ParityAnswer("", True, False)),
    ]


@pytest.fixture
def model_id(runner: Runner) -> ModelId:
    return model_named(runner.database, "Pricing")


def me(database: Database) -> UserId:
    assert database.actor is not None
    return database.actor.user_id


def add_set(database: Database, compilation_id: CompilationId, name: str = "Before 2027") -> GoldenSetId:
    replies = [
        GoldenReply(GoldenQuestion("When open?", new_id(), "At nine."), "At nine.", False, 0.93, True),
        GoldenReply(GoldenQuestion("Who pays?", new_id(), "We do."), "", True, 0.31, False),
        GoldenReply(GoldenQuestion("What else?"), "Nothing.", False, 0.8, None),
    ]
    changes = database.write(golden.add_golden_set, compilation_id=compilation_id, name=name, replies=replies)
    return GoldenSetId(changes.new(Entity.GOLDEN_SET))


async def opened(
    runner: Runner,
    theme: Theme,
    on_show: Show,
    model_id: ModelId,
    jobs: JobsAtHand,
    role: Role = Role.ADMINISTRATOR,
) -> GoldenSection:
    section = GoldenSection(runner, theme, model_id, jobs, me(runner.database), role=role)
    page = QWidget()
    page.setLayout(column(section.tools, section, gap=0))
    on_show(page)
    section.show_versions(runner.database.read(scoreboard, model_id=model_id))
    await at_rest(runner)
    return section


async def test_empty_it_says_what_it_is_for_and_records(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    version = add_evaluated(runner.database, model_id, [record(1)], target=Target.GROUNDED)
    chat = ChatId(runner.database.write(chats.start_chat, model_id=model_id).new(Entity.CHAT))
    runner.database.write(chats.post_question, chat_id=chat, text="May I give\n20 %?")
    jobs = JobsAtHand(runner)
    section = await opened(runner, theme, on_show, model_id, jobs)
    assert "No golden answers" in words_in(section)
    button(section, "Record golden answers").click()
    await settled(runner)
    (dialog,) = section.window().findChildren(RecordDialog)
    assert nameless(dialog) == []
    assert "validation question" in words_in(dialog)
    item = dialog._past.item(0)
    assert item.text() == "May I give 20 %?"
    item.setCheckState(Qt.CheckState.Checked)
    dialog._typed.setPlainText("Who signs?\n\n  Who signs? \nMay I give\n")
    dialog._validation.setChecked(False)
    assert "3 questions are asked" in words_in(dialog)
    dialog._name.setText(" ")
    assert not dialog._record.isEnabled() and "name" in dialog._record.toolTip()
    dialog._name.setText("Autumn")
    button(dialog, "Record").click()
    await settled(runner)
    assert jobs.asked == [("record", version, "Autumn", ("May I give\n20 %?", "Who signs?", "May I give"), False)]


async def test_nothing_to_ask_cannot_be_recorded(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    add_evaluated(runner.database, model_id, [record(1)])
    section = await opened(runner, theme, on_show, model_id, JobsAtHand(runner))
    section.record()
    await settled(runner)
    (dialog,) = section.window().findChildren(RecordDialog)
    dialog._validation.setChecked(False)
    assert not dialog._record.isEnabled() and "question first" in dialog._record.toolTip()
    dialog.reject()


async def test_a_set_is_checked_and_reported(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    version = add_evaluated(runner.database, model_id, [record(1)])
    set_id = add_set(runner.database, version)
    jobs = JobsAtHand(runner)
    section = await opened(runner, theme, on_show, model_id, jobs)
    table = section._table
    assert [column_of(table, place)[0] for place in (0, 1, 2, 5, 6)] == ["Before 2027", "v1", "none", "3", "1 / 2"]
    assert "Not checked yet" in words_in(section)
    section._strip.select("answers")
    assert column_of(section._pages.currentWidget(), 1) == ["At nine.", "not known", "Nothing."]  # type: ignore[arg-type] # a table
    assert column_of(section._pages.currentWidget(), 2) == ["right", "wrong", ""]  # type: ignore[arg-type] # a table
    button(section.window(), "Check").click()
    await settled(runner)
    assert jobs.asked == [("check", set_id, version)]
    words = words_in(section)
    assert "67 % alike" in words and "no difference beyond chance" in words
    shown = section._parity
    assert column_of(shown._table, 3) == ["different", "similar", "same"]
    assert column_of(shown._table, 4) == ["worse", "", ""]
    shown._filter.select("worse")
    assert column_of(shown._table, 0) == ["Who pays?"]
    assert shown._texts.texts[1].toPlainText() == "not known"
    button(section, "Parity report…").click()
    (dialog,) = section.window().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "parity.html"))
    assert jobs.asked[-1] == ("report", jobs.found, tmp_path / "parity.html")
    dialog.reject()
    await settled(runner)
    assert nameless(section.window()) == []


async def test_a_parity_belongs_to_its_set(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    version = add_evaluated(runner.database, model_id, [record(1)])
    first, second = add_set(runner.database, version, "First"), add_set(runner.database, version, "Second")
    section = await opened(runner, theme, on_show, model_id, JobsAtHand(runner))
    section._table.pick(first)
    section.check()
    await settled(runner)
    assert "67 % alike" in words_in(section)
    section._table.pick(second)
    await settled(runner)
    assert "Not checked yet" in words_in(section)
    section._table.pick(first)
    await settled(runner)
    assert "67 % alike" in words_in(section)


async def test_deleting_can_be_undone(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    add_set(runner.database, add_evaluated(runner.database, model_id, [record(1)]))
    section = await opened(runner, theme, on_show, model_id, JobsAtHand(runner))
    said, counts = Heard(section.notice), Heard(section.count_changed)
    button(section.window(), "Delete golden answers").click()
    await at_rest(runner)
    assert "No golden answers" in words_in(section) and counts.last == 0
    assert isinstance(said.last, Notice) and said.last.callback is not None
    said.last.callback()
    await at_rest(runner)
    assert column_of(section._table) == ["Before 2027"]
    assert counts.said[-1] == 1


async def test_who_may_not_record_is_told_so(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    section = await opened(runner, theme, on_show, model_id, JobsAtHand(runner), role=Role.STAFF)
    record_button = button(section, "Record golden answers")
    assert not record_button.isEnabled() and "trainers" in record_button.toolTip()
