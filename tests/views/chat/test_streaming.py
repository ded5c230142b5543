"""An answer while it is being made, and the marks of what an answer rests on."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QLabel

from erpai_desktop.errors import UnreachableError
from erpai_desktop.models.enums import Grounding
from erpai_desktop.models.metering import NOTHING_SENT
from erpai_desktop.views.chat.chip import Chip
from erpai_desktop.views.chat.message_view import MessageView
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.markdown_view import MarkdownView
from erpai_desktop.workers.job_state import ANSWERING
from tests.views.chat.stage import Stage, answered, refused, some_source
from tests.waiting import eventually, settled


def live(stage: Stage) -> MessageView | None:
    return stage.dock.message_list._live


def shown(view: MessageView) -> str:
    return view.findChildren(MarkdownView)[0].toPlainText()


async def begin(stage: Stage, says: str) -> MessageView:
    stage.answering.gate = asyncio.Event()
    stage.answering.says = says
    stage.dock.ask("How long?")
    await eventually(lambda: live(stage) is not None)
    view = live(stage)
    assert view is not None
    return view


def tell(stage: Stage, text: str) -> None:
    job = stage.dock._conversation.questions.under_way(stage.dock.chat_id)
    assert job is not None and job.job is not None
    job.job._told = 0.0  # Told at once, however little time has passed.
    job.job.progress(ANSWERING, text=text)


async def test_an_answer_grows_before_it_is_stored(stage: Stage) -> None:
    view = await begin(stage, "Three **ye")
    assert view.words == "Three **ye" and stage.containing(QLabel, "Looking for the answer") is None
    tell(stage, "Three **years** from")
    assert live(stage) is view
    await eventually(lambda: shown(view) == "Three years from")
    # It cannot be ticked, copied or rated yet.
    assert not view._tick.isEnabled() and view._actions == ()
    assert stage.answering.gate is not None
    stage.answering.answers["How long?"] = answered("Three **years** from the day.")
    stage.answering.gate.set()
    await settled(stage.runner)
    assert live(stage) is None and stage.texts == ["How long?", "Three **years** from the day."]


async def test_another_conversation_shows_its_own(stage: Stage) -> None:
    await begin(stage, "Three years")
    first = stage.dock.chat_id
    assert first is not None
    stage.dock.new_conversation()
    assert live(stage) is None
    stage.dock.open_chat(first)
    await eventually(lambda: (view := live(stage)) is not None and view.words == "Three years")
    stage.dock.stop()
    await settled(stage.runner)
    assert live(stage) is None and stage.texts[-1] == "Three years"
    assert stage.visible(Badge, "stopped") is not None


async def test_what_broke_off_is_kept_and_says_why(stage: Stage) -> None:
    await begin(stage, "Three ye")
    stage.answering.answers["How long?"] = UnreachableError("The connection was lost.")
    assert stage.answering.gate is not None
    stage.answering.gate.set()
    await settled(stage.runner)
    assert stage.texts == ["How long?", "Three ye"]
    mark = stage.visible(Badge, "broken off")
    assert mark is not None and "The connection was lost." in mark.toolTip()
    assert stage.containing(Chip, "Try again") is not None


@pytest.mark.parametrize(
    ("grounding", "sourced", "words", "note"),
    [
        (Grounding.CITED, True, "cited", ""),
        (Grounding.UNCITED, False, "names no source", "It names no row."),
        (Grounding.UNCITED, True, "its sources do not bear it out", "The rows do not say “5”."),
        (Grounding.FALLBACK, True, "provider failed: curated answer", "It was out of order."),
        (Grounding.LEARNED, False, "learned", ""),
    ],
)
async def test_an_answer_says_what_it_rests_on(
    stage: Stage, grounding: Grounding, sourced: bool, words: str, note: str
) -> None:
    source = stage.database.read(some_source, model_id=stage.model_id)
    stage.answering.answers["Q"] = answered("A", grounding=grounding, sources=[source] if sourced else [], note=note)
    stage.dock.ask("Q")
    await settled(stage.runner)
    mark = stage.visible(Badge, words)
    assert mark is not None and note in mark.toolTip() and mark.toolTip()
    assert (stage.visible(Badge, "0.91") is not None) == (grounding is Grounding.FALLBACK)
    assert (stage.containing(Chip, source.question[:20]) is not None) == sourced


async def test_a_refusal_in_place_of_a_failed_provider_says_so(stage: Stage) -> None:
    import dataclasses

    stage.answering.answers["Q"] = dataclasses.replace(refused("Near?"), grounding=Grounding.FALLBACK, note="Down.")
    stage.dock.ask("Q")
    await settled(stage.runner)
    mark = stage.visible(Badge, "provider failed")
    assert mark is not None and "Down." in mark.toolTip()
    assert stage.visible(Badge, "not known · 0.31") is not None


async def test_a_cut_answer_says_so(stage: Stage) -> None:
    stage.answering.answers["Q"] = answered("A", grounding=Grounding.LEARNED, note="It was cut.")
    stage.dock.ask("Q")
    await settled(stage.runner)
    assert stage.visible(Badge, "cut short") is not None


@pytest.mark.parametrize("is_known", [True, False])
async def test_why_a_provider_failed_is_read_below_the_answer_with_what_to_do(stage: Stage, is_known: bool) -> None:
    import dataclasses

    note = "The provider did not answer: It does not accept the key (401). Paste it again.\nIt had begun: “Four”"
    stands_in = answered("Four times.") if is_known else refused("Near?")
    stage.answering.answers["Q"] = dataclasses.replace(stands_in, grounding=Grounding.FALLBACK, note=note)
    stage.dock.ask("Q")
    await settled(stage.runner)
    why = stage.visible(QLabel, "Why the provider did not answer")
    assert isinstance(why, QLabel) and why.text() == note.partition("\n")[0]
    asked: list[bool] = []
    stage.dock.providers_requested.connect(lambda: asked.append(True))
    opens, again = stage.visible(Chip, "Open Providers"), stage.visible(Chip, "Ask again")
    assert isinstance(opens, Chip) and isinstance(again, Chip)
    opens.click()
    assert asked == [True]
    again.click()
    await settled(stage.runner)
    assert stage.texts.count("Q") == 2


async def test_a_budget_is_not_mended_in_providers(stage: Stage) -> None:
    import dataclasses

    stands_in = dataclasses.replace(answered("A"), grounding=Grounding.FALLBACK, note=f"{NOTHING_SENT} It is spent.")
    stage.answering.answers["Q"] = stands_in
    stage.dock.ask("Q")
    await settled(stage.runner)
    assert stage.visible(Chip, "Ask again") is not None and stage.visible(Chip, "Open Providers") is None
