"""What was spent, and what may be, as the Usage room, the status line and the command line show it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from erpai_desktop.models.enums import BudgetScope, Purpose, UsageState
from erpai_desktop.models.ids import BudgetId, UsageId


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of a currency (ISO 4217)."""

    micros: int
    currency: str


class BudgetLevel(enum.StrEnum):
    """How a budget stands."""

    FINE = "fine"
    WARNING = "warning"
    """Its share for a warning is reached."""
    SPENT = "spent"
    """Nothing is left: what costs money is refused."""


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget in a month. `spent_micros` holds the estimates of calls still open, `open_micros` of it."""

    id: BudgetId
    scope: BudgetScope
    subject: str
    subject_id: str
    limit_micros: int
    spent_micros: int
    open_micros: int
    currency: str
    warn_share: float

    @property
    def left_micros(self) -> int:
        """What may still be spent; never below 0."""
        return max(0, self.limit_micros - self.spent_micros)

    @property
    def share(self) -> float:
        """How much of it is spent: 1 is all."""
        return self.spent_micros / self.limit_micros if self.limit_micros else 1.0

    @property
    def level(self) -> BudgetLevel:
        """How it stands."""
        if self.spent_micros >= self.limit_micros:
            return BudgetLevel.SPENT
        return BudgetLevel.WARNING if self.share >= self.warn_share else BudgetLevel.FINE


@dataclass(frozen=True, slots=True)
class BudgetSubject:
    """Whom or what a budget can be set for; without an id it is the company."""

    scope: BudgetScope
    subject_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class BudgetOverview:
    """Every budget as it stands this month, and all that may have one."""

    states: tuple[BudgetState, ...]
    subjects: tuple[BudgetSubject, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class MonthState:
    """This month in one line: what was spent, and the budgets. `budget` is the company's, else the person's own."""

    spent: Money
    budget: BudgetState | None
    budgets: tuple[BudgetState, ...]


@dataclass(frozen=True, slots=True)
class ChatSpent:
    """What a chat has come to. `currency` is "" where no price is known: then no money is, and the tokens are.

    Of calls that are still open, and of those that were broken off, the estimate counts.
    """

    calls: int
    tokens_in: int
    tokens_cached: int
    """Of those in."""
    tokens_out: int
    micros: int
    currency: str

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class UsageSlice:
    """Part of what was spent: of a day, a model, a purpose or a person."""

    label: str
    money_micros: int
    tokens: int
    calls: int


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """A period in figures. Of the calls, `open` ones run still, `broken_off` ones have no process any more.

    `unpriced` names the models whose price is not known: their tokens are counted, their money is not.
    """

    money: tuple[Money, ...]
    calls: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    failed: int
    open: int
    broken_off: int
    unpriced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A period, inclusive of both days (UTC). Money in the slices is of `currency` alone; days without calls are in."""

    first_day: date
    last_day: date
    currency: str
    totals: UsageTotals
    by_day: tuple[UsageSlice, ...]
    by_model: tuple[UsageSlice, ...]
    by_purpose: tuple[UsageSlice, ...]
    by_person: tuple[UsageSlice, ...]


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One metered call. `broken_off` says that its process ended before it was answered: the figures are estimates."""

    id: UsageId
    started_utc: datetime
    person: str
    model: str
    version: str
    provider: str
    base_model: str
    purpose: Purpose
    state: UsageState
    broken_off: bool
    elapsed_ms: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    tokens_reasoning: int
    money_micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class PriceListInfo:
    """Which prices are in force. `problem` says why the person's own file is not, where it is not."""

    as_of: date
    source: str
    currency: str
    is_own: bool
    file: str
    problem: str
