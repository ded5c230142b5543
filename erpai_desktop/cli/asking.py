"""Asking from the command line: one question, or a file of them."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output
from erpai_desktop.errors import InvalidInputError, Problem
from erpai_desktop.models.enums import Grounding, RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services.checks import counted
from erpai_desktop.services.versions_to_ask import active_version
from erpai_desktop.services.whole_file import is_device
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.answering import OpenVersion, open_version

_BATCH = 256
_GROUNDINGS = {
    Grounding.UNCITED: "not borne out by any curated row",
    Grounding.FALLBACK: "the curated answer, in place of the provider's",
    Grounding.LEARNED: "learned: a fine-tuned model names no sources",
}


async def ask_one(asked: argparse.Namespace, database: Database, model_id: ModelId, *, output: Output) -> None:
    """Ask and print. Raises NoActiveVersionError, EngineError, ProviderError."""
    async with _opened(asked, database, model_id, output) as version:
        started = time.perf_counter()
        answer = await version.answer(asked.question)
        elapsed = (time.perf_counter() - started) * 1000
    output.result(_object(asked.question, answer, elapsed), _text(answer))


async def ask_batch(asked: argparse.Namespace, database: Database, model_id: ModelId, *, output: Output) -> int:
    """Answer each line of `asked.batch` into a line of `asked.out`, in the same order; returns how many.

    `elapsed_ms` is a question's even share of the time its batch of up to 256 took. Raises InvalidInputError naming
    the rows that are not `{"question": …}`; then nothing is written.
    """
    questions = questions_of(asked.batch)
    answers: Path = asked.out
    at_once = is_device(answers)
    temporary = answers if at_once else answers.with_name(answers.name + ".part")
    in_place_of_the_provider = Counter[str]()
    try:
        async with _opened(asked, database, model_id, output) as version:
            with temporary.open("wb") as file:
                for start in range(0, len(questions), _BATCH):
                    batch = questions[start : start + _BATCH]
                    started = time.perf_counter()
                    found = await version.answer_many(batch)
                    share = (time.perf_counter() - started) * 1000 / len(batch)
                    in_place_of_the_provider.update(a.note for a in found if a.grounding is Grounding.FALLBACK)
                    for question, answer in zip(batch, found, strict=True):
                        file.write(orjson.dumps(_object(question, answer, share)) + b"\n")
        if not at_once:
            temporary.replace(answers)
    finally:
        if not at_once:
            temporary.unlink(missing_ok=True)
    for note, times in in_place_of_the_provider.most_common(1):
        total = in_place_of_the_provider.total()
        output.warn(f"{counted(total, 'answer')} of {len(questions):,} without the provider ({times:,} times: {note})")
    return len(questions)


@asynccontextmanager
async def _opened(
    asked: argparse.Namespace, database: Database, model_id: ModelId, output: Output
) -> AsyncIterator[OpenVersion]:
    active = database.read(active_version, model_id=model_id)
    async with connected(asked, database, [active.provider_id]) as (engine, connections):
        version = await open_version(ConsoleJob(database, output), engine, active, connections=connections)
        try:
            yield version
        finally:
            await version.close()


def questions_of(path: Path) -> list[str]:
    """The questions of a file of `{"question": …}` lines. Raises InvalidInputError naming the rows that are none."""
    problems: list[Problem] = []
    found: list[str] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)["question"]
            if not isinstance(value, str):
                raise TypeError
            found.append(value)
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
            problems.append(Problem('is not {"question": "…"}', row=number, file=path.name))
    if problems:
        raise InvalidInputError("The questions cannot be read.", problems=problems, safe="Nothing was asked.")
    return found


def _object(question: str, answer: Answer, elapsed_ms: float) -> dict[str, Any]:
    return {
        "question": question.encode("utf-8", "replace").decode(),
        "answer": answer.text,
        "confidence": round(answer.confidence, 4),
        "refused": answer.refused,
        **({"grounding": answer.grounding.value} if answer.grounding is not Grounding.CURATED else {}),
        **({"note": answer.note} if answer.note else {}),
        "sources": [
            {
                "qa_id": str(source.row_id),
                "question": source.question,
                "section": source.section,
                "model": source.model_name,
                **({"kind": source.kind.value} if source.kind is not RowKind.QA else {}),
            }
            for source in answer.sources
        ],
        "nearest": [
            {
                "qa_id": str(near.row_id),
                "question": near.question,
                "answer": near.answer,
                "score": round(near.score, 4),
            }
            for near in answer.nearest[:5]
        ],
        "elapsed_ms": round(elapsed_ms, 3),
    }


def _text(answer: Answer) -> str:
    if answer.refused:
        head = (
            "Two curated answers differ; a person has to decide."
            if answer.conflicted
            else f"Not known ({answer.confidence:.2f})."
        )
        notes = [f"  {answer.note}"] if answer.note else []
        return "\n".join(
            [head, *notes, *(f"  near: {near.question} ({near.score:.2f})" for near in answer.nearest[:5])]
        )
    sources = (f"  from {source.model_name}, {source.section}: {source.question}" for source in answer.sources)
    notes = [f"  {word}" for word in (_GROUNDINGS.get(answer.grounding, ""), answer.note) if word]
    return "\n".join([answer.text, *notes, f"  confidence {answer.confidence:.2f}", *sources])
