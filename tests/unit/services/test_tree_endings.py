"""What the tree says of base models: days left, and versions that rest on another one than the provider's."""

from __future__ import annotations

from datetime import date

from erpai_desktop.ai.chat_gateway import Found, RemoteModel
from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Compilation, Model
from erpai_desktop.models.enums import CompilationStatus, ProviderKind, Target
from erpai_desktop.models.ids import ModelId, ProviderId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import elsewhere, providers, providers_reading, tree, tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

TODAY = date(2026, 11, 4)


def provider_with_dates(database: Database) -> ProviderId:
    changes = database.write(
        providers.add_provider, names={"en": "OpenAI"}, kind=ProviderKind.OPENAI, base_model_name="gpt-4o"
    )
    provider_id = ProviderId(changes.new(Entity.PROVIDER))
    models = (RemoteModel("gpt-4o", date(2027, 1, 14)), RemoteModel("gpt-5"), RemoteModel("gpt-old", date(2026, 11, 1)))
    database.write(
        providers.record_check,
        provider_id=provider_id,
        object_version=1,
        found=Found(api="responses", models=models),
        elapsed_ms=5,
    )
    return provider_id


def activate(database: Database, model_id: ModelId, target: Target, provider_id: ProviderId, base_model: str) -> None:
    def build(work: UnitOfWork) -> None:
        compilation = Compilation(
            id=new_id(),
            model_id=model_id,
            number=1,
            target=target,
            provider_id=provider_id,
            base_model=base_model,
            status=CompilationStatus.COMPLETED,
            is_successful=True,
            knowledge_revision=elsewhere.newest_revision(work.session),
        )
        work.session.add(compilation)
        work.session.flush()
        work.session.get_one(Model, model_id).conversational_compilation_id = compilation.id
        work.finish()

    database.write(build)


def days(database: Database) -> dict[str, int | None]:
    nodes = database.read(tree_reading.tree, today=TODAY).nodes
    return {node.name: node.ending.days_left if node.ending else None for node in nodes}


def ends_here(database: Database) -> list[str]:
    return [node.name for node in database.read(tree_reading.tree, today=TODAY).nodes if node.ends_here]


@ON_BOTH_DATABASES
def test_days_left_follow_the_provider_down_the_tree(company: Company) -> None:
    database = company.database
    provider_id = provider_with_dates(database)
    assert set(days(database).values()) == {None}
    database.write(tree.update_model, model_id=company.marketing, object_version=None, provider_id=provider_id)
    assert days(database) == {"Company": None, "Marketing": 71, "Social": 71, "Sales": None}
    # Where it is inherited, it is the parent's affair until a version of its own rests on it.
    assert ends_here(database) == ["Marketing"]
    database.write(providers.update_provider, provider_id=provider_id, object_version=None, base_model_name="gpt-5")
    assert days(database)["Marketing"] is None
    # What answers now counts too, and what ends first is told.
    activate(database, company.social, Target.FINE_TUNE, provider_id, "ft:gpt-4o:acme::1")
    activate(database, company.marketing, Target.GROUNDED, provider_id, "gpt-old")
    assert (days(database)["Social"], days(database)["Marketing"]) == (71, -3)
    assert ends_here(database) == ["Marketing", "Social"]


def test_another_base_model_makes_versions_stale_that_rest_on_it(company: Company) -> None:
    database = company.database
    provider_id = provider_with_dates(database)
    database.write(tree.update_model, model_id=company.company, object_version=None, provider_id=provider_id)
    activate(database, company.company, Target.GROUNDED, provider_id, "gpt-4o")
    activate(database, company.sales, Target.BUILT_IN, provider_id, "")
    activate(database, company.social, Target.FINE_TUNE, provider_id, "ft:gpt-4o:acme::1")

    def stale() -> dict[str, int | None]:
        return {name: node.changes_since_build for name, node in company.nodes().items()}

    assert stale() == {"Company": 0, "Sales": 0, "Social": 0, "Marketing": None}
    seen = database.read(providers_reading.provider_details, provider_id=provider_id).line.object_version
    database.write(providers.update_provider, provider_id=provider_id, object_version=seen, base_model_name="gpt-5")
    assert stale() == {"Company": 1, "Sales": 0, "Social": 1, "Marketing": None}
    database.write(providers.update_provider, provider_id=provider_id, object_version=None, base_model_name="gpt-4o")
    assert stale() == {"Company": 0, "Sales": 0, "Social": 0, "Marketing": None}
