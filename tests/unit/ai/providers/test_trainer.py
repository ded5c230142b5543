"""Fine-tuning over the wire: each request once, everything found again, whatever the provider says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.providers.gateways import open_trainer
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.ai.trainer import OWN_ID_KEY, RemoteJob, RemoteState, Trainer
from erpai_desktop.errors import (
    BadReplyError,
    InvalidInputError,
    KeyRefusedError,
    NotOfferedError,
    OutOfOrderError,
    ProviderError,
    RequestRefusedError,
    UnreachableError,
)
from erpai_desktop.models.enums import ProviderKind
from tests.at_once import ends_at_once
from tests.providers import Fault, ProviderServer, faults
from tests.providers.aimock import AimockProcess
from tests.waiting import eventually

_LINES = b'{"messages": []}\n' * 1000


def _opened(server: ProviderServer, limits: Limits) -> Trainer:
    return open_trainer(
        ProviderAccess(ProviderKind.OPENAI, server.base_url, "gpt-test", key=SecretStr(server.key), limits=limits)
    )


@pytest.fixture
async def trainer(server: ProviderServer) -> AsyncIterator[Trainer]:
    made = _opened(server, Limits(first_wait_s=0.001))
    yield made
    await made.close()


@pytest.fixture
async def impatient(server: ProviderServer) -> AsyncIterator[Trainer]:
    """One that does not wait long for what never comes."""
    made = _opened(server, Limits(silence_s=1, first_wait_s=0.001))
    yield made
    await made.close()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    path.write_bytes(_LINES)
    return path


async def _started(trainer: Trainer, dataset: Path, *, own_id: str = "intention-1") -> RemoteJob:
    file = await trainer.upload(dataset, name="sales-v1.jsonl")
    return await trainer.start(
        base_model="gpt-test", training_file=file.id, validation_file=file.id, own_id=own_id, suffix="sales"
    )


async def test_a_file_arrives_byte_for_byte_under_its_name(
    trainer: Trainer, server: ProviderServer, dataset: Path
) -> None:
    file = await trainer.upload(dataset, name="продажби v1.jsonl")
    assert file.size == len(_LINES)
    assert server.training.contents[file.id] == _LINES
    assert server.training.files[file.id]["purpose"] == "fine-tune"


async def test_a_job_is_started_with_our_id_and_method(trainer: Trainer, server: ProviderServer, dataset: Path) -> None:
    job = await _started(trainer, dataset)
    assert (job.state, job.own_id) == (RemoteState.VALIDATING, "intention-1")
    body = next(request.json for request in server.requests if request.is_for("POST", "/fine_tuning/jobs"))
    assert body["method"] == {"type": "supervised"}
    assert body["metadata"] == {OWN_ID_KEY: "intention-1"}
    assert body["suffix"] == "sales"
    assert "hyperparameters" not in body


async def test_a_job_goes_its_way_and_tells_it(trainer: Trainer, server: ProviderServer, dataset: Path) -> None:
    job = await _started(trainer, dataset)
    states = [(await trainer.retrieve(job.id)).state for _ in range(3)]
    assert states == [RemoteState.QUEUED, RemoteState.RUNNING, RemoteState.SUCCEEDED]
    done = await trainer.retrieve(job.id)
    assert done.trained_model.startswith("ft:gpt-test:")
    assert done.trained_tokens == 1234
    assert done.state.ended
    events = await trainer.events(job.id)
    assert events[0].message == "Created fine-tuning job"
    assert list(events) == sorted(events, key=lambda event: event.time_utc)
    assert await trainer.events(job.id, after=events[1].id) == events[2:]
    assert await trainer.events(job.id, after=events[-1].id) == ()


async def test_names_that_look_like_keys_stay_as_they_are(
    trainer: Trainer, server: ProviderServer, dataset: Path
) -> None:
    file = await trainer.upload(dataset, name="sk-department-v1.jsonl")
    assert file.name == "sk-department-v1.jsonl"
    job = await trainer.start(
        base_model="gpt-test", training_file=file.id, validation_file=None, own_id="i", suffix="sk-department"
    )
    for _ in range(3):
        job = await trainer.retrieve(job.id)
    assert job.trained_model == server.training.trained[0]
    assert "sk-department" in job.trained_model


async def test_a_job_that_fails_says_why(trainer: Trainer, server: ProviderServer, dataset: Path) -> None:
    server.training.fails = "The file has too few examples."
    job = await _started(trainer, dataset)
    for _ in range(3):
        job = await trainer.retrieve(job.id)
    assert (job.state, job.error) == (RemoteState.FAILED, "The file has too few examples.")


async def test_halting_going_on_and_ending(trainer: Trainer, server: ProviderServer, dataset: Path) -> None:
    job = await _started(trainer, dataset)
    assert (await trainer.pause(job.id)).state is RemoteState.PAUSED
    assert (await trainer.resume(job.id)).state is RemoteState.RUNNING
    assert (await trainer.cancel(job.id)).state is RemoteState.CANCELLED
    with pytest.raises(RequestRefusedError):
        await trainer.resume(job.id)


async def test_our_jobs_and_files_are_found_on_every_page(
    trainer: Trainer, server: ProviderServer, dataset: Path
) -> None:
    for number in range(230):
        server.training.add_file(f"other-{number}.jsonl", b"", "fine-tune")
        server.training.add_job({"model": "gpt-test", "training_file": "file-1"})
    server.training.jobs["ftjob-7"]["metadata"] = {OWN_ID_KEY: "intention-1"}
    server.training.jobs["ftjob-205"]["metadata"] = {OWN_ID_KEY: "intention-1"}
    server.training.jobs["ftjob-100"]["metadata"] = {OWN_ID_KEY: "intention-2"}
    assert [job.id for job in await trainer.find("intention-1")] == ["ftjob-7", "ftjob-205"]
    assert [job.id for job in await trainer.ours()] == ["ftjob-7", "ftjob-100", "ftjob-205"]
    assert await trainer.find("intention-3") == ()
    assert [file.id for file in await trainer.find_files("other-3.jsonl")] == ["file-4"]
    assert await trainer.find_files("other") == ()


async def test_what_is_gone_need_not_be_deleted(trainer: Trainer, server: ProviderServer, dataset: Path) -> None:
    job = await _started(trainer, dataset)
    for _ in range(3):
        job = await trainer.retrieve(job.id)
    for _ in range(2):
        await trainer.delete_model(job.trained_model)
        await trainer.delete_file("file-1")
    assert server.training.deleted_models == [job.trained_model]
    assert not server.training.files
    server.fault("DELETE", "*", faults.status(405))
    with pytest.raises(NotOfferedError):
        await trainer.delete_model("x")


@pytest.mark.parametrize(("status", "kind"), [(403, KeyRefusedError), (404, NotOfferedError)])
async def test_a_provider_that_no_longer_trains_says_so(
    trainer: Trainer, server: ProviderServer, dataset: Path, status: int, kind: type[ProviderError]
) -> None:
    server.training.refuses_jobs = status
    with pytest.raises(kind, match="no longer available to your organisation") as caught:
        await _started(trainer, dataset)
    assert caught.value.status == status
    server.training.refused = status
    with pytest.raises(kind):
        await trainer.upload(dataset, name="x.jsonl")
    assert server.training.started == 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.status(429), ProviderError),
        (faults.status(500), OutOfOrderError),
        (faults.status(503), OutOfOrderError),
        (faults.status(409), RequestRefusedError),
        (faults.hang_up, UnreachableError),
        (faults.reset, UnreachableError),
        (faults.whole(b"<html>", content_type="text/html"), BadReplyError),
        (faults.whole(b"{}"), BadReplyError),
        (faults.whole(b'{"id": 7}'), BadReplyError),
        (faults.whole(b'{"id": "a'), BadReplyError),
        (faults.compressed("{}"), BadReplyError),
    ],
    ids=[
        *("429", "500", "503", "409", "hang up", "reset"),
        *("page", "empty", "odd id", "cut", "compressed"),
    ],
)
async def test_uploads_and_jobs_are_never_sent_twice(
    trainer: Trainer, server: ProviderServer, dataset: Path, fault: Fault, kind: type[ProviderError]
) -> None:
    server.fault("POST", "*", fault)
    with pytest.raises(kind):
        await trainer.upload(dataset, name="x.jsonl")
    with pytest.raises(kind):
        await trainer.start(base_model="m", training_file="f", validation_file=None, own_id="i", suffix="")
    assert server.count("POST", "/files") == 1
    assert server.count("POST", "/fine_tuning/jobs") == 1


async def test_what_gets_no_answer_is_not_sent_twice(impatient: Trainer, server: ProviderServer, dataset: Path) -> None:
    server.fault("POST", "*", faults.silence)
    with pytest.raises(UnreachableError):
        await impatient.upload(dataset, name="x.jsonl")
    with pytest.raises(UnreachableError):
        await impatient.start(base_model="m", training_file="f", validation_file=None, own_id="i", suffix="")
    assert server.count("POST", "/files") == 1
    assert server.count("POST", "/fine_tuning/jobs") == 1


async def test_what_was_carried_out_without_an_answer_is_found(
    impatient: Trainer, trainer: Trainer, server: ProviderServer, dataset: Path
) -> None:
    with server.freeze("POST", "/files") as frozen:
        with pytest.raises(UnreachableError) as caught:
            await impatient.upload(dataset, name="x.jsonl")
        frozen.wait_reached()
    assert caught.value.was_sent
    (file,) = await trainer.find_files("x.jsonl")
    with server.freeze("POST", "/fine_tuning/jobs") as frozen:
        with pytest.raises(UnreachableError):
            await impatient.start(base_model="m", training_file=file.id, validation_file=None, own_id="i", suffix="")
        frozen.wait_reached()
    assert [job.own_id for job in await trainer.find("i")] == ["i"]
    assert (server.training.uploads, server.training.started) == (1, 1)


async def test_cancelling_ends_an_upload_at_once(server: ProviderServer, dataset: Path) -> None:
    server.fault("POST", "/files", faults.silence)
    trainer = open_trainer(ProviderAccess(ProviderKind.OPENAI, server.base_url, key=SecretStr(server.key)))

    async def begin() -> asyncio.Task[object]:
        before = len(server.requests)
        task: asyncio.Task[object] = asyncio.create_task(trainer.upload(dataset, name="x.jsonl"))
        await eventually(lambda: len(server.requests) > before)
        return task

    await ends_at_once(begin)
    await trainer.close()


async def test_a_file_that_cannot_be_read_is_not_sent(trainer: Trainer, server: ProviderServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        await trainer.upload(tmp_path / "missing.jsonl", name="x.jsonl")
    assert not server.requests


async def test_a_list_that_goes_round_in_circles_ends(trainer: Trainer, server: ProviderServer) -> None:
    server.fault("GET", "*", faults.whole(b'{"data": [{"id": "a", "metadata": null}], "has_more": true}'))
    with pytest.raises(BadReplyError, match="circles"):
        await trainer.find("i")
    assert len(server.requests) == 2


async def test_an_unknown_state_is_no_end(trainer: Trainer, server: ProviderServer) -> None:
    server.fault("GET", "*", faults.whole(b'{"id": "j", "status": "polishing", "estimated_finish": 1e400}'))
    assert (await trainer.retrieve("j")).state is RemoteState.RUNNING


@pytest.mark.parametrize("id_", ["j" * 257, "a\\u001b[31m", "two\\nlines", " j", "KEY"])
async def test_an_id_that_cannot_be_kept_is_none(trainer: Trainer, server: ProviderServer, id_: str) -> None:
    server.fault("GET", "*", faults.whole(f'{{"id": "{id_.replace("KEY", server.key)}"}}'.encode()))
    with pytest.raises(BadReplyError, match="no id") as caught:
        await trainer.retrieve("j")
    assert server.key not in str(caught.value)


async def test_the_name_of_a_trained_model_can_be_kept(trainer: Trainer, server: ProviderServer) -> None:
    server.fault("GET", "*", faults.whole(b'{"id": "j", "fine_tuned_model": "%s"}' % (b"m" * 300)))
    with pytest.raises(BadReplyError, match="too great a length"):
        await trainer.retrieve("j")


async def test_an_id_cannot_lead_elsewhere(trainer: Trainer, server: ProviderServer) -> None:
    with pytest.raises(NotOfferedError):
        await trainer.retrieve("../../files?x=1#")
    assert server.requests[0].path == "/v1/fine_tuning/jobs/..%2F..%2Ffiles%3Fx%3D1%23"


async def test_a_provider_nobody_here_wrote_trains_too(aimock: AimockProcess, tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    line = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
    path.write_text(line * 10, encoding="utf-8")
    trainer = open_trainer(
        ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, aimock.root, "gpt-4o-mini", key=SecretStr("k"))
    )
    file = await trainer.upload(path, name="aimock.jsonl")
    assert [found.id for found in await trainer.find_files("aimock.jsonl")] == [file.id]
    job = await trainer.start(
        base_model="gpt-4o-mini-2024-07-18", training_file=file.id, validation_file=None, own_id="i-1", suffix="me"
    )
    assert [found.id for found in await trainer.find("i-1")] == [job.id]
    async with asyncio.timeout(60):
        while not job.state.ended:
            job = await trainer.retrieve(job.id)
    assert job.state is RemoteState.SUCCEEDED
    assert job.trained_model.startswith("ft:gpt-4o-mini")
    events = await trainer.events(job.id)
    assert events
    assert await trainer.events(job.id, after=events[-1].id) == ()
    await trainer.delete_file(file.id)
    await trainer.close()
