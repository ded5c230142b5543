"""Deleting a version, here and at its provider."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError, NotPermittedError, UnreachableError, UserError
from erpai_desktop.models.entities import Blob, CompilationAsset, JobIntention
from erpai_desktop.models.enums import CompilationStatus, JobState, Role, Target
from erpai_desktop.models.ids import CompilationId, ProviderId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations
from erpai_desktop.services.deleting_versions import DELETION, begin_deletion, complete_deletion, give_up_deletion
from erpai_desktop.services.training_files import UPLOAD
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.delete_version import Deleted, delete_version
from erpai_desktop.workers.providers.connecting import Connecting
from tests.evaluated import add_evaluated, add_provider, compilation, records
from tests.unit.workers.conftest import DirectJob, Shop

TRAINED = "ft:gpt-5:us:erpai:1"


class TrainerAtHand:
    """A provider that trains, as far as deleting goes; `fault` is raised instead of deleting a model."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.gone: list[str] = []
        self.closed = 0
        self._fault = fault

    async def delete_model(self, name: str) -> None:
        if self._fault is not None:
            raise self._fault
        self.gone.append(name)

    async def delete_file(self, file_id: str) -> None:
        self.gone.append(file_id)

    async def close(self) -> None:
        self.closed += 1


class Connections:
    """Hands out the one trainer."""

    def __init__(self, trainer: TrainerAtHand) -> None:
        self._trainer = trainer

    async def trainer(self, _job: object, *, provider_id: ProviderId) -> TrainerAtHand:
        return self._trainer


def with_trainer(trainer: TrainerAtHand) -> Connecting:
    return cast("Connecting", Connections(trainer))


def trained(shop: Shop) -> CompilationId:
    """A fine-tuned version that does not answer, for a later one does."""
    first = add_evaluated(
        shop.database,
        shop.model_id,
        records("..x"),
        target=Target.FINE_TUNE,
        provider_id=add_provider(shop.database),
        base_model="gpt-5",
        compiled_model_name=TRAINED,
        knowledge=True,
    )
    shop.database.write(_note_upload, compilation_id=first)
    add_evaluated(shop.database, shop.model_id, records("..."))
    return first


async def deleted(shop: Shop, compilation_id: CompilationId, **more: Any) -> Deleted:
    arguments: dict[str, Any] = {"connections": None, **more}
    return await delete_version(DirectJob(shop.database), compilation_id=compilation_id, **arguments)


def status(shop: Shop, compilation_id: CompilationId) -> CompilationStatus:
    return compilation(shop.database, compilation_id).status


def stored(shop: Shop) -> tuple[int, int]:
    def count(session: Session) -> tuple[int, int]:
        named = select(func.count()).where(CompilationAsset.blob_sha256.is_not(None))
        return session.scalar(select(func.count()).select_from(Blob)) or 0, session.scalar(named) or 0

    return shop.database.read(count)


def intentions(shop: Shop) -> list[tuple[JobState, str]]:
    def read(session: Session) -> list[tuple[JobState, str]]:
        rows = session.scalars(select(JobIntention).where(JobIntention.kind == DELETION).order_by(JobIntention.id))
        return [(row.state, row.error_message) for row in rows]

    return shop.database.read(read)


async def test_a_trained_model_goes_with_its_files(shop: Shop) -> None:
    version = trained(shop)
    trainer = TrainerAtHand()
    assert stored(shop) == (3, 3)
    outcome = await deleted(shop, version, connections=with_trainer(trainer))
    assert trainer.gone == [TRAINED, "file-1"] and trainer.closed == 1
    assert (outcome.at_provider, outcome.freed) == (True, 2)
    assert outcome.sentence() == "v1 was deleted here and at the provider; 2 files freed."
    assert status(shop, version) is CompilationStatus.DELETED
    assert stored(shop) == (1, 1), "what the other version is made of stays"
    assert intentions(shop) == [(JobState.DONE, "")]
    with pytest.raises(UserError, match="was deleted"):
        shop.database.write(compilations.activate, compilation_id=version)


async def test_while_the_provider_fails_the_version_stays(shop: Shop) -> None:
    version = trained(shop)
    trainer = TrainerAtHand(UnreachableError("No connection.", was_sent=False))
    with pytest.raises(UnreachableError):
        await deleted(shop, version, connections=with_trainer(trainer))
    assert status(shop, version) is CompilationStatus.COMPLETED
    assert (stored(shop), trainer.closed) == ((3, 3), 1)
    assert intentions(shop) == [(JobState.FAILED, "No connection.")]
    shop.database.write(compilations.activate, compilation_id=version)


async def test_cancelled_it_stays(shop: Shop) -> None:
    version = trained(shop)
    with pytest.raises(asyncio.CancelledError):
        await deleted(shop, version, connections=with_trainer(TrainerAtHand(asyncio.CancelledError())))
    assert status(shop, version) is CompilationStatus.COMPLETED
    assert intentions(shop)[0][0] is JobState.CANCELLED


async def test_only_here_asks_no_provider(shop: Shop) -> None:
    version = trained(shop)
    with pytest.raises(UserError, match="provider is needed"):
        await deleted(shop, version)
    assert status(shop, version) is CompilationStatus.COMPLETED
    outcome = await deleted(shop, version, only_here=True)
    assert outcome.sentence() == "v1 was deleted here; 2 files freed."


async def test_what_a_crash_left_marked_can_be_deleted_again(shop: Shop) -> None:
    version = trained(shop)
    shop.database.write(begin_deletion, compilation_id=version)
    failing = TrainerAtHand(UnreachableError("No connection."))
    with pytest.raises(UnreachableError):
        await deleted(shop, version, connections=with_trainer(failing))
    assert status(shop, version) is CompilationStatus.DELETED, "it does not come back to life"
    trainer = TrainerAtHand()
    await deleted(shop, version, connections=with_trainer(trainer))
    assert trainer.gone == [TRAINED, "file-1"]
    await deleted(shop, version, connections=with_trainer(trainer))


async def test_the_active_one_and_one_being_built_stay(shop: Shop) -> None:
    active = add_evaluated(shop.database, shop.model_id, records(".."))
    with pytest.raises(UserError, match="v1 is the version that answers"):
        await deleted(shop, active)
    building = CompilationId(new_id())
    shop.database.write(
        compilations.begin,
        compilation_id=building,
        model_id=shop.model_id,
        target=Target.BUILT_IN,
        engine_version="1",
    )
    with pytest.raises(UserError, match="still being built"):
        await deleted(shop, building)
    with pytest.raises(NotFoundError):
        await deleted(shop, CompilationId(new_id()))


def test_only_what_is_marked_and_only_by_an_administrator_is_deleted(shop: Shop) -> None:
    compilation_id = trained(shop)
    before = stored(shop)
    with pytest.raises(UserError, match="is not being deleted"):
        shop.database.write(complete_deletion, compilation_id=compilation_id)
    shop.database.write(begin_deletion, compilation_id=compilation_id)
    assert shop.database.actor is not None
    shop.database.actor = replace(shop.database.actor, role=Role.TRAINER)
    with pytest.raises(NotPermittedError):
        shop.database.write(complete_deletion, compilation_id=compilation_id)
    with pytest.raises(NotPermittedError):
        shop.database.write(give_up_deletion, compilation_id=compilation_id, error_message="", state=JobState.FAILED)
    assert stored(shop) == before


async def test_while_somebody_builds_young_files_wait(shop: Shop) -> None:
    version = add_evaluated(shop.database, shop.model_id, records("..x"))
    add_evaluated(shop.database, shop.model_id, records("..."))
    shop.database.write(
        compilations.begin,
        compilation_id=CompilationId(new_id()),
        model_id=shop.model_id,
        target=Target.BUILT_IN,
        engine_version="1",
    )
    assert (await deleted(shop, version)).freed == 0
    assert stored(shop) == (2, 1)


def _note_upload(work: UnitOfWork, *, compilation_id: CompilationId) -> None:
    """What uploading the training file has left: its intention, with the provider's name for the file."""
    work.session.add(
        JobIntention(kind=UPLOAD, subject_id=compilation_id, state=JobState.DONE, remote_id="file-1", payload={})
    )
    work.finish()
