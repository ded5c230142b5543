"""The Usage room: a period's figures and plots, the budgets, and every call."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ServiceError
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import UserId
from erpai_desktop.models.snapshots.usage import BudgetLevel, BudgetOverview, PriceListInfo, UsageReport
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.usage import plotting
from erpai_desktop.views.usage.budgets_view import BudgetsView
from erpai_desktop.views.usage.calls import CallsView
from erpai_desktop.views.usage.overview import UsageOverview
from erpai_desktop.views.usage.periods import Period
from erpai_desktop.views.usage.wording import day_name
from erpai_desktop.workers.intentions import price_list, spending, usage_reading
from erpai_desktop.workers.runner import Runner

_TOGETHER_MS = 500
"""Calls of a busy job are read together, not one by one."""


class UsagePage(QWidget):
    """A member of staff sees their own calls; trainers and administrators see everybody's."""

    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        *,
        user_id: UserId,
        role: Role,
        language: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._only = user_id if role is Role.STAFF else None
        self._language = language
        self._info: PriceListInfo | None = None
        self._report: UsageReport | None = None
        self._spent, self._near = 0, 0
        tr = self.tr
        self._head = PageHeader(theme, tr("Usage"))
        self._period = Choice(theme, tr("Period"), tr("Which days are shown, in UTC as budgets count"))
        self._period.set_options(
            [
                (Period.THIS_MONTH.value, tr("This month")),
                (Period.LAST_MONTH.value, tr("Last month")),
                (Period.NINETY_DAYS.value, tr("90 days")),
                (Period.YEAR.value, tr("12 months")),
            ]
        )
        self._period.chosen.connect(lambda _key: self.refresh())
        prices = QuietButton(
            theme, tr("Price list"), tr("Open your own copy of the price list in an editor"), icon="money"
        )
        prices.clicked.connect(self.open_price_list)
        export = QuietButton(theme, tr("Export"), tr("Write every call of this period into a CSV file"), icon="export")
        export.clicked.connect(self.export_file)
        for widget in (self._period, prices, export):
            self._head.add_button(widget)
        self._strip = TabStrip(
            theme,
            [
                TabItem("overview", tr("Overview"), tr("What the period came to, and on what")),
                TabItem("budgets", tr("Budgets"), tr("What may be spent in a month")),
                TabItem("calls", tr("Calls"), tr("Every call to a provider")),
            ],
        )
        self._overview = UsageOverview(theme)
        self._budgets = BudgetsView(runner, theme, role=role)
        self._budgets.notice.connect(self.notice)
        self._calls = CallsView(runner, theme, only=self._only, language=language)
        self._calls.count_changed.connect(lambda count: self._strip.set_count("calls", f"{count:,}" if count else ""))
        self._waiting = EmptyState(theme, "queued", tr("Reading…"), "")
        self._nothing = EmptyState(theme, "usage", "", "")
        self._plots = QStackedWidget()
        for content in (self._waiting, self._nothing, self._overview):
            self._plots.addWidget(content)
        self._stack = QStackedWidget()
        for page in (self._plots, self._budgets, self._calls):
            self._stack.addWidget(page)
        self._pages = {"overview": self._plots, "budgets": self._budgets, "calls": self._calls}
        self._strip.selected.connect(self._on_selected)
        bar = frame(row(self._strip, margins=(4, 0, 0, 0)), "bar")
        layout = column(self._head, bar, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._fresh = Freshness(self, self.refresh, delay_ms=_TOGETHER_MS)
        runner.changed.connect(self._on_changed)
        self.refresh()

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that are shown."""
        return Period(self._period.current).days(datetime.now(UTC).date())

    def refresh(self) -> None:
        """Read again."""
        first_day, last_day = self.days
        self._runner.read(
            (self, "report"),
            usage_reading.usage_report,
            first_day=first_day,
            last_day=last_day,
            user_id=self._only,
            language=self._language,
        ).then(self._show_report)
        self._runner.read((self, "budgets"), spending.budget_overview, language=self._language).then(self._show_budgets)
        self._runner.read((self, "prices"), price_list.price_list_info).then(self._show_prices)
        self._calls.show_days(first_day, last_day)

    def show_page(self, key: str) -> None:
        """Bring "overview", "budgets" or "calls" to the front."""
        self._strip.select(key)

    def open_price_list(self) -> None:
        """Open the person's own price list in an editor; it is made from the shipped one the first time."""
        self._runner.read((self, "own prices"), price_list.own_price_list).then(self._open_file)

    def export_file(self) -> None:
        """Ask for a file, then write the period's calls into it."""
        dialog = QFileDialog(self, self.tr("Export usage"), "usage.csv", self.tr("CSV files (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the period's calls into a CSV file."""
        first_day, last_day = self.days
        self._runner.read(
            (self, "export"),
            usage_reading.export_usage,
            path=path,
            first_day=first_day,
            last_day=last_day,
            user_id=self._only,
            language=self._language,
        ).then(lambda count: self._exported(count, path), owner=self).otherwise(self._not_written)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_selected(self, key: str) -> None:
        self._stack.setCurrentWidget(self._pages[key])

    def _show_report(self, report: UsageReport) -> None:
        self._report = report
        if report.totals.calls:
            self._runner.prepare(plotting.load).then(lambda _: self._show_overview(report), owner=self)
            return
        self._nothing.set_words(
            self.tr("Nothing was sent from {first} to {last}").format(
                first=day_name(report.first_day), last=day_name(report.last_day)
            ),
            self.tr(
                "Each call to a provider is counted here, with what it costs and for whom. Built-in answers cost "
                "nothing. Set a budget before you begin."
            ),
        )
        self._plots.setCurrentWidget(self._nothing)

    def _show_overview(self, report: UsageReport) -> None:
        if report is self._report:
            self._overview.show_report(report)
            self._plots.setCurrentWidget(self._overview)

    def _show_budgets(self, overview: BudgetOverview) -> None:
        self._budgets.show_budgets(overview)
        self._spent = sum(state.level is BudgetLevel.SPENT for state in overview.states)
        self._near = sum(state.level is BudgetLevel.WARNING for state in overview.states)
        self._strip.set_count("budgets", str(len(overview.states)) if overview.states else "")
        self._show_badges()

    def _show_prices(self, info: PriceListInfo) -> None:
        self._info = info
        self._show_badges()

    def _show_badges(self) -> None:
        badges = []
        if self._info is not None and self._info.problem:
            badges.append(PageBadge(self.tr("price list damaged"), "bad", self._info.problem))
        if self._spent:
            text = plural(self._spent, self.tr("1 budget spent"), self.tr("{n} budgets spent"))
            badges.append(PageBadge(text, "bad", self.tr("What costs money is refused; see Budgets")))
        if self._near:
            text = plural(self._near, self.tr("1 budget near its end"), self.tr("{n} budgets near their end"))
            badges.append(PageBadge(text, "warning", self.tr("See Budgets")))
        if self._only is not None:
            badges.append(PageBadge(self.tr("your calls"), tooltip=self.tr("Trainers and administrators see all")))
        if self._info is not None:
            as_of = self._info.as_of
            whose = self.tr("Your own list") if self._info.is_own else self.tr("The list that came with the program")
            badges.append(
                PageBadge(
                    self.tr("prices of {day}").format(day=f"{day_name(as_of)} {as_of.year}"),
                    tooltip=f"{whose}: {self._info.source}",
                )
            )
        self._head.set_badges(badges)

    def _open_file(self, path: Path) -> None:
        text = self.tr("Your price list is {file}: what you save there counts from then on").format(file=path)
        self.notice.emit(Notice(text, kind="accent", seconds=30))
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _exported(self, count: int, path: Path) -> None:
        text = plural(count, self.tr("Exported 1 call to"), self.tr("Exported {n} calls to"))
        self.notice.emit(Notice(f"{text} {path.name}", kind="good", seconds=12))

    def _not_written(self, error: Exception) -> bool:
        if not isinstance(error, ServiceError):
            return False
        self.notice.emit(Notice(str(error), kind="bad"))
        return True

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if any(changes.touches(entity) for entity in (Entity.USAGE, Entity.BUDGET, Entity.MODEL, Entity.USER)):
            self._fresh.spoil()
