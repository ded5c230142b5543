"""Commands that speak through a provider: which of them a key is for, and what is told where none answers."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output, days_text
from erpai_desktop.errors import InvalidInputError, Problem
from erpai_desktop.models.evaluation_record import EvaluationSummary
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.evaluation.evaluate import VersionEvaluated
from tests.providers import ProviderServer
from tests.unit.test_cli import Program, program, ready

__all__ = ["program", "ready"]


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        yield made


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a text on standard input, where no keyring keeps keys."""
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def shop(ready: Program, server: ProviderServer) -> Program:
    """A built-in version of a model, and a provider that nobody uses yet."""
    ready.objects("compile", "Shop")
    ready.objects(
        "providers", "add", "Lab", "--kind", "openai", "--base-url", server.base_url, "--base-model", "gpt-test"
    )
    return ready


def test_a_model_is_given_a_provider_and_asks_through_it(
    shop: Program, server: ProviderServer, typed: Callable[[str], None]
) -> None:
    shop.objects("models", "add", "Corner", "--parent", "Shop")
    _, out, _ = shop("models", "set", "Shop", "--provider", "Lab")
    assert out == "Shop works with Lab now.\n"
    assert shop.objects("models", "set", "Corner", "--inherit-provider")[0]["provider"] == "Lab"
    assert "no provider “Labs”" in shop.fails("models", "set", "Shop", "--provider", "Labs")
    typed(server.key)
    *_, compiled = shop.objects("compile", "Shop", "--target", "grounded", "--no-evaluation", "--key-stdin")
    assert not compiled["active"]
    shop.objects("activate", "Shop", "v2")
    questions = shop.write("questions.jsonl", '{"question": "When do you open?"}\n{"question": "Opening hours?"}\n')
    answers = shop.folder / "answers.jsonl"
    status, _, error = shop("ask", "Shop", "--batch", questions, "--out", answers)
    assert status == 0 and answers.read_text(encoding="utf-8").count('"grounding":"fallback"') == 2
    assert "2 answers of 2 without the provider (2 times: " in error and "no key for “Lab”" in error
    server.talk.reply = "From nine to five [1]."
    typed(server.key)
    assert shop("ask", "Shop", "--batch", questions, "--out", answers, "--key-stdin")[2] == ""
    # With another provider the key is for that one, though the active version answers through the first.
    with ProviderServer(key="sk-other-0123456789abcdef") as other:
        shop.objects(
            "providers", "add", "Else", "--kind", "openai", "--base-url", other.base_url, "--base-model", "gpt-test"
        )
        shop.objects("models", "set", "Shop", "--provider", "Else")
        shop("qas", "import", "Shop", shop.write("more.csv", "question,answer,section,type\nA?,B.,Shop,training\n"))
        typed(other.key)
        assert "Evaluated" in shop("compile", "Shop", "--target", "grounded", "--key-stdin")[1]
        assert all(other.key not in request.headers["authorization"] for request in server.requests)


def test_a_key_is_the_judges_where_the_version_needs_none(
    shop: Program, server: ProviderServer, typed: Callable[[str], None]
) -> None:
    server.talk.reply = '{"score": 0.5, "reason": "Half of it."}'
    typed(server.key)
    _, out, _ = shop("evaluate", "Shop", "--judge", "Lab", "--key-stdin")
    assert "the judge gives 0.50 on average" in out
    server.talk.reply = "A lovely answer."
    typed(server.key)
    *_, ended = shop.objects("evaluate", "Shop", "--judge", "Lab", "--key-stdin")
    assert ended["mean_mark"] is None and ended["unmarked"] > 0


def test_a_model_file_that_is_none_is_warned_of(ready: Program, typed: Callable[[str], None]) -> None:
    file = ready.write("model.gguf", "no model")
    status, _, error = ready("providers", "add", "Here", "--kind", "local", "--model-file", file)
    assert status == 0 and "is not a GGUF file" in error


@pytest.mark.parametrize(("days", "text"), [(-1, "base model has ended"), (0, "ends today"), (1, "1 day left")])
def test_what_is_left_of_a_base_model(days: int, text: str) -> None:
    assert days_text(days) == text


def test_work_goes_on_where_nobody_reads_how_far_it_has_got(ready: Program) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    database = open_database(WorkspaceLocation(path=ready.workspace))
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        job = ConsoleJob(database, Output(as_json=False, stream=stream))
        job.log("Compiling")
        job.progress("reading")
        job.log("Stored")
    database.close()


def test_work_goes_on_where_nothing_can_be_written_and_that_is_told_at_its_end() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        output = Output(as_json=False, stream=stream)
        output.tell({}, "Compiling")
        output.tell({}, "Stored")
        with pytest.raises(OSError, match="No space"):
            output.result({}, "v1 is active")


def test_a_version_that_stands_as_it_was_says_that_it_waits() -> None:
    waiting = Compiled(CompilationId(new_id()), 3, unchanged=True, active=False, note="Evaluate it.")
    assert waiting.sentence() == "Nothing has changed since v3. It waits to be activated. Evaluate it."
    assert replace(waiting, active=True).sentence() == "Nothing has changed since v3."


def test_a_judge_that_cannot_be_read_is_told_of() -> None:
    ended = VersionEvaluated(CompilationId(new_id()), 3, EvaluationSummary(right=1, total=2), unmarked=1)
    assert ended.sentence() == (
        "v3: 1 of 2 validation questions right, the judge gave no mark that could be read to 1 answer."
    )


def test_what_happened_and_where_are_two_sentences() -> None:
    error = InvalidInputError("There is no such month.", problems=[Problem("is none", "month")], safe="")
    assert str(error) == "There is no such month. month: is none"
