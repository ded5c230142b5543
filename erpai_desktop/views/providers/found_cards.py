"""What a test has found: capabilities, base models with their last days; and which models use the provider."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.snapshots.providers import BaseModel, ProviderDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.days_left import days_words, local_date
from erpai_desktop.views.parts.flow import FlowLayout
from erpai_desktop.views.parts.layout import label, row, stretch
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.providers.next_step import NextStep, next_step, step_words
from erpai_desktop.views.providers.wording import capability_badge, check_sentence, state, tr
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable

_ROWS_SHOWN = 8


class CheckCard(Card):
    """How the last test went, what helps if it failed, and what the provider can do."""

    step_requested = Signal(object)
    """A NextStep."""

    def __init__(self, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Test"), icon="safe", parent=parent)
        self._forbidden = forbidden
        self._failure: type[Exception] | None = None
        self._next: NextStep | None = None
        self._state = Badge()
        self.add_to_header(self._state)
        self._step = QuietButton(theme, *step_words(NextStep.KEY))
        self._step.clicked.connect(lambda: self.step_requested.emit(self._next))
        self._sentence = label("", "dim", wrap=True)
        self._error = label("", "bad", wrap=True, selectable=True)
        self._error.setAccessibleName(tr("Why the test failed"))
        self._orphans = label("", "warning", wrap=True, selectable=True)
        self._orphans.setAccessibleName(tr("Trainings that no version waits for"))
        self._orphans.hide()
        self._memory = label("", "dim", wrap=True)
        self._memory.hide()
        self._flow = FlowLayout(gap=4)
        badges = QWidget()
        badges.setLayout(self._flow)
        self._badges = badges
        self.body.addWidget(self._sentence)
        self.body.addWidget(self._error)
        self.body.addLayout(row(self._step, stretch()))
        self.body.addWidget(badges)
        self.body.addWidget(self._orphans)
        self.body.addWidget(self._memory)

    def failed_by(self, failure: type[Exception] | None) -> None:
        """What kind of error the test that has just ended failed by; None when it went well."""
        self._failure = failure

    def show_details(self, details: ProviderDetails) -> None:
        """Show what is known."""
        word, kind = state(details.line)
        self._state.show_text(word, kind)
        lacks = details.line.missing
        needs = tr("It still needs {what}.").format(what=tr(" and ").join(tr(part) for part in lacks)) if lacks else ""
        self._sentence.setText(" ".join(part for part in (needs, check_sentence(details)) if part))
        check = details.line.check
        self._error.setText(check.error if check is not None else "")
        self._error.setVisible(bool(check is not None and check.error))
        self._show_step(details)
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for capability, support in details.capabilities.items():
            text, badge, tooltip = capability_badge(capability, support)
            self._flow.addWidget(Badge(text, badge, tooltip=tooltip, parent=self._badges))
        self._badges.setVisible(bool(details.capabilities))

    def show_orphans(self, messages: Sequence[str]) -> None:
        """What the last test found to go on there for no version of this workspace, and what was done about it."""
        self._orphans.setText("\n".join(messages))
        self._orphans.setVisible(bool(messages))

    def _show_step(self, details: ProviderDetails) -> None:
        self._next = next_step(details, self._failure)
        # Everybody's own key is theirs to paste.
        if self._next is not NextStep.KEY and self._forbidden:
            self._next = None
        self._step.setVisible(self._next is not None)
        if self._next is not None:
            words, tooltip = step_words(self._next)
            self._step.setText(words)
            self._step.set_tooltip(tooltip)

    def show_memory(self, memory: int | None, *, is_local: bool) -> None:
        """What the server of a model file takes, where it is one."""
        text = (
            tr("llama.cpp runs and takes {n} MB of memory; it ends with the program.").format(n=f"{memory / 1e6:,.0f}")
            if memory
            else tr("llama.cpp does not run now: it starts when the model is first asked.")
        )
        self._memory.setText(text if is_local else "")
        self._memory.setVisible(is_local)


class OfferCard(Card):
    """The base models, what ends first in front; opening one makes it the provider's."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Base models"), icon="model", parent=parent)
        self._row = theme.metrics.table_row
        self._models: RowModel[BaseModel] = RowModel(
            (
                Column(tr("Name"), lambda model: model.name),
                Column(
                    tr("Shut down"), lambda model: local_date(model.shutdown_date) if model.shutdown_date else "", 92
                ),
                Column(
                    tr("Ends in"),
                    lambda model: days_words(model.days_left)[0] if model.days_left is not None else "",
                    60,
                    badge=lambda model: days_words(model.days_left)[1] if model.days_left is not None else "",
                ),
            ),
            key=lambda model: model.name,
            parent=self,
        )
        tip = tr("Enter or a double click makes one the base model of this provider")
        self._table = RowTable(theme, self._models, tr("Base models"), f"{tip}\n{forbidden}" if forbidden else tip)
        if not forbidden:
            self._table.opened.connect(lambda model: self.chosen.emit(model.name))
        self._none = label(
            tr("Test the connection to see what it offers and when each model is shut down."), "dim", wrap=True
        )
        self.body.addWidget(self._none)
        self.body.addWidget(self._table)

    def choose(self) -> None:
        """Take the keyboard to the list."""
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_details(self, details: ProviderDetails) -> None:
        """Show what the last test has listed."""
        models = details.models
        self._models.show(models)
        self.set_title(
            tr("Base models") + (f" · {plural(len(models), tr('1 offered'), tr('{n} offered'))}" if models else "")
        )
        self._none.setVisible(not models)
        self._table.setVisible(bool(models))
        header = self._table.horizontalHeader().sizeHint().height()
        self._table.setFixedHeight(header + self._row * min(len(models), _ROWS_SHOWN) + 2)
        self._table.pick(details.line.base_model_name)


class UsesCard(Card):
    """Which models of the tree work with the provider."""

    open_model = Signal(object)
    """A ModelId."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Used by"), icon="models", parent=parent)
        self._theme = theme
        self._none = label(tr("No model uses it yet: choose it on a model's overview."), "dim", wrap=True)
        self._flow = FlowLayout(gap=4)
        self._buttons = QWidget()
        self._buttons.setLayout(self._flow)
        self.body.addWidget(self._none)
        self.body.addWidget(self._buttons)

    def show_details(self, details: ProviderDetails) -> None:
        """Show them, in the order of the tree."""
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for use in details.uses:
            tip = (
                tr("It inherits this provider; open it")
                if use.inherited
                else tr("It has chosen this provider; open it")
            )
            button = QuietButton(
                self._theme, use.name.replace("&", "&&"), tip, icon="" if use.inherited else "yes", parent=self._buttons
            )
            button.clicked.connect(lambda _checked=False, model_id=use.model_id: self.open_model.emit(model_id))
            self._flow.addWidget(button)
        self._none.setVisible(not details.uses)
        self._buttons.setVisible(bool(details.uses))
