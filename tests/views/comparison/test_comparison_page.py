"""Two versions side by side, and the one button that deploys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Model
from erpai_desktop.models.enums import Role, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.snapshots.comparison import Comparison, VersionScore
from erpai_desktop.services import compilations, qas, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.views.comparison.page import ComparisonPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.runner import Runner
from tests.evaluated import add_evaluated, add_provider, record, records
from tests.views.compilations.stand import Heard, add_qa, at_rest, button, column_of, model_named, nameless, words_in
from tests.waiting import settled

Show = Callable[[QWidget], QWidget]
LEFT, RIGHT = "x" * 9 + "." * 20 + "xx", "." * 9 + "." * 19 + "x" + "xx"


@pytest.fixture
def model_id(runner: Runner) -> ModelId:
    return model_named(runner.database, "Pricing")


def two(runner: Runner, model_id: ModelId) -> tuple[CompilationId, CompilationId]:
    """v1, which answers, and v2, which did better."""
    database = runner.database
    left = add_evaluated(database, model_id, records(LEFT), knowledge=True)
    add_qa_to(database, model_id, "Who signs?", "The regional manager.")
    database.write(tree.update_model, model_id=model_id, object_version=None, system_message="Be brief.")
    billed = [dataclasses.replace(one, money_micros=410, elapsed_ms=820.0) for one in records(RIGHT)]
    billed[0] = dataclasses.replace(billed[0], answer="Answer 1, and more.", judge_score=0.9, judge_reason="close")
    right = add_evaluated(
        database,
        model_id,
        billed,
        target=Target.GROUNDED,
        provider_id=add_provider(database, shutdown="2001-01-01"),
        base_model="gpt-5",
        judge="gpt-5-mini",
        currency="EUR",
        knowledge=True,
    )
    database.write(compilations.activate, compilation_id=left)
    return left, right


def add_qa_to(database: Database, model_id: ModelId, question: str, answer: str) -> None:
    database.write(add_qa, model_id=model_id, question=question, answer=answer)


async def opened(
    runner: Runner,
    theme: Theme,
    on_show: Show,
    pair: tuple[CompilationId, CompilationId],
    role: Role = Role.ADMINISTRATOR,
) -> ComparisonPage:
    page = ComparisonPage(runner, theme, *pair, role=role)
    on_show(page)
    page.resize(670, 720)
    await at_rest(runner)
    return page


def active(database: Database, model_id: ModelId) -> object:
    def read(session: Session) -> object:
        return session.get_one(Model, model_id).conversational_compilation_id

    return database.read(read)


async def test_says_which_is_better_and_what_each_is(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    page = await opened(runner, theme, on_show, two(runner, model_id))
    words = words_in(page)
    for said in (
        "Pricing: v1 against v2",
        "v2 better, beyond chance",
        "v1 · built-in",
        "active",
        "no end date",
        "v2 · grounded",
        "candidate",
        "base model: ended",
        "65 %",
        "90 %",
        "of 31 validation questions right",
        "820 ms",
        "0.41 €",
        "gpt-5 · OpenAI Main · judged by gpt-5-mini too",
    ):
        assert said in words, said
    assert nameless(page) == []


async def test_filters_and_shows_both_answers_with_what_differs(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    page = await opened(runner, theme, on_show, two(runner, model_id))
    questions = page._questions
    table = questions._table
    assert table is not None
    assert column_of(table, 3).count("v2") == 9 and column_of(table, 3).count("v1") == 1
    questions.choose("worse")
    assert column_of(table, 3) == ["v1"]
    questions.choose("same")
    assert set(column_of(table, 3)) == {"same"}
    questions.choose("better")
    details = questions._details
    words = words_in(details)
    assert "Question 1?" in words and "Desired: Answer 1." in words
    assert "another answer than the desired one" in words and "judge 0.90" in words and "close" in words
    marked = [mark.cursor.selectedText() for mark in details._right.text.extraSelections()]
    assert details._right.text.toPlainText() == "Answer 1, and more."
    assert "".join(marked).replace(" ", "") == "Answer1,andmore"
    opened_rows = Heard(page.notice)
    QTest.keyClick(table, Qt.Key.Key_Return)
    await settled(runner)
    assert isinstance(opened_rows.last, Notice) and "not there any more" in opened_rows.last.text


async def test_a_refusal_is_not_compared_word_by_word(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    left = add_evaluated(runner.database, model_id, [record(1)])
    right = add_evaluated(runner.database, model_id, [record(1, right=False, refused=True, answer="", confidence=0.3)])
    page = await opened(runner, theme, on_show, (left, right))
    assert page._questions._table is not None
    assert column_of(page._questions._table, 2) == ["not known · 0.30"]
    assert page._questions._details._right.text.toPlainText() == "It said that it does not know."
    assert page._questions._details._left.text.extraSelections() == []
    assert "no difference beyond chance" in words_in(page)


async def test_knowledge_and_instructions_that_differ(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    page = await opened(runner, theme, on_show, two(runner, model_id))
    page._strip.select("knowledge")
    changes = page._knowledge
    assert column_of(changes._table, 0) == ["added"]
    assert column_of(changes._table, 1) == ["Who signs?"]
    assert changes._texts.texts[0].toPlainText() == "(not in this version)"
    assert "The regional manager." in changes._texts.texts[1].toPlainText()
    assert "rows are the same" in words_in(changes)
    rows = Heard(page.open_row)
    QTest.keyClick(changes._table, Qt.Key.Key_Return)
    await settled(runner)
    assert len(rows.said) == 1
    changes._filter.select("removed")
    assert column_of(changes._table, 0) == []
    page._strip.select("instructions")
    shown = page._instructions
    assert [text.toPlainText().strip().endswith("Be brief.") for text in shown._texts.texts] == [False, True]
    assert nameless(page) == []


async def test_a_changed_row_shows_what_it_said_in_each(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    database = runner.database
    qa_id = database.write(
        qas.add_qa, model_id=model_id, section="Rules", question="Who pays?", answer="The customer pays."
    )
    (row_id,) = qa_id.created[next(iter(qa_id.created))]
    left = add_evaluated(database, model_id, [record(1)], knowledge=True)
    database.write(qas.update_qa, qa_id=row_id, object_version=None, answer="The customer pays in advance.")  # type: ignore[arg-type] # a Q&A's
    right = add_evaluated(database, model_id, [record(1)], knowledge=True)
    page = await opened(runner, theme, on_show, (left, right))
    changes = page._knowledge
    assert column_of(changes._table, 0) == ["changed"]
    marked = [mark.cursor.selectedText().strip() for mark in changes._texts.texts[1].extraSelections()]
    assert marked == ["in advance"]


async def test_deploys_once_and_can_be_undone(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    left, right = two(runner, model_id)
    page = await opened(runner, theme, on_show, (left, right))
    said = Heard(page.notice)
    deploy = button(page, "Deploy v2")
    deploy.click()
    await at_rest(runner)
    assert active(runner.database, model_id) == right
    assert not deploy.isEnabled() and "answers already" in deploy.toolTip()
    assert isinstance(said.last, Notice) and said.last.text == "v2 answers from now on"
    assert said.last.callback is not None
    said.last.callback()
    await at_rest(runner)
    assert active(runner.database, model_id) == left
    assert deploy.isEnabled()


async def test_who_may_not_deploy_is_told_so(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    page = await opened(runner, theme, on_show, two(runner, model_id), role=Role.TRAINER)
    deploy = button(page, "Deploy v2")
    assert not deploy.isEnabled() and "administrator" in deploy.toolTip()


async def test_other_questions_are_named_and_the_older_one_can_be_asked_again(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    reworded = dataclasses.replace(record(2), question="Question two?")
    left = add_evaluated(runner.database, model_id, [record(1), record(2)])
    right = add_evaluated(runner.database, model_id, [record(1), reworded, record(3), record(4)])
    page = await opened(runner, theme, on_show, (left, right))
    assert "3 not compared: 2 put to v2 alone, 1 changed between them" in words_in(page)
    asked = Heard(page.evaluate_requested)
    button(page, "Evaluate v1 again").click()
    assert isinstance(asked.last, VersionScore) and asked.last.id == left


async def test_nothing_in_common_says_what_to_do(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    left = add_evaluated(runner.database, model_id, [])
    right = add_evaluated(runner.database, model_id, [record(1)])
    page = await opened(runner, theme, on_show, (left, right))
    words = words_in(page)
    assert "No question in common" in words and "nothing in common" in words
    assert "not evaluated" in words
    report = button(page, "Parity report…")
    assert not report.isEnabled() and "nothing to compare" in report.toolTip()
    page._strip.select("knowledge")
    assert "Not known" in words_in(page)


async def test_two_that_cannot_be_compared(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    left = add_evaluated(runner.database, model_id, [record(1)])
    other = add_evaluated(runner.database, model_named(runner.database, "Newsletter"), [record(1)])
    page = await opened(runner, theme, on_show, (left, other))
    assert "These two cannot be compared" in words_in(page)
    assert "two models" in words_in(page)


async def test_the_report_goes_where_the_person_wants_it(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId, tmp_path: Path
) -> None:
    page = await opened(runner, theme, on_show, two(runner, model_id))
    asked = Heard(page.report_requested)
    button(page, "Parity report…").click()
    (dialog,) = page.window().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "parity.html"))
    assert isinstance(asked.last, tuple)
    assert isinstance(asked.last[0], Comparison) and asked.last[1] == tmp_path / "parity.html"
    dialog.reject()


async def test_hostile_answers_stay_text(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> None:
    hostile = "<b>bold</b><img src=x> & 😀 \u202e" + "x" * 200_000
    left = add_evaluated(runner.database, model_id, [record(1, question=hostile, answer=hostile, reason=hostile)])
    right = add_evaluated(
        runner.database, model_id, [record(1, question=hostile, answer=f"😀{hostile[:100]}", reason=hostile)]
    )
    page = await opened(runner, theme, on_show, (left, right))
    shown = page._questions._details._left.text.toPlainText()
    assert shown.startswith("<b>bold</b><img src=x>") and shown.endswith("…") and len(shown) < 25_000


async def test_in_a_small_window_nothing_overlaps(
    runner: Runner, theme: Theme, on_show: Show, model_id: ModelId
) -> None:
    database = runner.database
    left = add_evaluated(database, model_id, records("x."))
    provider = add_provider(database, shutdown="2001-01-01")
    right = add_evaluated(
        database, model_id, records(".." + "."), target=Target.GROUNDED, provider_id=provider, base_model="gpt-5"
    )
    page = await opened(runner, theme, on_show, (left, right))
    page.resize(540, 470)
    await at_rest(runner)
    table = page._questions._table
    assert table is not None and table.viewport().height() >= table.rowHeight(0)
    for card in (page._left, page._right):
        assert card.height() >= card.minimumSizeHint().height() and card._title.text() in words_in(card)
        assert card._title.width() >= card._title.sizeHint().width()
    assert page.minimumSizeHint().height() <= 470
    assert page._right._life.text() == "ended" and "95 % interval" in page._right._of.toolTip()
    page.resize(670, 720)
    await at_rest(runner)
    assert page._right._life.text() == "base model: ended" and page._right._bar.isVisible()
