"""What putting the validation questions to a version once more would cost, with or without a judge."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.prices import PriceList
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.entities import Compilation, Provider
from erpai_desktop.models.enums import Purpose, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.snapshots.estimates import EvaluationEstimate
from erpai_desktop.services.bulk import without_collecting
from erpai_desktop.services.knowledge import read_knowledge
from erpai_desktop.services.knowledge_tokens import count_knowledge
from erpai_desktop.services.price_list import present_prices

_RUBRIC = 260
"""Tokens of what a judge is told with each answer: the rubric, the tags and the schema of its reply."""
_A_MARK = 80
"""Tokens of a judge's reply."""


@without_collecting
def evaluation_estimate(
    session: Session,
    *,
    compilation_id: CompilationId,
    judge_provider_id: ProviderId | None = None,
    prices: PriceList | None = None,
    cache: Path | None = None,
) -> EvaluationEstimate:
    """The estimate for the questions as they are now. Raises NotFoundError."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    knowledge = read_knowledge(session, model_id=ModelId(compilation.model_id))
    counted = count_knowledge(knowledge, cache)
    calls: list[tuple[Provider | None, str, TokenUsage, Purpose]] = []
    if compilation.target in (Target.GROUNDED, Target.FINE_TUNE):
        grounded = compilation.target is Target.GROUNDED
        name = compilation.base_model if grounded else compilation.compiled_model_name or compilation.base_model
        asked = counted.asked(grounded=grounded)
        provider = session.get(Provider, compilation.provider_id) if compilation.provider_id is not None else None
        calls.append((provider, name, asked, Purpose.EVALUATION))
    if judge_provider_id is not None:
        judge = session.get(Provider, judge_provider_id)
        # Question, desired answer and answer; the answer is taken to be as long as the desired one.
        read = sum(counted.tests) + 2 * sum(counted.expected) + _RUBRIC * len(counted.tests)
        marked = TokenUsage(read, tokens_out=_A_MARK * len(counted.tests))
        calls.append((judge, judge.base_model_name if judge is not None else "", marked, Purpose.JUDGE))
    return _summed(len(counted.tests), calls, prices or present_prices())


def _summed(
    questions: int, calls: list[tuple[Provider | None, str, TokenUsage, Purpose]], prices: PriceList
) -> EvaluationEstimate:
    tokens, micros, unpriced = 0, 0, []
    for provider, name, usage, purpose in calls:
        tokens += usage.tokens_in + usage.tokens_out
        price = prices.find(provider.provider_field, name) if provider is not None else None
        money = price.money_of(usage, purpose) if price is not None else None
        if money is None:
            unpriced.append(name)
        else:
            micros += money
    return EvaluationEstimate(questions, tokens, None if unpriced else micros, prices.currency, tuple(unpriced))
