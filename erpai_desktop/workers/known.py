"""What a build is made of: read whole, or what the last build knew, caught up with the history. For child processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from erpai_desktop.ai.builtin.build import open_previous
from erpai_desktop.ai.builtin.index import Index
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.models.dataset import input_hash
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services.catching_up import CaughtUp, Moment, catch_up, present_moment
from erpai_desktop.services.checks import counted
from erpai_desktop.services.knowledge import Configured, Material, beside_rows, read_material
from erpai_desktop.services.ledger import Ledger
from erpai_desktop.services.ledger_file import read_ledger, write_ledger
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import parse_location
from erpai_desktop.workers.build_child import LEDGER, Tell, tell_resolved
from erpai_desktop.workers.child_process import Message


@dataclass(frozen=True)
class Known:
    """Read in one snapshot, at `moment` (None where nothing was ever written).

    Either `material` is there, or `since`: what differs from the rows of `previous`, the last build's index.
    """

    configured: Configured
    ledger: Ledger
    moment: Moment | None
    material: Material | None = None
    since: CaughtUp | None = None
    previous: Index | None = None

    @cached_property
    def names(self) -> dict[UUID, str]:
        """Each model's name."""
        return {id_: node.name for id_, node in self.configured.nodes.nodes.items()}

    @property
    def revision(self) -> int:
        """The newest change that was seen."""
        return self.moment.revision if self.moment is not None else 0

    def input_hash(self, *, target: Target, settings: EngineSettings) -> str:
        """As `services.knowledge.hash_of`."""
        has = self.configured
        return input_hash(
            taught=self.ledger.records(),
            validation=self.ledger.validation,
            **beside_rows(has.configuration, has.base_model, target=target, settings=settings),
        )

    def keep(self, staging: Path, *, index_sha256: str) -> bool:
        """Write the ledger for the next build; answers whether it was. A disk that is full is told of elsewhere."""
        if self.moment is None:
            return False
        try:
            return write_ledger(staging / LEDGER, self.ledger, moment=self.moment, index_sha256=index_sha256)
        except OSError:
            return False


@contextmanager
def opened_knowledge(request: Message, tell: Tell) -> Iterator[Known]:
    """The knowledge of the request's model. Raises NotFoundError."""
    tell({"stage": "reading", "done": 0, "total": 0})
    model_id = ModelId(UUID(request["model_id"]))
    # Files for training are made of all rows in full.
    rows_in_full = request["target"] == Target.FINE_TUNE
    previous = None if rows_in_full or request.get("ledger") is None else open_previous(Path(request["previous"]))
    database = Database(parse_location(request["workspace"]), page_cache_mib=1)
    try:
        known = _caught_up(database, request, model_id, previous[0]) if previous is not None else None
        if known is None:
            known = _whole(*database.read(_read_whole, model_id=model_id))
    finally:
        database.close()
    tell_resolved(known.ledger.counts, tell)
    if known.since is not None:
        tell({"log": f"Read anew: {counted(len(known.since.gone), 'question')} edited since the last version"})
    try:
        yield known
    finally:
        if previous is not None:
            previous[1].close()


def _caught_up(database: Database, request: Message, model_id: ModelId, index: Index) -> Known | None:
    index_sha256 = Path(request["previous"]).name
    kept = read_ledger(Path(request["ledger"]), model_id=model_id, index_sha256=index_sha256)
    if kept is None:
        return None
    ledger, since = kept
    found = database.read(catch_up, ledger=ledger, since=since, table=index.table)
    if found is None:
        return None
    return Known(found.configured, found.ledger, found.moment, since=found, previous=index)


def _read_whole(session: Session, *, model_id: ModelId) -> tuple[Material, Moment | None]:
    return read_material(session, model_id=model_id), present_moment(session)


def _whole(material: Material, moment: Moment | None) -> Known:
    knowledge = material.knowledge
    ledger = Ledger.of(knowledge.resolution, knowledge.nodes, material.tests)
    configured = Configured(knowledge.nodes, knowledge.configuration, knowledge.base_model, None)
    return Known(configured, ledger, moment, material=material)
