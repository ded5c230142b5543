"""A metered call's life: written down with its estimate before it is sent, settled when it has ended.

The budgets are checked in the transaction that writes the row. Writing transactions follow each other, in every process
on the workspace, so of two calls that together would exceed a budget the second sees the first one's estimate.
"""

from __future__ import annotations

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.prices import ModelPrice, PriceList
from erpai_desktop.changes import Changes
from erpai_desktop.errors import BudgetExceededError, NotFoundError
from erpai_desktop.models.entities import Provider, Usage
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Purpose, UsageState
from erpai_desktop.models.ids import ProviderId, UsageId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.money import in_words
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.usage import BudgetState
from erpai_desktop.services.build_owner import this_process
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.services.spending import budgets_over
from erpai_desktop.storage.unit_of_work import UnitOfWork


def begin_call(
    work: UnitOfWork,
    *,
    provider_id: ProviderId,
    base_model: str,
    call: CallContext,
    estimate: TokenEstimate,
    usage_id: UsageId | None = None,
    prices: PriceList | None = None,
) -> Changes:
    """Write a call down that is about to be sent; `new(Entity.USAGE)` is its id, the caller's own where one is given.

    A price that is not known counts as no money, and its tokens are kept. Raises BudgetExceededError, with nothing
    written, when the estimate does not fit into a budget of this month; NotFoundError for a provider that is gone.
    """
    price = _price(work, provider_id, base_model, prices)
    tokens = TokenUsage(tokens_in=estimate.tokens_in, tokens_out=estimate.tokens_out)
    money = price.money_of(tokens, call.purpose) if price is not None else None
    if price is None or not price.is_free:
        for budget in budgets_over(work.session, now=work.now, user_id=work.actor.user_id, model_id=call.model_id):
            _check(budget, money, price, call.purpose)
    row = _row(work, provider_id, base_model, call, UsageState.OPEN)
    row.id = usage_id or row.id
    _settle(row, tokens, price)
    return work.finish("Meter a call")


def record_spent(
    work: UnitOfWork,
    *,
    provider_id: ProviderId,
    base_model: str,
    call: CallContext,
    usage: TokenUsage,
    prices: PriceList | None = None,
) -> Changes:
    """Write down what has been spent in vain, whatever the budgets say: it cannot be refused any more."""
    price = _price(work, provider_id, base_model, prices)
    _settle(_row(work, provider_id, base_model, call, UsageState.FAILED), usage, price)
    return work.finish("Meter a call")


def end_call(
    work: UnitOfWork,
    *,
    usage_id: UsageId,
    usage: TokenUsage | None,
    elapsed_ms: int,
    state: UsageState,
    prices: PriceList | None = None,
) -> Changes:
    """Settle a call with what it came to; `usage` None leaves its estimate: nobody knows better.

    A call that has been settled stays as it is. Raises NotFoundError.
    """
    row = work.session.get(Usage, usage_id)
    if row is None:
        raise NotFoundError("This metered call does not exist.", safe="Nothing was changed.")
    if row.state is not UsageState.OPEN:
        return work.finish()
    row.state = state
    row.elapsed_ms = max(0, elapsed_ms)
    if usage is not None:
        price = _price(work, ProviderId(row.provider_id), row.base_model, prices) if row.provider_id else None
        _settle(row, usage, price)
    return work.finish("Meter a call")


def _row(work: UnitOfWork, provider_id: ProviderId, base_model: str, call: CallContext, state: UsageState) -> Usage:
    row = Usage(
        id=UsageId(new_id()),
        user_id=work.actor.user_id,
        model_id=call.model_id,
        compilation_id=call.compilation_id,
        conversation_id=call.conversation_id,
        provider_id=provider_id,
        base_model=base_model[:256],
        purpose=call.purpose,
        state=state,
        started_utc=work.now,
        owner=this_process(),
    )
    work.session.add(row)
    return row


def _settle(row: Usage, tokens: TokenUsage, price: ModelPrice | None) -> None:
    """Give a call its tokens and what they cost; no money where no price is known."""
    row.tokens_in, row.tokens_cached = tokens.tokens_in, tokens.tokens_cached
    row.tokens_out, row.tokens_reasoning = tokens.tokens_out, tokens.tokens_reasoning
    money = price.money_of(tokens, row.purpose) if price is not None else None
    row.money_micros = money or 0
    row.currency = price.currency if price is not None and money is not None else ""


def _price(work: UnitOfWork, provider_id: ProviderId, base_model: str, prices: PriceList | None) -> ModelPrice | None:
    # One in the bin is found too: a call may end after its provider was deleted.
    provider = work.session.get(Provider, provider_id)
    if provider is None:
        raise NotFoundError("This provider does not exist any more.", safe="Nothing was sent.")
    kind: ProviderKind = provider.provider_field
    return (prices or present_prices()).find(kind, base_model)


def _check(budget: BudgetState, money: int | None, price: ModelPrice | None, purpose: Purpose) -> None:
    """Raises BudgetExceededError. Money in another currency cannot be held against a budget, nor can an unknown price:
    such a call passes until the budget is spent."""
    comparable = money if price is not None and price.currency == budget.currency else None
    if budget.spent_micros + (comparable or 0) <= budget.limit_micros and not (
        comparable is None and budget.spent_micros >= budget.limit_micros
    ):
        return
    limit = in_words(budget.limit_micros, budget.currency)
    left = in_words(budget.left_micros, budget.currency)
    cost = f"may cost {in_words(comparable, budget.currency)}" if comparable is not None else "has no known price"
    raise BudgetExceededError(
        f"This {_CALLS[purpose]} {cost}, and {left} of {whose(budget)} budget of {limit} is left this month.",
        safe="Nothing was sent.",
        advice="Ask an administrator to raise the budget, wait for the next month, or use a target that costs nothing.",
    )


def whose(budget: BudgetState) -> str:
    """Whose budget it is, for a sentence: `the company's`, `Marketing's`."""
    return "the company's" if budget.scope is BudgetScope.COMPANY else f"{budget.subject or 'somebody'}'s"


_CALLS = {
    Purpose.CHAT: "question",
    Purpose.EVALUATION: "evaluation question",
    Purpose.JUDGE: "judgement",
    Purpose.GOLDEN: "golden question",
    Purpose.TRAINING: "training",
    Purpose.EMBEDDING: "embedding",
    Purpose.CHECK: "connection check",
}
