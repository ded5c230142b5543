"""Questions put to a version that speaks through a provider: a few at a time, with its failures borne or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from erpai_desktop.ai.answerer import Answer, Turn, Usage
from erpai_desktop.errors import BudgetExceededError, UnreachableError
from erpai_desktop.models.enums import Grounding, ProviderKind, Target
from erpai_desktop.models.ids import CompilationId, ModelId, QaId
from erpai_desktop.models.resolved import OriginKind, ValidationRow
from erpai_desktop.models.snapshots.compilations import VersionToAsk
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.put_questions import put_questions
from erpai_desktop.workers.side_by_side import side_by_side
from tests.unit.workers.conftest import DirectJob, Shop

MODEL = ModelId(UUID(int=7))


def rows(count: int) -> list[ValidationRow]:
    return [
        ValidationRow(QaId(UUID(int=n + 1)), f"Question {n}?", "Three years.", "", MODEL, OriginKind.OWN, 0)
        for n in range(count)
    ]


class Speaking:
    """A version whose answers are a function of the question's place; remembers how many were under way at once."""

    def __init__(self, says: Callable[[int], str | Exception], *, at_once: int = 4, model: str = "gpt-4o-mini") -> None:
        self.version = VersionToAsk(
            CompilationId(UUID(int=1)),
            2,
            "",
            MODEL,
            Target.GROUNDED,
            provider_kind=ProviderKind.OPENAI,
            base_model=model,
        )
        self.at_once: int | None = at_once
        self._says = says
        self.most = self.now = self.asked = 0

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        said = self._says(int(question.split()[1].rstrip("?")))
        if isinstance(said, Exception):
            raise said
        usage = Usage(tokens_in=1_000_000, tokens_out=0)
        return Answer(said, (), 0.9, False, (), "v2", usage=usage, grounding=Grounding.LEARNED)

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        raise NotImplementedError

    async def close(self) -> None: ...


class NoMeaning(EngineProcess):
    """An engine that finds nothing alike, without a process."""

    async def likeness(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [0.0 for _ in pairs]


@pytest.fixture
def engine(tmp_path: Path) -> EngineProcess:
    return NoMeaning(tmp_path)


async def test_a_few_at_a_time_in_order_with_time_and_money(shop: Shop, engine: EngineProcess) -> None:
    version = Speaking(lambda n: "Three years." if n % 2 else "Two weeks.")
    found = await put_questions(DirectJob(shop.database), version, rows(9), engine=engine)
    assert [record.right for record in found.records] == [bool(n % 2) for n in range(9)]
    assert [record.question for record in found.records] == [f"Question {n}?" for n in range(9)]
    assert version.most == 4 and found.currency == "USD"
    assert all(record.money_micros and record.elapsed_ms is not None for record in found.records)


async def test_a_price_that_is_not_known_is_no_price(shop: Shop, engine: EngineProcess) -> None:
    found = await put_questions(
        DirectJob(shop.database), Speaking(lambda _: "Three years.", model="unheard-of"), rows(1), engine=engine
    )
    assert (found.records[0].money_micros, found.currency) == (None, "")


async def test_single_failures_are_borne_and_counted_as_wrong(shop: Shop, engine: EngineProcess) -> None:
    fault = UnreachableError("No connection.")
    version = Speaking(lambda n: fault if n % 2 else "Three years.", at_once=1)
    found = await put_questions(DirectJob(shop.database), version, rows(8), engine=engine)
    assert [record.right for record in found.records] == [True, False] * 4
    assert found.records[1].reason == "the provider did not answer: No connection."


async def test_a_provider_that_is_gone_is_not_asked_on(shop: Shop, engine: EngineProcess) -> None:
    version = Speaking(lambda _: UnreachableError("No connection."))
    with pytest.raises(UnreachableError):
        await put_questions(DirectJob(shop.database), version, rows(1000), engine=engine)
    assert version.asked < 10


async def test_a_budget_that_is_spent_ends_it_at_once(shop: Shop, engine: EngineProcess) -> None:
    version = Speaking(lambda _: BudgetExceededError("Spent."), at_once=1)
    with pytest.raises(BudgetExceededError):
        await put_questions(DirectJob(shop.database), version, rows(5), engine=engine)
    assert version.asked == 1


async def test_a_cancellation_ends_all_that_is_under_way() -> None:
    ended: list[int] = []
    started = asyncio.Event()

    async def work(number: int) -> int:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)
        return number

    task = asyncio.ensure_future(side_by_side(range(5), work, at_once=3))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ended) == [0, 1, 2]
