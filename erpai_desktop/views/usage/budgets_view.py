"""The budgets: how each stands this month, with what changes or removes it, and the form for another."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.models.enums import BudgetScope, Role
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.usage import BudgetOverview, BudgetState, BudgetSubject
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, line, row, stretch
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.usage.budget_bar import BudgetBar
from erpai_desktop.views.usage.budget_form import BudgetForm
from erpai_desktop.views.usage.wording import LEVEL_KIND, of_budget, percent, whose_budget
from erpai_desktop.workers.intentions import budgets
from erpai_desktop.workers.runner import Runner

_ICON = {BudgetScope.COMPANY: "master", BudgetScope.MODEL: "model", BudgetScope.USER: "person"}


class BudgetsView(QScrollArea):
    """Shows what it is given; setting and removing are told to the runner."""

    notice = Signal(object)

    def __init__(self, runner: Runner, theme: Theme, *, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._forbidden = why_not(role, Role.ADMINISTRATOR)
        self._shown: tuple[BudgetState, ...] | None = None
        tr = self.tr
        self._list: QVBoxLayout = column(gap=10)
        standing = Card(theme, tr("Budgets this month"), icon="money")
        standing.body.addLayout(self._list)
        self._form = BudgetForm(theme, forbidden=self._forbidden)
        self._form.wanted.connect(self._set)
        another = Card(theme, tr("Set a budget"), icon="edit")
        another.body.addWidget(self._form)
        another.body.addWidget(
            label(
                tr("What is under way counts by its estimate. A call that could exceed a budget is refused before "
                   "anything is sent; what runs on this machine costs nothing and is never refused."),
                "dim",
                wrap=True,
            )
        )  # fmt: skip
        inner = QFrame()
        inner.setLayout(column(standing, another, stretch(), gap=12, margins=(14, 12, 14, 14)))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    def show_budgets(self, overview: BudgetOverview) -> None:
        """Replace the list; what is being filled in stays."""
        self._form.show_subjects(overview.subjects, overview.currency)
        if overview.states == self._shown:
            return
        self._shown = overview.states
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, state in enumerate(overview.states):
            if place:
                self._list.addWidget(line())
            self._list.addWidget(self._row(state))
        if not overview.states:
            self._list.addWidget(
                label(
                    self.tr("None yet: what is spent is counted, and nothing is refused. ")
                    + (
                        self.tr("Budgets are an administrator's to set.")
                        if self._forbidden
                        else self.tr("Begin with the company's.")
                    ),
                    "dim",
                    wrap=True,
                )
            )

    def _row(self, state: BudgetState) -> QWidget:
        made = QWidget()
        who = whose_budget(state)
        name = ElidedLabel(who, role="strong")
        share = Badge(
            percent(state.share), LEVEL_KIND[state.level], tooltip=self.tr("How much of it is spent this month")
        )
        money = label(of_budget(state), selectable=True)
        money.setAccessibleName(f"{who}: {of_budget(state)}")
        left = self.tr("{left} left").format(left=in_words(state.left_micros, state.currency))
        if state.open_micros:
            left += self.tr(" · {open} estimated for calls under way").format(
                open=in_words(state.open_micros, state.currency)
            )
        edit = IconButton(
            self._theme, "edit", self.tr("Change the budget of {who}").format(who=who), self.tr("Change this budget")
        )
        edit.clicked.connect(lambda: self._form.edit(state))
        remove = IconButton(
            self._theme, "delete", self.tr("Remove the budget of {who}").format(who=who), self.tr("Remove this budget")
        )
        remove.clicked.connect(lambda: self._remove(state))
        for button in (edit, remove):
            button.disabled_because(self._forbidden)
        head = row(IconLabel(self._theme, _ICON[state.scope]), name, share, stretch(), money, edit, remove)
        foot = label(left, "note")
        made.setLayout(column(head, BudgetBar(self._theme, state), foot, gap=2))
        return made

    def _set(self, subject: BudgetSubject, limit_micros: int, share: float) -> None:
        self._runner.write(
            self,
            budgets.set_budget,
            scope=subject.scope,
            subject_id=subject.subject_id,
            limit_micros=limit_micros,
            warn_share=share,
        ).then(lambda _changes: self._form.clear(), owner=self)

    def _remove(self, state: BudgetState) -> None:
        def put_back() -> None:
            subject_id = UUID(state.subject_id) if state.subject_id else None
            self._runner.write(
                None,
                budgets.set_budget,
                scope=state.scope,
                subject_id=subject_id,
                limit_micros=state.limit_micros,
                currency=state.currency,
                warn_share=state.warn_share,
            )

        def removed(_changes: Changes) -> None:
            text = self.tr("Removed the budget of {who}").format(who=whose_budget(state))
            self.notice.emit(Notice(text, kind="plain", action=self.tr("Put back"), callback=put_back, seconds=30))

        self._runner.write(self, budgets.remove_budget, budget_id=state.id).then(removed, owner=self)
