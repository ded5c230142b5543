"""What a compilation would cost, counted offline: training, evaluating the validation rows, 1,000 answers.

Training is counted as providers do who choose the number of epochs themselves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.prices import ModelPrice, PriceList
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.entities import Compilation, Provider
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import CompilationStatus, ProviderKind, Purpose, Target
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.lifecycle import utc_today
from erpai_desktop.models.money import in_words
from erpai_desktop.models.provider_rules import missing
from erpai_desktop.models.snapshots.estimates import CompileEstimates, TargetEstimate
from erpai_desktop.services.bulk import without_collecting
from erpai_desktop.services.knowledge import read_knowledge
from erpai_desktop.services.knowledge_tokens import KnowledgeTokens, count_knowledge
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.services.providers_reading import shutdown_dates
from erpai_desktop.services.spending import budgets_over
from erpai_desktop.services.usage import whose
from erpai_desktop.storage.queries.providers import check_of

ANSWERS = 1_000
"""So many answers are spoken of: one costs too little to compare."""


@without_collecting
def estimates(
    session: Session,
    *,
    model_id: ModelId,
    user_id: UserId | None = None,
    language: str = "en",
    prices: PriceList | None = None,
    today: date | None = None,
    cache: Path | None = None,
) -> CompileEstimates:
    """What compiling this model would cost and take. Raises NotFoundError.

    Tokens are kept in `cache`, the person's own by default, so that only what has changed is counted again.
    """
    knowledge = read_knowledge(session, model_id=model_id, language=language)
    counted = count_knowledge(knowledge, cache)
    provider_id = knowledge.configuration.provider.value
    provider = session.get(Provider, provider_id) if provider_id is not None else None
    made = [TargetEstimate(Target.BUILT_IN), TargetEstimate(Target.EXPORT)]
    if provider is not None and provider.provider_field is not ProviderKind.BUILT_IN:
        found = prices or present_prices()
        impossible = _impossible(session, provider, today or utc_today())
        made += [
            _with_budget(session, estimate, model_id, user_id)
            for estimate in (
                replace(_grounded(counted, provider, found), reason=impossible),
                replace(_fine_tune(counted, provider, found), reason=impossible or _untrained(session, provider)),
            )
        ]
    else:
        made += [TargetEstimate(Target.GROUNDED), TargetEstimate(Target.FINE_TUNE)]
    times = _seconds(session, model_id)
    order = list(Target)
    return CompileEstimates(
        instructions_tokens=counted.instructions,
        dataset_tokens=counted.dataset,
        validation_rows=len(counted.tests),
        base_model=provider.base_model_name if provider is not None else "",
        targets=tuple(
            replace(estimate, seconds=times.get(estimate.target))
            for estimate in sorted(made, key=lambda estimate: order.index(estimate.target))
        ),
    )


def _grounded(counted: KnowledgeTokens, provider: Provider, prices: PriceList) -> TargetEstimate:
    name = provider.base_model_name
    price = prices.find(provider.provider_field, name)
    one = counted.grounded(counted.question, counted.answer)
    asked = counted.asked(grounded=True)
    return TargetEstimate(
        Target.GROUNDED,
        is_free=price is not None and price.is_free,
        currency=price.currency if price is not None else "",
        unpriced="" if price is not None else name,
        evaluation_tokens=asked.tokens_in + asked.tokens_out,
        evaluation_micros=_money(price, asked, Purpose.EVALUATION),
        answers_tokens=(one.tokens_in + one.tokens_out) * ANSWERS,
        answers_micros=_money(price, _times(one, ANSWERS), Purpose.CHAT),
    )


def _fine_tune(counted: KnowledgeTokens, provider: Provider, prices: PriceList) -> TargetEstimate:
    name, kind = provider.base_model_name, provider.provider_field
    base = prices.find(kind, name)
    # Another server names what it has trained as it likes: its own price, where a person has written one down.
    trained = prices.find(kind, name if name.startswith("ft:") else f"ft:{name}")
    epochs = likely_epochs(counted.rows)
    tokens = counted.training() * epochs
    one = counted.learned(counted.question, counted.answer)
    asked = counted.asked(grounded=False)
    training = _money(base, TokenUsage(tokens), Purpose.TRAINING)
    return TargetEstimate(
        Target.FINE_TUNE,
        is_free=base is not None and base.is_free,
        currency=base.currency if base is not None else "",
        unpriced="" if training is not None and trained is not None else name,
        training_tokens=tokens,
        training_micros=training,
        epochs=epochs,
        evaluation_tokens=asked.tokens_in + asked.tokens_out,
        evaluation_micros=_money(trained, asked, Purpose.EVALUATION),
        answers_tokens=(one.tokens_in + one.tokens_out) * ANSWERS,
        answers_micros=_money(trained, _times(one, ANSWERS), Purpose.CHAT),
    )


def _impossible(session: Session, provider: Provider, today: date) -> str:
    """Why nothing can be asked of this provider's model."""
    lacks = missing(
        provider.provider_field,
        base_url=provider.base_url,
        base_model_name=provider.base_model_name,
        model_file=provider.model_file,
    )
    if lacks:
        return f"The provider lacks {' and '.join(lacks)}."
    ending = shutdown_dates(session, today=today).of(provider.id, provider.base_model_name)
    if ending is not None and ending.days_left < 0:
        day = ending.shutdown_date
        return f"{ending.base_model} was shut down on {day.day} {day:%b %Y}: choose another base model."
    return ""


def _untrained(session: Session, provider: Provider) -> str:
    """Why this provider trains nothing, as far as its last check has found out."""
    if provider.provider_field is ProviderKind.LOCAL:
        return "A local model is not trained: choose grounded or files."
    check = check_of(session, provider.id)
    if check is not None and check.capabilities.get(Capability.FINE_TUNING.value) == Support.NO.value:
        return "Closed to new jobs: choose grounded or files."
    return ""


def _with_budget(
    session: Session, estimate: TargetEstimate, model_id: ModelId, user_id: UserId | None
) -> TargetEstimate:
    training, evaluation = estimate.training_micros or 0, estimate.evaluation_micros or 0
    if estimate.reason or not training + evaluation or user_id is None:
        return estimate
    for budget in budgets_over(session, now=utc_now(), user_id=user_id, model_id=model_id):
        room = budget.limit_micros - budget.spent_micros
        if budget.currency != estimate.currency or training + evaluation <= room:
            continue
        budget_left = f"{whose(budget)} budget: {in_words(budget.left_micros, budget.currency)} left this month."
        if training and training > room:
            return replace(estimate, reason=f"Would exceed {budget_left}")
        estimate = replace(estimate, warning=f"The validation questions would exceed {budget_left}")
    return estimate


def _seconds(session: Session, model_id: ModelId) -> dict[Target, float]:
    """How long the last build of each target took."""
    found: dict[Target, float] = {}
    for target, begun, ended in session.execute(
        select(Compilation.target, Compilation.start_time_utc, Compilation.completion_time_utc)
        .where(
            Compilation.model_id == model_id,
            Compilation.status == CompilationStatus.COMPLETED,
            Compilation.is_successful.is_(True),
        )
        .order_by(Compilation.number)
    ):
        if ended is not None:
            found[target] = (ended - begun).total_seconds()
    return found


def _money(price: ModelPrice | None, usage: TokenUsage, purpose: Purpose) -> int | None:
    return price.money_of(usage, purpose) if price is not None else None


def _times(one: TokenUsage, number: int) -> TokenUsage:
    return TokenUsage(one.tokens_in * number, tokens_out=one.tokens_out * number)
