"""What a conversation has come to, beside the question."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.models.enums import BudgetScope
from erpai_desktop.models.ids import ChatId
from erpai_desktop.models.metering import TokenEstimate
from erpai_desktop.models.snapshots.usage import ChatSpent
from erpai_desktop.services import budgets, chats
from erpai_desktop.views.chat.cost import words_of
from tests.unit.services.spender import Spender
from tests.views.chat.stage import Stage
from tests.waiting import eventually, settled

PAID = ChatSpent(calls=3, tokens_in=1_100, tokens_cached=400, tokens_out=120, micros=412_000, currency="USD")


def cost(stage: Stage) -> QLabel | None:
    found = stage.containing(QLabel, "Spent in this conversation")
    return found if isinstance(found, QLabel) else None


def said(stage: Stage) -> str:
    found = cost(stage)
    return found.text() if found is not None else ""


def shown_cost(stage: Stage) -> QLabel:
    found = cost(stage)
    assert found is not None
    return found


def spend(stage: Stage, chat_id: ChatId, tokens_in: int, tokens_out: int) -> None:
    """A settled call, written by the runner, as an answer's is."""
    spender = Spender(stage.database)
    usage_id = spender.begin(TokenEstimate(0), chat_id=chat_id)
    changes = spender.end(
        usage_id, TokenUsage(tokens_in=tokens_in, tokens_cached=tokens_in // 2, tokens_out=tokens_out)
    )
    stage.runner.changed.emit(changes, None)


async def test_what_a_conversation_has_come_to_is_kept_up_with_each_call(stage: Stage) -> None:
    stage.dock.ask("How much?")
    await settled(stage.runner)
    chat_id = stage.dock.chat_id
    # The built-in engine sends nothing, so that there is nothing to say.
    assert chat_id is not None and cost(stage) is None
    stage.database.write(budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=50_000_000)
    spend(stage, chat_id, 1_000_000, 100_000)
    await eventually(lambda: said(stage) == "1.1 M tokens · 0.41 $")
    await eventually(lambda: "counts against" in shown_cost(stage).toolTip())
    assert "500,000 of them from the provider's cache" in shown_cost(stage).toolTip()
    assert "The company: 0.41 of 50.00 $ this month" in shown_cost(stage).toolTip()
    assert shown_cost(stage).accessibleName() == "Spent in this conversation: 1.1 M tokens · 0.41 $"
    spend(stage, chat_id, 1_000_000, 0)
    await eventually(lambda: said(stage).startswith("2.1 M tokens"))
    stage.dock.new_conversation()
    assert cost(stage) is None
    stage.dock.open_chat(chat_id)
    await eventually(lambda: said(stage).startswith("2.1 M tokens"))


async def test_a_call_in_another_conversation_changes_nothing_here(stage: Stage) -> None:
    stage.dock.ask("How much?")
    await settled(stage.runner)
    changes = stage.database.write(chats.start_chat, model_id=stage.model_id)
    (other,) = changes.created.values()
    spend(stage, ChatId(next(iter(other))), 1_000_000, 0)
    stage.dock._cost.refresh()
    await settled(stage.runner)
    assert cost(stage) is None


@pytest.mark.parametrize(
    ("spent", "text"),
    [
        (PAID, "1.2 k tokens · 0.41 $"),
        (ChatSpent(1, 900, 0, 50, micros=0, currency="USD"), "950 tokens"),
        (ChatSpent(1, 1, 0, 0, micros=0, currency=""), "1 token"),
        (ChatSpent(1, 10, 0, 0, micros=12, currency="EUR"), "10 tokens · <0.0001 €"),
        (ChatSpent(0, 0, 0, 0, micros=0, currency=""), ""),
    ],
)
def test_it_is_said_in_a_few_words(spent: ChatSpent, text: str) -> None:
    assert words_of(spent).text == text


def test_what_is_free_and_what_has_no_known_price_are_told_apart() -> None:
    assert "1 call, free of charge" in words_of(ChatSpent(1, 9, 0, 5, micros=0, currency="USD")).tooltip
    assert "1 call, price not known" in words_of(ChatSpent(1, 9, 0, 5, micros=0, currency="")).tooltip
    assert words_of(PAID).tooltip.splitlines() == [
        "This conversation so far:",
        "1,100 tokens in, 400 of them from the provider's cache",
        "120 tokens out",
        "3 calls, 0.41 $",
    ]
