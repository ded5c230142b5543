"""A metered gateway under success, failure, cancellation and a crash: nothing is sent without a row, no row is lost."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from erpai_desktop.ai.answerer import Turn, Usage
from erpai_desktop.ai.chat_gateway import (
    ChatEvent,
    ChatRequest,
    Embeddings,
    Finished,
    Found,
    JsonSchema,
    RemoteModel,
    TextDelta,
    complete,
)
from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.errors import (
    BadReplyError,
    BudgetExceededError,
    KeyRefusedError,
    OutOfOrderError,
    ProviderError,
    RateLimitedError,
    UnreachableError,
)
from erpai_desktop.models.entities import Provider
from erpai_desktop.models.entities import Usage as UsageRow
from erpai_desktop.models.enums import BudgetScope, ParticipantRole, ProviderKind, Purpose, UsageState
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import budgets
from erpai_desktop.services.build_owner import is_alive
from erpai_desktop.services.users import enter
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.providers.metering import MeteredGateway, tokens_at_most
from tests.unit.workers.conftest import DirectJob

REQUEST = ChatRequest((Turn(ParticipantRole.USER, "What are your opening hours?"),), instructions="Answer briefly.")
REPORTED = Usage(20, 5, 7, 2)
MODEL = "gpt-4.1-mini"


class ScriptedGateway:
    """A ChatGateway that hands over what it was told to; an exception in the script is raised, a function called."""

    def __init__(self, *script: ChatEvent | Exception | Callable[[], object]) -> None:
        self.script = script
        self.sent = 0
        self.closed_streams = 0
        self.looked = Usage()

    @property
    def model(self) -> str:
        return MODEL

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        self.sent += 1
        try:
            for step in self.script:
                await asyncio.sleep(0)
                if isinstance(step, TextDelta | Finished):
                    yield step
                elif isinstance(step, Exception):
                    raise step
                else:
                    step()
                    await asyncio.sleep(0)
        finally:
            self.closed_streams += 1

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self.sent += 1
        for step in self.script:
            if isinstance(step, Exception):
                raise step
        return Embeddings(tuple((0.0,) for _ in texts), Usage(tokens_in=3))

    async def list_models(self) -> tuple[RemoteModel, ...]:
        self.sent += 1
        return ()

    async def look(self) -> Found:
        self.sent += 1
        return Found("responses", usage=self.looked)

    async def close(self) -> None:
        pass


class Meter:
    """A workspace with one provider, and a job that meters."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.provider_id = ProviderId(new_id())
        provider = Provider(
            id=self.provider_id, name={"en": "Main"}, provider_field=ProviderKind.OPENAI, base_model_name=MODEL
        )
        database.write(lambda work: work.session.add(provider))

    def over(self, gateway: ScriptedGateway, at: Callable[[str], object] = lambda _what: None) -> MeteredGateway:
        call = CallContext(Purpose.CHAT)
        return MeteredGateway(gateway, DirectJob(self.database, at), provider_id=self.provider_id, call=call)

    @property
    def rows(self) -> list[UsageRow]:
        return self.database.read(lambda session: session.query(UsageRow).all())

    @property
    def row(self) -> UsageRow:
        (row,) = self.rows
        return row

    @property
    def tokens(self) -> tuple[UsageState, int, int]:
        return self.row.state, self.row.tokens_in, self.row.tokens_out


@pytest.fixture
def meter(empty: Database) -> Meter:
    return Meter(empty)


def _cancel() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def test_a_reply_is_settled_with_what_the_provider_reports(meter: Meter) -> None:
    gateway = ScriptedGateway(TextDelta("From "), TextDelta("nine."), Finished(REPORTED))
    reply = await complete(meter.over(gateway), REQUEST)
    assert (reply.text, reply.finished.usage) == ("From nine.", REPORTED)
    row = meter.row
    assert (row.state, row.tokens_in, row.tokens_cached, row.tokens_out, row.tokens_reasoning) == (
        UsageState.SETTLED,
        *(20, 5, 7, 2),
    )
    assert row.money_micros > 0 and row.base_model == MODEL


async def test_the_row_is_written_before_anything_is_sent(meter: Meter) -> None:
    seen: list[tuple[int, UsageState]] = []
    gateway = ScriptedGateway(lambda: seen.append((len(meter.rows), meter.row.state)), Finished(REPORTED))
    await complete(meter.over(gateway), REQUEST)
    assert seen == [(1, UsageState.OPEN)]


async def test_what_is_not_reported_is_counted(meter: Meter) -> None:
    await complete(meter.over(ScriptedGateway(TextDelta("From nine."), Finished(Usage()))), REQUEST)
    state, tokens_in, tokens_out = meter.tokens
    assert state is UsageState.SETTLED
    assert (tokens_in, tokens_out) == (3 + 4 + 6 + 4 + 3, 3)


@pytest.mark.parametrize(
    ("reported", "settled"),
    [
        (Usage(tokens_in=25), (25, 3)),
        (Usage(tokens_out=7), (20, 7)),
        (Usage(999_999_999_999, 0, 7), (20, 3)),
        (Usage(25, 0, 999_999_999_999), (20, 3)),
    ],
)
async def test_half_a_report_is_made_whole_and_an_impossible_one_is_not_believed(
    meter: Meter, reported: Usage, settled: tuple[int, int]
) -> None:
    await complete(meter.over(ScriptedGateway(TextDelta("From nine."), Finished(reported))), REQUEST)
    assert meter.tokens == (UsageState.SETTLED, *settled)


@pytest.mark.parametrize(
    "error",
    [KeyRefusedError("401", status=401), RateLimitedError("429"), UnreachableError("refused", was_sent=False)],
)
async def test_a_refused_call_costs_nothing(meter: Meter, error: ProviderError) -> None:
    with pytest.raises(type(error)):
        await complete(meter.over(ScriptedGateway(error)), REQUEST)
    assert meter.tokens == (UsageState.FAILED, 0, 0)


@pytest.mark.parametrize("error", [OutOfOrderError("500"), UnreachableError("reset"), BadReplyError("nonsense")])
async def test_a_call_that_may_have_been_carried_out_keeps_its_estimate(meter: Meter, error: ProviderError) -> None:
    with pytest.raises(type(error)):
        await complete(meter.over(ScriptedGateway(error)), REQUEST)
    state, tokens_in, tokens_out = meter.tokens
    assert state is UsageState.FAILED and tokens_in > 0 and tokens_out > 1_000


async def test_a_stream_that_breaks_off_counts_what_had_come(meter: Meter) -> None:
    gateway = ScriptedGateway(TextDelta("From nine to "), UnreachableError("reset"))
    with pytest.raises(UnreachableError):
        await complete(meter.over(gateway), REQUEST)
    state, tokens_in, tokens_out = meter.tokens
    assert state is UsageState.FAILED and tokens_in > 0
    assert tokens_out == 4


async def test_a_cancelled_stream_counts_what_had_come(meter: Meter) -> None:
    gateway = ScriptedGateway(TextDelta("From nine"), _cancel, TextDelta(" to five"))
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(complete(meter.over(gateway), REQUEST))
    assert meter.tokens[::2] == (UsageState.FAILED, 2)
    assert gateway.closed_streams == 1


async def test_a_stream_that_is_read_no_further_is_settled_when_it_is_closed(meter: Meter) -> None:
    gateway = ScriptedGateway(TextDelta("From nine"), TextDelta(" to five"), Finished(REPORTED))
    stream = meter.over(gateway).stream(REQUEST)
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # a generator, which the Protocol does not say
    assert meter.tokens[::2] == (UsageState.FAILED, 2)
    assert gateway.closed_streams == 1


async def test_a_cancel_while_the_row_is_being_written_sends_nothing_and_settles_it(meter: Meter) -> None:
    gateway = ScriptedGateway(Finished(REPORTED))
    waiting = [True]

    def at(what: str) -> None:
        if what == "after begin_call" and waiting.pop():
            # As the runner does: the write is finished, then the cancellation is told.
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await complete(meter.over(gateway, at), REQUEST)
    assert gateway.sent == 0
    assert meter.tokens == (UsageState.FAILED, 0, 0)


async def test_a_bug_of_ours_keeps_the_estimate(meter: Meter) -> None:
    with pytest.raises(ZeroDivisionError):
        await complete(meter.over(ScriptedGateway(ZeroDivisionError())), REQUEST)
    assert meter.row.state is UsageState.FAILED and meter.row.tokens_out > 1_000


async def test_a_spent_budget_sends_nothing(meter: Meter) -> None:
    meter.database.write(budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=10)
    gateway = ScriptedGateway(Finished(REPORTED))
    with pytest.raises(BudgetExceededError):
        await complete(meter.over(gateway), REQUEST)
    with pytest.raises(BudgetExceededError):
        await meter.over(gateway).look()
    assert (gateway.sent, meter.rows) == (0, [])


async def test_concurrent_calls_are_held_against_the_budget_by_their_estimates(meter: Meter) -> None:
    # Each may come to at most about 1,060 tokens, 1,660 millionths; it comes to 20.
    meter.database.write(budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=4_000)
    gateway = ScriptedGateway(TextDelta("x"), Finished(REPORTED))
    metered = meter.over(gateway)
    results = await asyncio.gather(*(complete(metered, REQUEST) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, BudgetExceededError) for result in results) == 3
    assert gateway.sent == 2
    # Settled, they leave room for more.
    await complete(metered, REQUEST)
    assert gateway.sent == 3


async def test_embeddings_and_looks_are_metered_and_lists_are_not(meter: Meter) -> None:
    gateway = ScriptedGateway()
    metered = meter.over(gateway)
    await metered.list_models()
    assert meter.rows == []
    await metered.look()
    await metered.embed(["one", "two"])
    assert [row.state for row in meter.rows] == [UsageState.SETTLED] * 2
    failing = meter.over(ScriptedGateway(RateLimitedError("429")))
    with pytest.raises(RateLimitedError):
        await failing.embed(["one"])
    assert sorted(row.tokens_in for row in meter.rows) == [0, 3, 1_000]


async def test_a_look_is_settled_with_what_it_reports(meter: Meter) -> None:
    gateway = ScriptedGateway()
    gateway.looked = Usage(310, 0, 75)
    await meter.over(gateway).look()
    assert meter.tokens == (UsageState.SETTLED, 310, 75)


async def test_the_estimate_counts_schema_and_limit(meter: Meter) -> None:
    schema = JsonSchema("answer", {"type": "object", "properties": {"text": {"type": "string"}}})
    request = ChatRequest(REQUEST.turns, max_output_tokens=50, schema=schema)
    with pytest.raises(OutOfOrderError):
        await complete(meter.over(ScriptedGateway(OutOfOrderError("500"))), request)
    assert meter.row.tokens_out == 50
    assert meter.row.tokens_in > tokens_at_most(repr(schema.schema))


@pytest.mark.parametrize(
    "text",
    [
        "We are open from nine to five, Monday to Friday; on Saturday until noon.",
        "Работим от девет до пет, от понеделник до петък.",
        "我们的营业时间是周一至周五九点到五点。",
        "Instagram 🙂 🙂: 4× a week, #VitoshaOutdoor",
        "",
    ],
)
def test_the_estimate_of_a_text_is_generous(text: str) -> None:
    assert tokens_at_most(text) >= TokenCounter().count([text])[0]


def _die_in_the_midst(path: str, login: str, provider: str) -> None:
    from uuid import UUID

    database = open_database(WorkspaceLocation(path=Path(path)))
    enter(database, login=login)
    gateway = ScriptedGateway(TextDelta("From nine"), lambda: os._exit(9))
    metered = MeteredGateway(
        gateway,
        DirectJob(database),
        provider_id=ProviderId(UUID(provider)),
        call=CallContext(Purpose.CHAT),
    )
    asyncio.run(complete(metered, REQUEST))


async def test_a_crash_leaves_the_row_open_with_its_estimate(meter: Meter) -> None:
    arguments = (str(meter.database.location.path), "tester", str(meter.provider_id))
    child = multiprocessing.get_context("spawn").Process(target=_die_in_the_midst, args=arguments)
    child.start()
    child.join()
    assert child.exitcode == 9
    row = meter.row
    assert row.state is UsageState.OPEN and row.tokens_out > 1_000 and row.money_micros > 0
    assert not is_alive(row.owner)
