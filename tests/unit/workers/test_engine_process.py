"""Answers from the lived-in process, also after it has died."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from erpai_desktop.errors import CorruptWorkspaceError, EngineError, NoActiveVersionError
from erpai_desktop.workers.answering import IndexAnswerer, OpenVersion, open_active
from erpai_desktop.workers.engine_process import EngineProcess
from tests.unit.workers.conftest import ROWS, DirectJob, Shop


@pytest.fixture
async def engine(compiled_shop: Shop) -> AsyncIterator[EngineProcess]:
    process = EngineProcess(compiled_shop.cache)
    yield process
    await process.close()


@pytest.fixture
async def answerer(compiled_shop: Shop, engine: EngineProcess) -> OpenVersion:
    return await open_active(DirectJob(compiled_shop.database), engine, model_id=compiled_shop.model_id)


async def test_the_curated_answer_comes_with_its_source(answerer: OpenVersion, compiled_shop: Shop) -> None:
    answer = await answerer.answer("what are your opening hours")
    assert (answer.text, answer.refused, answer.version) == (ROWS[0][1], False, "v1")
    (source,) = answer.sources
    assert (source.question, source.section, source.model_name) == (ROWS[0][0], "General", "Shop")
    assert source.model_id == compiled_shop.model_id
    assert answer.nearest[0].question == ROWS[0][0]


async def test_many_at_once_answer_like_one_by_one(answerer: OpenVersion) -> None:
    questions = [question for question, _ in ROWS] + ["", "password rest", "\ud800", "капитан", "x" * 100_000]
    assert await answerer.answer_many(questions) == [await answerer.answer(question) for question in questions]


async def test_a_process_that_died_while_idle_is_replaced(answerer: OpenVersion, engine: EngineProcess) -> None:
    await answerer.answer("hours")
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    answer = None
    for _ in range(2):
        # Its death may be seen before or after the question was handed over.
        try:
            answer = await answerer.answer(ROWS[1][0])
        except EngineError:
            continue
    assert answer is not None and answer.text == ROWS[1][1]
    assert engine.pid not in (None, first)


async def test_a_crash_while_answering_is_told_once(answerer: OpenVersion, engine: EngineProcess) -> None:
    await answerer.answer("hours")
    first = engine.pid
    with pytest.raises(EngineError, match="ended unexpectedly"):
        await engine._ask({"index": "no questions: our own bug"})
    assert (await answerer.answer(ROWS[2][0])).text == ROWS[2][1]
    assert engine.pid != first


async def test_a_damaged_index_is_an_error_and_the_process_lives_on(
    answerer: OpenVersion, engine: EngineProcess, tmp_path: Path
) -> None:
    await answerer.answer("hours")
    pid = engine.pid
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"ERPAIIDX and nothing else")
    with pytest.raises(EngineError, match="cannot be used"):
        await engine.answer(index=damaged, sha256="0" * 64, version="v1", question="hours")
    assert (await answerer.answer(ROWS[3][0])).text == ROWS[3][1]
    assert engine.pid == pid


async def test_a_cancelled_question_leaves_the_process_ready(answerer: OpenVersion) -> None:
    await answerer.answer("hours")
    asking = asyncio.ensure_future(answerer.answer("x " * 10_000))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await answerer.answer(ROWS[4][0])).text == ROWS[4][1]


async def test_closing_ends_a_question_under_way_and_refuses_others(
    answerer: OpenVersion, engine: EngineProcess
) -> None:
    asking = asyncio.ensure_future(answerer.answer("hours"))
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(EngineError):
        await asking
    with pytest.raises(EngineError, match="closing"):
        await answerer.answer("hours")


async def test_a_model_without_a_version_cannot_be_asked(shop: Shop) -> None:
    engine = EngineProcess(shop.cache)
    with pytest.raises(NoActiveVersionError):
        await open_active(DirectJob(shop.database), engine, model_id=shop.model_id)
    assert engine.pid is None
    await engine.close()


async def test_a_damaged_local_copy_is_fetched_again(compiled_shop: Shop, answerer: OpenVersion) -> None:
    (copy,) = (compiled_shop.cache / "indexes").iterdir()
    copy.write_bytes(b"damaged")
    engine = EngineProcess(compiled_shop.cache)
    try:
        mended = await open_active(DirectJob(compiled_shop.database), engine, model_id=compiled_shop.model_id)
        assert (await mended.answer(ROWS[0][0])).text == ROWS[0][1]
    finally:
        await engine.close()


async def test_a_damaged_stored_index_is_told(compiled_shop: Shop) -> None:
    from sqlalchemy import update

    from erpai_desktop.models.entities import BlobPart

    compiled_shop.database.write(lambda work: work.session.execute(update(BlobPart).values(data=b"damaged")))
    engine = EngineProcess(compiled_shop.cache)
    with pytest.raises(CorruptWorkspaceError):
        await open_active(DirectJob(compiled_shop.database), engine, model_id=compiled_shop.model_id)
    await engine.close()


def test_the_program_itself_imports_nothing_heavy_for_it() -> None:
    code = (
        "import sys, erpai_desktop.workers.engine_process\n"
        "heavy = {'numpy', 'sqlalchemy', 'onnxruntime', 'sklearn', 'wordllama', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_what_is_near_is_the_curated_answer_and_rows_of_different_answers(
    compiled_shop: Shop, engine: EngineProcess
) -> None:
    version = await open_active(DirectJob(compiled_shop.database), engine, model_id=compiled_shop.model_id)
    assert isinstance(version, IndexAnswerer)
    asked = [ROWS[2][0], "Who waters the plants of Peru?"]
    known, unknown = await version.retrieve(asked, limit=3)
    assert [known.curated, unknown.curated] == await version.answer_many(asked)
    assert len(known.rows) == 3 and known.rows[0].source == known.curated.sources[0]
    assert known.rows[0].answer == ROWS[2][1] and known.rows[0].score == 1.0
    assert unknown.curated.refused and len({row.answer for row in unknown.rows}) == len(unknown.rows)
