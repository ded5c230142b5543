"""A real workspace with a few models, people of every role, and a second window on the same file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import User
from erpai_desktop.models.enums import Role, UserType
from erpai_desktop.models.ids import ModelId, QaId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.tree import ModelNode
from erpai_desktop.services import qas, tree, tree_reading, users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import Actor, UnitOfWork
from tests.postgres import PostgresServer

ON_BOTH_DATABASES = pytest.mark.parametrize("location", ["sqlite", "postgresql"], indirect=True)
"""Put on tests whose queries could mean different things on the two databases."""


class Company:
    """Company > Marketing > Social, and Company > Sales; short ways to do what most tests begin with."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.company = self.add_model("Company")
        self.marketing = self.add_model("Marketing", self.company)
        self.social = self.add_model("Social", self.marketing)
        self.sales = self.add_model("Sales", self.company)

    def add_model(self, name: str, parent_id: ModelId | None = None, **more: Any) -> ModelId:
        changes = self.database.write(tree.add_model, names={"en": name}, parent_id=parent_id, **more)
        return ModelId(changes.new(Entity.MODEL))

    def add_qa(self, model_id: ModelId, question: str = "Who answers?", answer: str = "We do.", **more: Any) -> QaId:
        more = {"section": "General", **more}
        return QaId(
            self.database.write(qas.add_qa, model_id=model_id, question=question, answer=answer, **more).new(Entity.QA)
        )

    def nodes(self) -> Mapping[str, ModelNode]:
        return {node.name: node for node in self.database.read(tree_reading.tree).nodes}

    def add_user(self, login: str, role: Role = Role.STAFF, user_type: UserType = UserType.INTERNAL) -> Actor:
        def add(work: UnitOfWork) -> Actor:
            user = User(id=new_id(), login=login, name=login.capitalize(), role=role, user_type=user_type)
            work.session.add(user)
            work.finish()
            return Actor(UserId(user.id), user.login, user.name, user.role)

        return self.database.write(add)


@pytest.fixture
def location(request: pytest.FixtureRequest) -> WorkspaceLocation:
    """An empty workspace of one's own: a file, or a database where a test module asks for both."""
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.new_workspace()
    file: Path = request.getfixturevalue("empty_file")
    return WorkspaceLocation(path=file)


@pytest.fixture
def company(location: WorkspaceLocation) -> Iterator[Company]:
    """A workspace whose administrator is at the keyboard."""
    database = open_database(location)
    database.actor = database.write(users.join, login="tester", name="Tester")
    yield Company(database)
    database.close()


@pytest.fixture
def database(company: Company) -> Database:
    """The same workspace's database."""
    return company.database


@pytest.fixture
def other_window(company: Company, location: WorkspaceLocation) -> Iterator[Database]:
    """Another window of a trainer on the same workspace."""
    database = open_database(location)
    database.actor = company.add_user("tina", Role.TRAINER)
    yield database
    database.close()


@pytest.fixture
def as_staff(company: Company) -> Database:
    """The workspace with a staff user at the keyboard."""
    company.database.actor = company.add_user("stan")
    return company.database


@pytest.fixture
def as_trainer(company: Company) -> Database:
    """The workspace with a trainer at the keyboard."""
    company.database.actor = company.add_user("tara", Role.TRAINER)
    return company.database
