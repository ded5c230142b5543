"""Recording golden answers with a real version, and checking a successor against them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from erpai_desktop.ai.answerer import Answer, Answerer
from erpai_desktop.changes import Entity
from erpai_desktop.errors import UnreachableError, UserError
from erpai_desktop.models.comparison import Better
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import CompilationId, GoldenSetId
from erpai_desktop.models.snapshots.parity import Agreement
from erpai_desktop.services import golden_reading, qas
from erpai_desktop.services.scoreboard import find_version
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.check_successor import check_answers, check_successor
from erpai_desktop.workers.evaluation.record_golden import record_answers, record_golden
from tests.unit.workers.conftest import ROWS, DirectJob, Shop, cancel_at


class Saying:
    """A version that says the same to everything; or fails."""

    def __init__(self, text: str = "", *, fault: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._text = text
        self._fault = fault

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        if self._fault is not None:
            raise self._fault
        self.asked += questions
        return [Answer(self._text, (), 0.9, not self._text, (), "v2") for _ in questions]

    async def answer(self, question: str, history: object = (), *, on_text: object = None) -> Answer:
        return (await self.answer_many([question]))[0]


def active(shop: Shop) -> CompilationId:
    return shop.database.read(find_version, model_id=shop.model_id, name="active")


async def recorded(shop: Shop, answerer: Answerer, job: DirectJob | None = None, **more: object) -> GoldenSetId:
    changes = await record_answers(
        job or DirectJob(shop.database),
        answerer,
        compilation_id=active(shop),
        name="Golden",
        **more,  # type: ignore[arg-type] # by name
    )
    return GoldenSetId(changes.new(Entity.GOLDEN_SET))


async def test_a_real_versions_replies_and_a_successor_that_knows_less(compiled_shop: Shop) -> None:
    shop, engine = compiled_shop, EngineProcess(compiled_shop.cache)
    try:
        typed = ["Where is the head office?", "  ", "where is the head office", "When do you open?"]
        changes = await record_golden(
            DirectJob(shop.database), compilation_id=active(shop), engine=engine, name="Golden", questions=typed
        )
        set_id = GoldenSetId(changes.new(Entity.GOLDEN_SET))
        golden = shop.database.read(golden_reading.golden_set, golden_set_id=set_id)
        asked = {reply.question.question: reply for reply in golden.replies}
        # A question that a validation row asks too, or that was typed twice, is asked once.
        assert set(asked) == {"When do you open?", "What is the capital of Peru?", "Where is the head office?"}
        assert asked["When do you open?"].right is True and asked["When do you open?"].answer == ROWS[0][1]
        assert asked["What is the capital of Peru?"].refused and asked["What is the capital of Peru?"].right is True
        assert asked["Where is the head office?"].right is None and asked["Where is the head office?"].sources
        parity = await check_successor(
            DirectJob(shop.database), golden_set_id=set_id, compilation_id=active(shop), engine=engine
        )
        assert (parity.same, parity.share_alike, parity.better, parity.worse) == (3, 1.0, 0, 0)
    finally:
        await engine.close()
    silent = Saying()
    parity = await check_answers(DirectJob(shop.database), silent, golden_set_id=set_id, compilation_id=active(shop))
    assert silent.asked == [reply.question.question for reply in golden.replies]
    by_question = {line.question: line for line in parity.lines}
    assert by_question["When do you open?"].better is Better.LEFT
    assert by_question["Where is the head office?"].better is None
    assert by_question["Where is the head office?"].agreement is Agreement.DIFFERENT
    assert (parity.same, parity.different, parity.worse) == (1, 2, 1)
    assert parity.before.name == "Golden (v1)" and parity.after.name == "v1"


async def test_the_words_that_a_row_asks_for_are_asked_of_the_successor_too(compiled_shop: Shop) -> None:
    shop = compiled_shop
    qa_id = shop.add_qa("Which days?", "Monday to Friday.", qa_type=QaType.VALIDATION, required_terms=["Friday"])
    set_id = await recorded(shop, Saying("Monday to Friday."))
    shop.database.write(qas.update_qa, qa_id=qa_id, object_version=None, required_terms=["Friday", "Saturday"])
    parity = await check_answers(
        DirectJob(shop.database), Saying("Monday to Friday."), golden_set_id=set_id, compilation_id=active(shop)
    )
    line = next(line for line in parity.lines if line.question == "Which days?")
    assert (line.before.right, line.after.right) == (True, False)


async def test_with_nothing_to_ask_nothing_is_recorded(compiled_shop: Shop) -> None:
    with pytest.raises(UserError, match="nothing to ask"):
        await recorded(compiled_shop, Saying("x"), validation=False, questions=["  "])


async def test_a_failure_or_a_cancellation_records_nothing(compiled_shop: Shop) -> None:
    with pytest.raises(UnreachableError):
        await recorded(compiled_shop, Saying(fault=UnreachableError("No connection.")))
    with pytest.raises(asyncio.CancelledError):
        job = DirectJob(compiled_shop.database, cancel_at("asking"))
        await asyncio.create_task(recorded(compiled_shop, _Slow("x"), job))
    assert compiled_shop.database.read(golden_reading.golden_sets, model_id=compiled_shop.model_id) == ()


class _Slow(Saying):
    """Gives a cancellation a place to arrive."""

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        await asyncio.sleep(0)
        return await super().answer_many(questions)
