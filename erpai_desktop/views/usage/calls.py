"""Every metered call of a period in a table: when, who, what for, how many tokens, what it cost."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.models.ids import UserId
from erpai_desktop.models.snapshots.usage import UsageLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.views.rows.paged_rows import PagedRows
from erpai_desktop.views.rows.row_model import Column
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.views.usage.wording import money_of, short, state_of
from erpai_desktop.workers.intentions import usage_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner


class CallsView(QWidget):
    """Read in pages as they come into view."""

    count_changed = Signal(int)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        *,
        only: UserId | None,
        language: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._only = only
        self._language = language
        self._days: tuple[date, date] | None = None
        tr = self.tr
        self._rows: PagedRows[UsageLine] = PagedRows(
            (
                Column(tr("Begun"), lambda line: local_time(line.started_utc), 110),
                Column(tr("Person"), lambda line: line.person, 116, spare=2),
                Column(tr("Model"), _model_of, tooltip=_all_of),
                Column(tr("Answered by"), lambda line: line.base_model, 118, spare=3, tooltip=_all_of),
                Column(
                    tr("For"), lambda line: line.purpose.value, 92, spare=1, tooltip=lambda line: line.purpose.value
                ),
                Column(tr("Tokens"), lambda line: short(line.tokens_in + line.tokens_out), 58, tooltip=_tokens_of),
                Column(tr("Cost"), money_of, 88, tooltip=_cost_of),
                Column(
                    "", lambda line: state_of(line)[0], 84, badge=lambda line: state_of(line)[1], tooltip=_state_in_full
                ),
            ),
            key=lambda line: line.id,
            read=self._read,
            parent=self,
        )
        self._rows.loaded.connect(self._on_loaded)
        self._table = RowTable(theme, self._rows, tr("Metered calls"), tr("Every call to a provider, newest first"))
        self._empty = EmptyState(
            theme, "usage", tr("No calls in this period"), tr("Choose another period, or ask a model of a provider.")
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        self.setLayout(column(self._stack))

    def show_days(self, first_day: date, last_day: date) -> None:
        """Read this period: from the start, or anew where one looks at it already."""
        before, self._days = self._days, (first_day, last_day)
        if before == self._days:
            self._rows.refresh()
        else:
            self._rows.restart()

    def _read(self, offset: int, limit: int) -> Outcome[Any]:
        assert self._days is not None
        first_day, last_day = self._days
        return self._runner.read(
            (self, "rows"),
            usage_reading.usage_page,
            first_day=first_day,
            last_day=last_day,
            user_id=self._only,
            language=self._language,
            offset=offset,
            limit=limit,
        )

    def _on_loaded(self, total: int) -> None:
        self._stack.setCurrentIndex(0 if total else 1)
        self.count_changed.emit(total)


def _model_of(line: UsageLine) -> str:
    return " ".join(part for part in (line.model or "–", line.version) if part)


def _all_of(line: UsageLine) -> str:
    where = f"{line.base_model} ({line.provider})" if line.provider else line.base_model
    return f"{_model_of(line)}\n{where}\n{line.elapsed_ms / 1000:.1f} s"


def _tokens_of(line: UsageLine) -> str:
    return (
        f"{line.tokens_in:,} in, {line.tokens_cached:,} of them cached\n"
        f"{line.tokens_out:,} out, {line.tokens_reasoning:,} of them reasoning"
    )


def _cost_of(line: UsageLine) -> str:
    if not line.currency:
        return "The price of this model is not known: only its tokens are counted"
    return f"{line.money_micros / 1_000_000:.6f} {line.currency}"


def _state_in_full(line: UsageLine) -> str:
    if line.broken_off:
        return "The program ended before the answer was there; it counts as estimated"
    return {"open": "Under way: it counts as estimated", "failed": "It failed", "settled": ""}[line.state.value]
