"""A plausible month of a company's calls, straight into a workspace; the same every time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.models.entities import Model, Provider, Usage, User
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Purpose, UsageState, UserType
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.months import month_of
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import budgets
from erpai_desktop.services.build_owner import this_process
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

PEOPLE = ("Elena Dimitrova", "Georgi Petrov", "Maria Ivanova")
_PURPOSES = (Purpose.CHAT,) * 14 + (Purpose.EVALUATION,) * 4 + (Purpose.JUDGE, Purpose.CHECK)
_BASES = ("gpt-4.1-mini",) * 5 + ("gpt-5.4-mini",) * 3 + ("gpt-5.4",)


def fill(
    database: Database,
    *,
    days: int = 30,
    calls_a_day: int = 40,
    until: datetime | None = None,
    in_this_month: bool = False,
) -> None:
    """Add people, two providers and calls up to now, so that this month's come to some dollars.

    With `in_this_month` all of them, also on its first days.
    """
    chance = random.Random(7)
    until = until or datetime.now(UTC)
    earliest, _ = month_of(until)

    def write(work: UnitOfWork) -> None:
        for name in PEOPLE:
            work.session.add(User(id=new_id(), login=name.split()[0].lower(), name=name))
        main = Provider(id=new_id(), name={"en": "OpenAI Main"}, provider_field=ProviderKind.OPENAI)
        work.session.add(main)
        work.session.flush()
        models = [model.id for model in work.session.query(Model)]
        people = [user.id for user in work.session.query(User) if user.user_type is UserType.INTERNAL]
        for back in range(days):
            day = until - timedelta(days=back)
            quiet = 0.15 if day.weekday() >= 5 else 1.0
            for _ in range(round(calls_a_day * quiet * chance.uniform(0.6, 1.3))):
                moment = day - timedelta(minutes=chance.randrange(0, 600))
                if in_this_month:
                    moment = max(moment, earliest)
                work.session.add(_call(chance, moment, main.id, chance.choice(models), chance.choice(people)))
        for state, owner in ((UsageState.OPEN, this_process()), (UsageState.OPEN, ""), (UsageState.FAILED, "")):
            call = _call(chance, until, main.id, models[0], people[0])
            call.state, call.owner = state, owner
            work.session.add(call)
        unknown = _call(chance, until, main.id, models[0], people[0])
        unknown.base_model, unknown.currency, unknown.money_micros = "acme-large-2", "", 0
        work.session.add(unknown)

    database.write(write)


def set_budgets(
    database: Database, *limits: tuple[BudgetScope, ModelId | UserId | None, float], share: float = 0.8
) -> None:
    for scope, subject, dollars in limits:
        database.write(
            budgets.set_budget,
            scope=scope,
            subject_id=subject,
            limit_micros=round(dollars * 1_000_000),
            currency="USD",
            warn_share=share,
        )


def _call(chance: random.Random, moment: datetime, provider: object, model: object, person: object) -> Usage:
    purpose = chance.choice(_PURPOSES)
    base = chance.choice(_BASES)
    if purpose is Purpose.CHAT and chance.random() < 0.004:
        purpose, base = Purpose.TRAINING, "gpt-4.1-mini"
    ins = chance.randrange(800, 9_000) if purpose is not Purpose.TRAINING else 240_000
    tokens = TokenUsage(ins, round(ins * chance.choice((0, 0.3, 0.6))), chance.randrange(60, 700))
    price = present_prices().find(ProviderKind.OPENAI, base)
    assert price is not None
    return Usage(
        id=new_id(),
        user_id=person,
        model_id=model,
        provider_id=provider,
        base_model=base,
        purpose=purpose,
        state=UsageState.SETTLED,
        started_utc=moment,
        elapsed_ms=chance.randrange(600, 9_000),
        tokens_in=tokens.tokens_in,
        tokens_cached=tokens.tokens_cached,
        tokens_out=tokens.tokens_out,
        money_micros=price.money_of(tokens, purpose) or 0,
        currency="USD",
    )


def models_named(database: Database, names: Sequence[str]) -> list[ModelId]:
    """The ids of models by their English names."""
    found = database.read(lambda session: {row.name["en"]: ModelId(row.id) for row in session.query(Model)})
    return [found[name] for name in names]
