"""What was spent, in the status line; a budget that passes its share is told once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from erpai_desktop.app.spending_line import SEGMENT, SpendingLine
from erpai_desktop.models.enums import BudgetScope, Role
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.services import budgets, usage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.window.status_line import StatusLine
from erpai_desktop.workers.runner import Runner
from tests.unit.services.spender import MODEL, PRICES, Spender
from tests.views.compilations.stand import Heard
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


class Stand:
    """A status line, and money spent through the runner as a job spends it."""

    def __init__(self, runner: Runner, theme: Theme, role: Role = Role.ADMINISTRATOR) -> None:
        self.runner = runner
        self.spender = Spender(runner.database)
        self.status = StatusLine(theme)
        actor = runner.database.actor
        assert actor is not None
        self.line = SpendingLine(self.status, runner, user_id=actor.user_id, role=role, parent=self.status)
        self.line._timer.setInterval(0)
        self.told = Heard(self.line.notice)

    @property
    def text(self) -> str:
        return self.status.segment(SEGMENT)

    def spend(self, dollars: float) -> None:
        from erpai_desktop.models.enums import Purpose

        self.runner.write(
            None,
            usage.begin_call,
            provider_id=self.spender.openai,
            base_model=MODEL,
            call=CallContext(Purpose.CHAT),
            estimate=TokenEstimate(round(dollars * 2_500_000)),
            prices=PRICES,
        )

    def set_budget(self, dollars: int) -> None:
        self.runner.write(
            None, budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=dollars * 1_000_000
        )


@pytest.fixture
async def stand(runner: Runner, theme: Theme, on_show: Show) -> Stand:
    made = Stand(runner, theme)
    on_show(made.status)
    await settled(runner)
    return made


async def test_says_nothing_until_money_is_spent(stand: Stand) -> None:
    assert stand.text == ""
    stand.spend(2)
    await eventually(lambda: stand.text == "2.00 $ this month")
    stand.set_budget(50)
    await eventually(lambda: stand.text == "2.00 of 50.00 $ this month")
    stand.line.leave()
    assert stand.text == ""


async def test_each_step_is_told_once(stand: Stand) -> None:
    stand.set_budget(10)
    await eventually(lambda: stand.text.startswith("0.00 of 10.00"))
    stand.spend(7)
    await eventually(lambda: stand.text.startswith("7.00"))
    assert stand.told.said == []
    for dollars, total in ((1, "8.00"), (1, "9.00")):
        stand.spend(dollars)
        await eventually(lambda total=total: stand.text.startswith(total))  # type: ignore[misc]  # bound at once
    (warning,) = stand.told.said
    assert isinstance(warning, Notice)
    assert (warning.text, warning.kind) == ("The company: 8.00 of 10.00 $ are spent this month.", "warning")
    asked = Heard(stand.line.budgets_requested)
    assert warning.callback is not None
    warning.callback()
    assert len(asked.said) == 1
    stand.spend(1)
    await eventually(lambda: len(stand.told.said) == 2)
    spent = stand.told.last
    assert isinstance(spent, Notice) and spent.kind == "bad" and "refused" in spent.text


async def test_how_it_stood_at_the_start_is_not_told(runner: Runner, theme: Theme, on_show: Show) -> None:
    spender = Spender(runner.database)
    runner.database.write(
        budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=1_000_000, currency="USD"
    )
    spender.spend(1)
    stand = Stand(runner, theme)
    on_show(stand.status)
    await eventually(lambda: stand.text == "1.00 of 1.00 $ this month")
    assert stand.told.said == []
