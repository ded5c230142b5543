"""Holding a call against budgets: in a workspace of 1,000 metered calls this month, and in one of 200,000.

Run: python -m benchmarks.budgets [--calls 1000 200000] [--models 60] [--people 20] [--repeat 200]

- Each workspace has a budget of the company, of the model at the root, of one at a leaf and of the person who asks. Its
  calls are spread over all people and models.
- A call is begun and ended, each in a transaction of its own that is on the disk before the next one, as the window and
  the command line do; the workspaces take turns. What the disk needs for a transaction that writes one empty row is
  measured beside it.
- The check of the workspace, which alone counts all calls anew, is timed once.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.prices import shipped_prices
from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Usage, User
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Purpose, UsageState
from erpai_desktop.models.ids import ModelId, ProviderId, UsageId, UserId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.months import month_of
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import budgets, providers, spending, tree, usage, users, workspace
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.queries.usage_totals import wrong_months
from erpai_desktop.storage.unit_of_work import UnitOfWork

_BASE_MODEL = "gpt-4.1-mini"
_PRICES = shipped_prices()
_RATIO = 1.5
_AT_ONCE = 10_000


class Spending:
    """A workspace with its calls, and what a person does in it."""

    def __init__(self, folder: Path, calls: int, *, models: int, people: int) -> None:
        self.calls = calls
        self.database: Database = workspace.create(WorkspaceLocation(path=folder / f"{calls}.erpai"), name="Spends")
        self.database.actor = self.database.write(users.join, login="asks", name="Asks")
        self.person = self.database.actor.user_id
        self._provider = ProviderId(
            self.database.write(
                providers.add_provider, names={"en": "P"}, kind=ProviderKind.OPENAI, base_model_name=_BASE_MODEL
            ).new(Entity.PROVIDER)
        )
        ids: list[ModelId] = []
        for number in range(models):
            parent = ids[(number - 1) // 4] if ids else None
            added = self.database.write(tree.add_model, names={"en": f"Model {number}"}, parent_id=parent)
            ids.append(ModelId(added.new(Entity.MODEL)))
        self.leaf = ids[-1]
        self.database.write(_add_calls, calls=calls, models=ids, people=people, person=self.person)
        for scope, subject in (
            (BudgetScope.COMPANY, None),
            (BudgetScope.MODEL, ids[0]),
            (BudgetScope.MODEL, self.leaf),
            (BudgetScope.USER, self.person),
        ):
            self.database.write(
                budgets.set_budget, scope=scope, subject_id=subject, limit_micros=10**12, currency=_PRICES.currency
            )

    def begin(self) -> UsageId:
        """As before a request is sent."""
        begun = self.database.write(
            usage.begin_call,
            provider_id=self._provider,
            base_model=_BASE_MODEL,
            call=CallContext(Purpose.CHAT, self.leaf),
            estimate=TokenEstimate(1_000, 200),
            prices=_PRICES,
        )
        return UsageId(begun.new(Entity.USAGE))

    def end(self, usage_id: UsageId) -> None:
        """As after it has been answered."""
        self.database.write(
            usage.end_call,
            usage_id=usage_id,
            usage=TokenUsage(tokens_in=900, tokens_out=150),
            elapsed_ms=800,
            state=UsageState.SETTLED,
            prices=_PRICES,
        )


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--calls", type=int, nargs=2, default=(1_000, 200_000))
    options.add_argument("--models", type=int, default=60)
    options.add_argument("--people", type=int, default=20)
    options.add_argument("--repeat", type=int, default=200)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        both = [Spending(Path(name), calls, models=asked.models, people=asked.people) for calls in asked.calls]
        times = _in_turns(both, asked.repeat)
        for one, took in zip(both, times, strict=True):
            print(f"{one.calls:,} calls, {asked.models} models, {asked.people} people, 4 budgets")
            for what, seconds in took.items():
                print(f"  {what:<32} {median(seconds) * 1000:7.2f} ms")
            began = time.perf_counter()
            if one.database.read(wrong_months):
                raise SystemExit("the totals are not what the calls come to")
            print(f"  {'count all anew (the check)':<32} {(time.perf_counter() - began) * 1000:7.0f} ms")
            one.database.close()
    few, many = (median(took["begin a call"]) for took in times)
    print(f"begin a call: {many / few:.2f}x")
    if many / few > _RATIO:
        raise SystemExit(f"beginning a call takes {many / few:.2f}x as long, to reach {_RATIO}x")


def _in_turns(both: list[Spending], repeat: int) -> list[dict[str, list[float]]]:
    times: list[dict[str, list[float]]] = [
        {"write an empty row": [], "begin a call": [], "end a call": [], "read all budgets": []} for _ in both
    ]
    for _ in range(repeat):
        for one, took in zip(both, times, strict=True):
            moments = [time.perf_counter()]
            one.database.write(_add_somebody)
            moments.append(time.perf_counter())
            usage_id = one.begin()
            moments.append(time.perf_counter())
            one.end(usage_id)
            moments.append(time.perf_counter())
            one.database.read(spending.budget_states, now=utc_now())
            moments.append(time.perf_counter())
            for seconds, (before, after) in zip(took.values(), pairwise(moments), strict=True):
                seconds.append(after - before)
    return times


def _add_somebody(work: UnitOfWork) -> None:
    work.session.add(User(id=new_id(), login=f"u-{new_id()}", name="Somebody"))
    work.finish("Add somebody")


def _add_calls(work: UnitOfWork, *, calls: int, models: list[ModelId], people: int, person: UserId) -> None:
    """This month's, spread over models and people."""
    since, _until = month_of(work.now)
    spenders = [person, *(UserId(new_id()) for _ in range(people - 1))]
    rows = [
        {
            "user_id": spenders[number % people],
            "model_id": models[number % len(models)],
            "base_model": _BASE_MODEL,
            "purpose": Purpose.CHAT,
            "state": UsageState.SETTLED,
            "started_utc": since + number * (work.now - since) / calls,
            "tokens_in": 900,
            "tokens_out": 150,
            "money_micros": 600,
            "currency": _PRICES.currency,
        }
        for number in range(calls)
    ]
    for place in range(0, calls, _AT_ONCE):
        work.session.execute(insert(Usage), rows[place : place + _AT_ONCE])


if __name__ == "__main__":
    main()
