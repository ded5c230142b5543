"""Providers: what an administrator may do to them, what is refused, and what is known of each."""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import func, select, update

from erpai_desktop.ai.chat_gateway import Found, RemoteModel
from erpai_desktop.changes import Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.entities import Compilation, Model, Provider, ProviderCheck
from erpai_desktop.models.enums import CompilationStatus, ProviderKind, Target
from erpai_desktop.models.ids import ActionId, ProviderId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.providers import ProviderDetails, ProviderUse
from erpai_desktop.services import bin, history, providers, providers_reading, tree  # noqa: A004 - a module's name
from erpai_desktop.services.bin_purge import KEPT
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

TODAY = date(2026, 11, 4)
FOUND = Found(
    api="responses",
    models=(RemoteModel("gpt-5"), RemoteModel("gpt-4o", date(2027, 1, 14)), RemoteModel("old", date(2026, 11, 1))),
    capabilities=MappingProxyType({Capability.CHAT: Support.YES, Capability.FINE_TUNING: Support.NO}),
)


def add(database: Database, name: str = "OpenAI", **more: Any) -> ProviderId:
    fields = {"kind": ProviderKind.OPENAI, "base_model_name": "gpt-4o", **more}
    return ProviderId(database.write(providers.add_provider, names={"en": name}, **fields).new(Entity.PROVIDER))


def details(database: Database, provider_id: ProviderId) -> ProviderDetails:
    return database.read(providers_reading.provider_details, provider_id=provider_id, today=TODAY)


def check(database: Database, provider_id: ProviderId, found: Found | None = FOUND, error: str = "") -> None:
    version = details(database, provider_id).line.object_version
    database.write(
        providers.record_check,
        provider_id=provider_id,
        object_version=version,
        found=found,
        elapsed_ms=12,
        error_message=error,
    )


@ON_BOTH_DATABASES
def test_a_checked_provider_tells_what_it_offers_and_what_ends_first(company: Company) -> None:
    database = company.database
    provider_id = add(database)
    database.write(tree.update_model, model_id=company.company, object_version=None, provider_id=provider_id)
    check(database, provider_id)
    known = details(database, provider_id)
    assert [(model.name, model.days_left) for model in known.models] == [("old", -3), ("gpt-4o", 71), ("gpt-5", None)]
    assert known.capabilities[Capability.CHAT] is Support.YES
    assert known.capabilities[Capability.FINE_TUNING] is Support.NO
    assert known.capabilities[Capability.IMAGES] is Support.UNKNOWN
    assert known.api == "responses"
    assert known.line.check is not None and (known.line.check.elapsed_ms, known.line.check.error) == (12, "")
    assert known.line.ending is not None and known.line.ending.days_left == 71
    assert known.uses[0] == ProviderUse(company.company, "Company", inherited=False)
    assert {(use.name, use.inherited) for use in known.uses[1:]} == {
        ("Marketing", True), ("Social", True), ("Sales", True)
    }  # fmt: skip
    (line,) = database.read(providers_reading.providers, today=TODAY)
    assert line == known.line and line.used_by == 1
    # A failure is remembered beside what was known before it.
    check(database, provider_id, None, "No connection. \x00")
    failed = details(database, provider_id)
    assert failed.line.check is not None and failed.line.check.error.startswith("No connection.")
    assert failed.models == known.models


def test_a_check_of_what_has_been_changed_meanwhile_is_not_stored(database: Database) -> None:
    provider_id = add(database)
    before = details(database, provider_id).line.object_version
    check(database, provider_id)
    database.write(
        providers.update_provider, provider_id=provider_id, object_version=None, base_url="https://other.example/v1"
    )
    # The one before was about another address.
    assert details(database, provider_id).line.check is None
    changes = database.write(
        providers.record_check, provider_id=provider_id, object_version=before, found=FOUND, elapsed_ms=1
    )
    assert not changes and details(database, provider_id).line.check is None
    # A new name says nothing against a check.
    check(database, provider_id)
    database.write(providers.update_provider, provider_id=provider_id, object_version=None, names={"en": "Other"})
    assert details(database, provider_id).line.check is not None


def test_a_list_of_models_is_a_strangers_word(database: Database) -> None:
    provider_id = add(database)
    many = tuple(RemoteModel(f"m{n}\x00" + "x" * 300) for n in range(providers.MODELS_KEPT + 5))
    check(database, provider_id, Found(api="chat completions", models=(RemoteModel(""), *many)))
    known = details(database, provider_id).models
    assert len(known) == providers.MODELS_KEPT - 1
    assert all(len(model.name) <= providers.NAME_KEPT and "\x00" not in model.name for model in known)


@pytest.mark.parametrize(
    "fields",
    [
        {"names": {"en": " "}},
        {"names": {"en": "x" * 257}},
        {"base_model_name": "m" * 65},
        {"base_url": "https://me:pw@host"},
        {"base_url": "not an address"},
        {"model_file": "/m\x00.gguf"},
        {"notes": "\ud800"},
    ],
    ids=str,
)
def test_what_a_provider_cannot_be(database: Database, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        database.write(providers.add_provider, **({"names": {"en": "A"}, "kind": ProviderKind.OPENAI} | fields))
    assert caught.value.problems and caught.value.problems[0].field
    assert database.read(providers_reading.providers) == ()


def test_a_stale_save_shows_both(database: Database) -> None:
    provider_id = add(database)
    seen = details(database, provider_id).line.object_version

    def save(**fields: Any) -> None:
        database.write(providers.update_provider, provider_id=provider_id, object_version=seen, **fields)

    save(base_model_name="gpt-5")
    # Another field is no quarrel.
    save(notes="for tests")
    with pytest.raises(ConflictError) as caught:
        save(base_model_name="gpt-4.1")
    assert (caught.value.theirs, caught.value.mine) == ({"base_model_name": "gpt-5"}, {"base_model_name": "gpt-4.1"})


def test_a_provider_in_use_is_not_deleted(company: Company) -> None:
    database = company.database
    provider_id = add(database)
    database.write(tree.update_model, model_id=company.sales, object_version=None, provider_id=provider_id)
    with pytest.raises(UserError, match="“Sales”"):
        database.write(providers.delete_provider, provider_id=provider_id)
    database.write(tree.update_model, model_id=company.sales, object_version=None, provider_id=None)

    def answer_by_it(work: UnitOfWork) -> None:
        build = Compilation(
            id=new_id(), model_id=company.social, number=1, target=Target.GROUNDED, provider_id=provider_id,
            status=CompilationStatus.COMPLETED, is_successful=True,
        )  # fmt: skip
        work.session.add(build)
        work.session.flush()
        work.session.get_one(Model, company.social).conversational_compilation_id = build.id
        work.finish()

    database.write(answer_by_it)
    with pytest.raises(UserError, match="“Social”"):
        database.write(providers.delete_provider, provider_id=provider_id)


def test_bin_undo_restore_and_purge(company: Company) -> None:
    database = company.database
    provider_id = add(database)
    check(database, provider_id)
    deleted = database.write(providers.delete_provider, provider_id=provider_id)
    assert database.read(providers_reading.providers) == ()
    with pytest.raises(NotFoundError):
        details(database, provider_id)
    assert [item.title for item in database.read(bin.bin_contents)] == ["OpenAI"]
    database.write(history.undo, action_id=ActionId(deleted.action_id or new_id()))
    assert len(details(database, provider_id).models) == 3
    database.write(providers.delete_provider, provider_id=provider_id)
    database.write(bin.restore, entity=Entity.PROVIDER, ids=[provider_id])
    database.write(providers.delete_provider, provider_id=provider_id)
    with database.reading() as session:
        later = session.get_one(Provider, provider_id).updated_utc + KEPT + timedelta(minutes=1)
    database.write(bin.purge_expired, now=later)
    with database.reading() as session:
        assert session.get(Provider, provider_id) is None
        assert session.scalar(select(func.count()).select_from(ProviderCheck)) == 0


def test_a_purged_provider_stays_hidden_while_a_version_refers_to_it(company: Company) -> None:
    database = company.database
    provider_id = add(database)
    check(database, provider_id)

    def build(work: UnitOfWork) -> None:
        work.session.add(Compilation(id=new_id(), model_id=company.social, number=1, provider_id=provider_id))
        work.finish()

    database.write(build)
    database.write(providers.delete_provider, provider_id=provider_id)
    with database.reading() as session:
        later = session.get_one(Provider, provider_id).updated_utc + KEPT + timedelta(minutes=1)
    database.write(bin.purge_expired, now=later)
    with database.reading() as session:
        assert session.get_one(Provider, provider_id).deleted_utc is not None
        assert session.scalar(select(func.count()).select_from(ProviderCheck)) == 0


def test_adding_is_not_undone_while_a_model_uses_it(company: Company) -> None:
    database = company.database
    changes = database.write(providers.add_provider, names={"en": "A"}, kind=ProviderKind.BUILT_IN)
    provider_id = ProviderId(changes.new(Entity.PROVIDER))
    database.write(tree.update_model, model_id=company.sales, object_version=None, provider_id=provider_id)
    with pytest.raises(UserError, match="models use it"):
        database.write(history.undo, action_id=ActionId(changes.action_id or new_id()))


def test_only_administrators(company: Company, as_trainer: Database) -> None:
    provider_id = ProviderId(new_id())
    calls: list[tuple[Any, dict[str, Any]]] = [
        (providers.add_provider, {"names": {"en": "A"}, "kind": ProviderKind.OPENAI}),
        (providers.update_provider, {"provider_id": provider_id, "object_version": None}),
        (providers.delete_provider, {"provider_id": provider_id}),
        (
            providers.record_check,
            {"provider_id": provider_id, "object_version": 1, "found": None, "elapsed_ms": 0},
        ),
    ]
    for service, arguments in calls:
        with pytest.raises(NotPermittedError):
            as_trainer.write(service, **arguments)
    assert as_trainer.read(providers_reading.providers) == ()


def test_a_provider_is_found_by_name_or_id(database: Database) -> None:
    first = add(database, "Lab")
    assert database.read(providers_reading.find_provider, name_or_id=" LAB ") == first
    assert database.read(providers_reading.find_provider, name_or_id=str(first)) == first
    second = add(database, "lab")
    with pytest.raises(NotFoundError, match=str(second)):
        database.read(providers_reading.find_provider, name_or_id="Lab")
    with pytest.raises(NotFoundError, match="There is no provider"):
        database.read(providers_reading.find_provider, name_or_id="nobody")


def test_what_is_needed_to_connect(database: Database) -> None:
    provider_id = add(database)
    setup = database.read(providers_reading.provider_setup, provider_id=provider_id)
    assert (setup.base_url, setup.key_entry) == ("https://api.openai.com/v1", str(provider_id))
    assert setup.key_address == "https://api.openai.com"
    local = add(database, "Local", kind=ProviderKind.LOCAL, model_file="/a  b.gguf")
    setup = database.read(providers_reading.provider_setup, provider_id=local)
    assert (setup.model_file, setup.key_address) == ("/a  b.gguf", "")


def test_a_stored_check_that_makes_no_sense_is_read_all_the_same(database: Database) -> None:
    provider_id = add(database)
    check(database, provider_id)

    def spoil(work: UnitOfWork) -> None:
        work.session.execute(
            update(ProviderCheck).values(
                models=[{"name": "a", "shutdown_date": "soon"}, {"name": "b"}], capabilities={"chat": "perhaps"}
            )
        )

    database.write(spoil)
    known = details(database, provider_id)
    assert [model.days_left for model in known.models] == [None, None]
    assert known.capabilities[Capability.CHAT] is Support.UNKNOWN


def test_a_model_file_names_the_base_model_until_a_person_does(company: Company) -> None:
    database = company.database
    provider_id = add(database, kind=ProviderKind.LOCAL, base_model_name="", model_file="/models/small one.Q4.gguf")

    def named(**fields: Any) -> str:
        database.write(providers.update_provider, provider_id=provider_id, object_version=None, **fields)
        return details(database, provider_id).line.base_model_name

    assert details(database, provider_id).line.base_model_name == "small one.Q4"
    assert named(model_file="C:\\models\\next.gguf") == "next"
    assert named(base_model_name="House model", model_file="/models/third.gguf") == "House model"
    assert named(model_file="/models/fourth.gguf") == "House model"
    assert named(base_model_name="") == "fourth"
    # Elsewhere a blank name stays blank: nobody can tell what is meant.
    assert named(kind=ProviderKind.OPENAI, base_model_name="") == ""
