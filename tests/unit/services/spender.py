"""Spends money in a workspace: a provider of each kind, and calls that are begun and ended in one line."""

from __future__ import annotations

from datetime import datetime

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.prices import shipped_prices
from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.entities import Provider, Usage
from erpai_desktop.models.enums import ProviderKind, Purpose, UsageState
from erpai_desktop.models.ids import ChatId, ModelId, ProviderId, UsageId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.services import usage
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

PRICES = shipped_prices()
MODEL = "gpt-4.1-mini"
"""0.40 $ in, 1.60 $ out for a million tokens: 1,000,000 tokens in are 400,000 millionths."""

ONE_DOLLAR = TokenEstimate(2_500_000)


class Spender:
    """Acts as whoever is at the database's keyboard."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.openai = self.add_provider("OpenAI Main", ProviderKind.OPENAI)

    def add_provider(self, name: str, kind: ProviderKind) -> ProviderId:
        def add(work: UnitOfWork) -> Changes:
            work.session.add(Provider(name={"en": name}, provider_field=kind, base_model_name=MODEL))
            return work.finish()

        return ProviderId(self.database.write(add).new(Entity.PROVIDER))

    def begin(
        self,
        estimate: TokenEstimate = ONE_DOLLAR,
        *,
        model_id: ModelId | None = None,
        purpose: Purpose = Purpose.CHAT,
        base_model: str = MODEL,
        provider_id: ProviderId | None = None,
        chat_id: ChatId | None = None,
    ) -> UsageId:
        """Raises BudgetExceededError."""
        changes = self.database.write(
            usage.begin_call,
            provider_id=provider_id or self.openai,
            base_model=base_model,
            call=CallContext(purpose, model_id, conversation_id=chat_id),
            estimate=estimate,
            prices=PRICES,
        )
        return UsageId(changes.new(Entity.USAGE))

    def end(
        self, usage_id: UsageId, tokens: TokenUsage | None = None, state: UsageState = UsageState.SETTLED
    ) -> Changes:
        return self.database.write(
            usage.end_call, usage_id=usage_id, usage=tokens, elapsed_ms=1_200, state=state, prices=PRICES
        )

    def spend(self, dollars: float, *, at: datetime | None = None, model_id: ModelId | None = None) -> UsageId:
        """A settled call of so many dollars, begun at this moment."""
        usage_id = self.begin(TokenEstimate(0), model_id=model_id)
        self.end(usage_id, TokenUsage(tokens_in=round(dollars * 2_500_000)))
        if at is not None:
            self.change(usage_id, started_utc=at)
        return usage_id

    def change(self, usage_id: UsageId, **values: object) -> None:
        """Make a row as if it had come about otherwise."""

        def change(work: UnitOfWork) -> None:
            row = work.session.get_one(Usage, usage_id)
            for name, value in values.items():
                setattr(row, name, value)

        self.database.write(change)

    def row(self, usage_id: UsageId) -> Usage:
        return self.database.read(lambda session: session.get_one(Usage, usage_id))

    @property
    def rows(self) -> int:
        return self.database.read(lambda session: session.query(Usage).count())
