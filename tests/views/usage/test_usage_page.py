"""The Usage room: figures, plots, budgets and calls as a person meets them."""

from __future__ import annotations

import csv
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.models.enums import BudgetScope, Role, UsageState
from erpai_desktop.models.ids import UserId
from erpai_desktop.models.snapshots.usage import UsageReport, UsageSlice
from erpai_desktop.services import spending, usage
from erpai_desktop.storage.database import Database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.usage import plotting
from erpai_desktop.views.usage.budget_form import BudgetForm
from erpai_desktop.views.usage.page import UsagePage
from erpai_desktop.views.usage.periods import Period, by_bar
from erpai_desktop.views.usage.plotting import steps
from erpai_desktop.views.usage.wording import Measure, short
from erpai_desktop.workers.runner import Runner
from tests.unit.services.spender import Spender
from tests.views.compilations.stand import Heard, at_rest, nameless, words_in
from tests.views.usage.month import fill, models_named, set_budgets
from tests.waiting import eventually

Show = Callable[[QWidget], QWidget]


def _me(database: Database) -> UserId:
    assert database.actor is not None
    return database.actor.user_id


def _page(runner: Runner, theme: Theme, role: Role = Role.ADMINISTRATOR) -> UsagePage:
    return UsagePage(runner, theme, user_id=_me(runner.database), role=role, language="en")


@pytest.fixture
async def page(runner: Runner, theme: Theme, on_show: Show) -> UsagePage:
    """The room with a month of calls."""
    fill(runner.database, days=3, calls_a_day=12, in_this_month=True)
    made = _page(runner, theme)
    on_show(made)
    await at_rest(runner)
    # Each plot is drawn in a turn of its own.
    await eventually(lambda: _plots(made))
    return made


def _plots(page: UsagePage) -> list[Any]:
    """All four once they are drawn."""
    plots = [page._overview._days._plot, *(bars._plot for bars in page._overview._rankings)]
    return plots if None not in plots else []


async def test_an_empty_period_says_what_would_be_there(runner: Runner, theme: Theme, on_show: Show) -> None:
    page = _page(runner, theme)
    on_show(page)
    await at_rest(runner)
    words = words_in(page)
    assert "Nothing was sent from 1" in words and "Set a budget" in words
    page.show_page("calls")
    assert "No calls in this period" in words_in(page)
    page.show_page("budgets")
    assert "nothing is refused" in words_in(page)


async def test_a_months_figures_and_warnings(page: UsagePage) -> None:
    words = words_in(page)
    assert "calls ·" in words and "tokens in" in words and "cached" in words
    assert "The price of acme-large-2 is not known" in words
    assert "1 call was broken off" in words
    assert "1 under way" in words


async def test_plots_hold_what_the_report_says(page: UsagePage) -> None:
    report = page._overview._report
    assert report is not None
    by_model = page._overview._rankings[0]
    assert [part.label for part in by_model._parts][:-1] == [part.label for part in report.by_model[:5]]
    assert by_model._parts[-1].label.endswith("others")
    assert sum(part.money_micros for part in by_model._parts) == sum(part.money_micros for part in report.by_model)
    items = [type(item).__name__ for item in page._overview._days._plot.getPlotItem().items]
    assert items.count("BarGraphItem") == 1 and items.count("InfiniteLine") >= 2
    page._overview._measure.select(Measure.TOKENS.value)
    assert by_model._measure is Measure.TOKENS and "$" not in by_model.accessibleDescription()


async def test_each_plot_is_drawn_by_itself(page: UsagePage) -> None:
    """Together, and again with each resize, they would keep the window waiting."""
    overview, report = page._overview, page._overview._report
    assert report is not None
    overview.show_report(report)
    overview.show_report(report)
    timers = [overview._days._drawing, *(bars._drawing for bars in overview._rankings)]
    assert all(timer.isActive() for timer in timers) and len({timer.interval() for timer in timers}) == 4
    await eventually(lambda: not any(timer.isActive() for timer in timers))


async def test_what_plots_are_drawn_with_is_imported_in_a_thread(
    runner: Runner, theme: Theme, on_show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(plotting, "load", lambda: threads.append(threading.current_thread()))
    fill(runner.database, days=1, calls_a_day=12, in_this_month=True)
    made = _page(runner, theme)
    on_show(made)
    await eventually(lambda: _plots(made))
    assert threads and threading.main_thread() not in threads


async def test_where_no_price_is_known_tokens_are_drawn_until_a_person_chooses(page: UsagePage) -> None:
    overview = page._overview
    report = overview._report
    assert report is not None

    def measure(shown: UsageReport) -> Measure:
        overview.show_report(shown)
        return overview.measure

    unpriced = replace(report, totals=replace(report.totals, money=()))
    assert [measure(report), measure(unpriced), measure(report)] == [Measure.MONEY, Measure.TOKENS, Measure.MONEY]
    overview._measure.select(Measure.TOKENS.value)
    assert measure(report) is Measure.TOKENS


async def test_a_bar_is_read_under_the_mouse(page: UsagePage) -> None:
    days = page._overview._days
    today = datetime.now(UTC).date().day - 1
    plot = days._plot
    scene = plot.getPlotItem().getViewBox().mapViewToScene(QPointF(today, 0))
    at = plot.mapToParent(plot.mapFromScene(scene))
    bar = days.bar_at(QPointF(at) - QPointF(0, 4))
    assert bar is not None and bar.calls and "calls" in days.words_of(bar)
    QTest.mouseMove(days, at - QPoint(0, 4))
    assert days.bar_at(QPointF(2, 2)) is None


async def test_plots_wear_the_theme_and_leave_no_window(page: UsagePage, theme: Theme) -> None:
    def grounds() -> set[str]:
        return {plot.backgroundBrush().color().name() for plot in _plots(page)}

    assert grounds() == {theme.color("panel").name()}
    light = grounds()
    theme.set_mode("dark")
    await eventually(lambda: grounds() == {theme.color("panel").name()})
    assert grounds() != light
    theme.set_mode("light")
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert windows == [page.window()]


async def test_the_period_changes_all_of_it(page: UsagePage, runner: Runner) -> None:
    page._period.choose(Period.YEAR.value)
    page._period.chosen.emit(Period.YEAR.value)
    await at_rest(runner)
    assert "By month" in words_in(page)
    assert len(page._overview._days._bars) == 12
    page._period.choose(Period.LAST_MONTH.value)
    page._period.chosen.emit(Period.LAST_MONTH.value)
    await at_rest(runner)
    first_day, _last = page.days
    assert first_day.month == (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).month


async def test_calls_are_listed_with_how_they_ended(page: UsagePage) -> None:
    page.show_page("calls")
    model = page._calls._rows
    QAbstractItemModelTester(model)
    shown = [[str(model.index(row, column).data() or "") for column in range(8)] for row in range(4)]
    assert {row[7] for row in shown} == {"", "under way", "broken off", "failed"}
    assert "–" in {row[6] for row in shown}
    whole = "\n".join(str(model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)) for column in range(8))
    assert "OpenAI Main" in whole and "of them cached" in whole


async def test_a_new_call_is_read_by_itself(page: UsagePage, runner: Runner) -> None:
    spender = Spender(runner.database)
    set_budgets(runner.database, (BudgetScope.COMPANY, None, 2.0))
    usage_id = spender.begin()
    runner.write(
        None, usage.end_call, usage_id=usage_id, usage=Usage(9_000_000), elapsed_ms=1, state=UsageState.SETTLED
    )
    await eventually(lambda: "1 budget spent" in [badge.text for badge, _widget in page._head._badges])
    await at_rest(runner)
    report = page._overview._report
    assert report is not None and report.totals.tokens_in > 9_000_000


async def test_a_budget_is_set_changed_and_removed_by_hand(page: UsagePage, runner: Runner) -> None:
    notices = Heard(page.notice)
    page.show_page("budgets")
    form = page.findChild(BudgetForm)
    assert form is not None
    assert not form._set.isEnabled() and "How much?" in form._set.toolTip()
    (sales,) = models_named(runner.database, ["Sales AI"])
    form._for.choose(f"model:{sales}")
    QTest.keyClicks(form._amount, "12.5x0")
    assert form._amount.text() == "12.50"
    QTest.keyClick(form._amount, Qt.Key.Key_Return)
    await eventually(lambda: "Sales AI and below" in words_in(page))
    await at_rest(runner)
    assert "12.50 $" in words_in(page) and form._amount.text() == ""
    edit = next(b for b in page.findChildren(QPushButton) if b.accessibleName().startswith("Change the budget"))
    edit.click()
    assert form._amount.text() == "12.50" and form._for.current == f"model:{sales}"
    form._amount.setText("20")
    form._warn.setText("50")
    form._set.click()
    await eventually(lambda: "20.00 $" in words_in(page))
    remove = next(b for b in page.findChildren(QPushButton) if b.accessibleName().startswith("Remove the budget"))
    remove.click()
    await eventually(lambda: "None yet" in words_in(page))
    notice = notices.last
    assert isinstance(notice, Notice) and notice.callback is not None
    notice.callback()
    await eventually(lambda: "20.00 $" in words_in(page))
    (state,) = runner.database.read(spending.budget_overview).states
    assert state.warn_share == 0.5


async def test_staff_see_their_own_calls_and_cannot_set_budgets(runner: Runner, theme: Theme, on_show: Show) -> None:
    fill(runner.database, days=2, calls_a_day=12, in_this_month=True)
    page = _page(runner, theme, Role.STAFF)
    on_show(page)
    await at_rest(runner)
    report = page._overview._report
    assert report is None or [part.label for part in report.by_person] == ["Tester"]
    page.show_page("budgets")
    form = page.findChild(BudgetForm)
    assert form is not None
    form._amount.setText("5")
    assert not form._set.isEnabled() and "administrator" in form._set.toolTip()
    assert "your calls" in [badge.text for badge, _widget in page._head._badges]


async def test_calls_are_exported_and_a_bad_place_is_told(page: UsagePage, runner: Runner, tmp_path: Path) -> None:
    notices = Heard(page.notice)
    page.write(tmp_path / "usage.csv")
    await at_rest(runner)
    with (tmp_path / "usage.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == page._calls._rows.rowCount()
    assert isinstance(notices.last, Notice) and "usage.csv" in notices.last.text
    page.write(tmp_path / "no" / "usage.csv")
    await at_rest(runner)
    assert isinstance(notices.last, Notice) and "Choose another folder" in notices.last.text


async def test_the_price_list_opens_in_an_editor_and_damage_is_told(
    page: UsagePage, runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    page.open_price_list()
    await at_rest(runner)
    path = Path(opened[0].toLocalFile())
    assert path.exists() and tmp_path in path.parents
    path.write_text("{")
    page.refresh()
    await at_rest(runner)
    (badge,) = (badge for badge, _widget in page._head._badges if "damaged" in badge.text)
    assert "not JSON" in badge.tooltip


async def test_every_control_has_a_name_and_a_tooltip(page: UsagePage) -> None:
    for key in ("overview", "budgets", "calls"):
        page.show_page(key)
        assert nameless(page) == []


def test_the_room_does_not_import_pyqtgraph_before_it_draws() -> None:
    import subprocess

    code = "import sys, erpai_desktop.views.usage.page; sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.THIS_MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        (Period.LAST_MONTH, date(2024, 1, 1), date(2024, 1, 31)),
        (Period.NINETY_DAYS, date(2023, 12, 2), date(2024, 2, 29)),
        (Period.YEAR, date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_periods(period: Period, first: date, last: date) -> None:
    assert period.days(date(2024, 2, 29)) == (first, last)


def test_many_days_become_months() -> None:
    first = date(2026, 1, 1)
    days = [UsageSlice((first + timedelta(days=n)).isoformat(), 1, 2, 3) for n in range(120)]
    assert [(part.label, part.money_micros) for part in by_bar(days)] == [
        ("2026-01", 31),
        ("2026-02", 28),
        ("2026-03", 31),
        ("2026-04", 30),
    ]
    assert len(by_bar(days[:100])) == 100


@pytest.mark.parametrize(
    ("highest", "lines"),
    [(0, [0]), (1, [0, 0.5, 1]), (4_130_000, [0, 2e6, 4e6, 6e6]), (950, [0, 500, 1000]), (3, [0, 1, 2, 3])],
)
def test_grid_lines_are_round(highest: float, lines: list[float]) -> None:
    assert steps(highest) == pytest.approx(lines)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (950, "950"), (1_000, "1 k"), (1_240, "1.2 k"), (34_400, "34 k"), (5_600_000, "5.6 M")],
)
def test_large_numbers_in_short(number: int, text: str) -> None:
    assert short(number) == text
