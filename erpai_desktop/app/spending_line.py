"""What was spent this month, in the status line; and a notice when a budget passes its share or is spent."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import BudgetScope, Role
from erpai_desktop.models.ids import BudgetId, UserId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.usage import BudgetLevel, BudgetState, MonthState
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.usage.wording import of_budget, whose_budget
from erpai_desktop.views.window.status_line import StatusLine
from erpai_desktop.workers.intentions import usage_reading
from erpai_desktop.workers.runner import Runner

SEGMENT = "spent"
_TOGETHER_MS = 400
"""Calls of a busy job are read together, not one by one."""

_RANK = list(BudgetLevel)
_TONE: dict[BudgetLevel, ColorName] = {
    BudgetLevel.FINE: "dim",
    BudgetLevel.WARNING: "warning",
    BudgetLevel.SPENT: "bad",
}


class SpendingLine(QObject):
    """Follows calls and budgets. Each rise of a budget's level is told once; how it stood at the start is not."""

    notice = Signal(object)
    budgets_requested = Signal()

    def __init__(
        self, status: StatusLine, runner: Runner, *, user_id: UserId, role: Role, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._status = status
        self._runner = runner
        self._user_id = user_id
        self._role = role
        self._levels: dict[BudgetId, BudgetLevel] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._timer.timeout.connect(self.refresh)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read again."""
        self._runner.read((self, "month"), usage_reading.month_state, user_id=self._user_id).then(
            self._show, owner=self
        ).otherwise(lambda _error: True)

    def leave(self) -> None:
        """The workspace closes."""
        self._timer.stop()
        self._status.set_segment(SEGMENT, "")

    def _show(self, month: MonthState) -> None:
        budget = month.budget
        if budget is not None:
            text = self.tr("{spent} this month").format(spent=of_budget(budget))
            tooltip = self.tr("Budget of {who}: {left} left").format(
                who=whose_budget(budget), left=in_words(budget.left_micros, budget.currency)
            )
            tone = _TONE[budget.level]
            icon = "money" if budget.level is BudgetLevel.FINE else "warning"
        else:
            text = self.tr("{spent} this month").format(spent=in_words(month.spent.micros, month.spent.currency))
            tooltip, tone, icon = self.tr("No budget is set; see Usage"), "dim", "money"
        # While nothing costs anything there is nothing to say.
        shown = text if budget is not None or month.spent.micros else ""
        self._status.set_segment(SEGMENT, shown, icon=icon, tooltip=tooltip, tone=tone)
        self._tell(month.budgets)

    def _tell(self, states: tuple[BudgetState, ...]) -> None:
        before, self._levels = self._levels, {state.id: state.level for state in states}
        if before is None:
            return
        for state in states:
            rose = _RANK.index(state.level) > _RANK.index(before.get(state.id, BudgetLevel.FINE))
            if rose and self._concerns(state):
                self.notice.emit(self._notice_of(state))

    def _concerns(self, state: BudgetState) -> bool:
        return (
            self._role is Role.ADMINISTRATOR
            or state.scope is BudgetScope.COMPANY
            or state.subject_id == str(self._user_id)
        )

    def _notice_of(self, state: BudgetState) -> Notice:
        who, spent = whose_budget(state), of_budget(state)
        if state.level is BudgetLevel.SPENT:
            text = self.tr("{who}: the budget is spent, {spent} this month. What costs money is refused.")
            kind = "bad"
        else:
            text = self.tr("{who}: {spent} are spent this month.")
            kind = "warning"
        return Notice(
            text.format(who=who, spent=spent),
            kind="bad" if kind == "bad" else "warning",
            action=self.tr("Show budgets"),
            callback=self.budgets_requested.emit,
        )

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if (changes.touches(Entity.USAGE) or changes.touches(Entity.BUDGET)) and not self._timer.isActive():
            self._timer.start()
