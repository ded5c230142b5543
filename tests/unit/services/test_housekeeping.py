"""Tidying: for an administrator the bin's old things go, for others nothing does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.services import qas, tree
from erpai_desktop.services.housekeeping import tidy
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ModelQA)) or 0


def _age(work: UnitOfWork, *, days: int) -> None:
    work.session.execute(update(ModelQA).values(deleted_utc=utc_now() - timedelta(days=days)))


def test_what_lay_in_the_bin_for_thirty_days_goes_and_only_an_administrator_tidies(empty: Database) -> None:
    model_id = ModelId(empty.write(tree.add_model, names={"en": "Sales"}).new(Entity.MODEL))
    made = empty.write(qas.add_qa, model_id=model_id, section="General", question="Old?", answer="Yes.")
    empty.write(qas.delete_qas, qa_ids=[QaId(made.new(Entity.QA))])
    empty.write(tidy)
    assert empty.read(_count) == 1
    empty.write(_age, days=31)
    assert empty.actor is not None
    administrator, empty.actor = empty.actor, replace(empty.actor, role=Role.TRAINER)
    empty.write(tidy)
    assert empty.read(_count) == 1
    empty.actor = administrator
    empty.write(tidy)
    assert empty.read(_count) == 0
