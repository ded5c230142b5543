"""Q&As in and out of CSV files: the person's import, in one transaction, and export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import InvalidInputError
from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services.checks import counted
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.services.qa_csv import ParsedCsv, parse_csv, write_csv
from erpai_desktop.services.whole_file import whole_file
from erpai_desktop.storage.bulk_qas import insert_qas
from erpai_desktop.storage.unit_of_work import UnitOfWork

__all__ = ["ParsedCsv", "export_qas", "import_qas", "parse_csv", "usable_rows"]


def usable_rows(parsed: ParsedCsv, *, good_rows: bool = False) -> tuple[NewQa, ...]:
    """The rows to import.

    Raises InvalidInputError with every problem of the file unless the person said that the good rows are to be
    imported; also then when there are none.
    """
    if parsed.rows and (good_rows or not parsed.problems):
        return parsed.rows
    if parsed.problems:
        raise InvalidInputError(
            f"{parsed.file} has {counted(len(parsed.problems), 'problem')}.",
            problems=parsed.problems,
            safe="Nothing was imported.",
            advice=f"Mend the file, or import its {counted(len(parsed.rows), 'good row')} alone."
            if parsed.rows
            else "Mend the file and try again.",
        )
    raise InvalidInputError(f"{parsed.file} holds no rows.", safe="Nothing was imported.")


def import_qas(work: UnitOfWork, *, model_id: ModelId, rows: Iterable[NewQa], file: str = "") -> Changes:
    """Add checked rows (of `usable_rows`) to a model: all of them or none, and one batch in the history.

    The answered Changes name the batch, not each row, and the model as owner. Undone like any other action.
    Raises NotFoundError for a model that is gone, NotPermittedError, InvalidInputError when there are no rows.
    """
    work.require(Role.ADMINISTRATOR, "import Q&As")
    live_row(work.session, Model, model_id)
    written, place = insert_qas(work.session, rows, model_id=model_id, user_id=work.actor.user_id, now=work.now)
    if not written:
        raise InvalidInputError("There are no rows to import.", safe="Nothing was imported.")
    batch = new_id()
    work.recorder.batch(
        Entity.QA,
        batch=batch,
        row_count=written,
        model_id=model_id,
        after={"file": file, "first_seq": place.first_seq, "last_seq": place.last_seq},
    )
    work.touched(Entity.QA, batch, owners=(model_id,))
    return work.finish(f"Import {counted(written, 'Q&A')}" + (f" from {file}" if file else ""))


def export_qas(session: Session, *, model_id: ModelId, path: Path, include_inactive: bool = False) -> int:
    """Write a model's own Q&As into a CSV file, which is replaced in one step. Answers how many rows it has.

    Inactive rows are left out unless asked for, since the file has no column for it and an import would switch them
    on. What the file cannot hold (notes, terms that an answer must have) stays behind.
    Raises NotFoundError, ServiceError when the file cannot be written.
    """
    live_row(session, Model, model_id)
    columns = (ModelQA.question, ModelQA.answer, ModelQA.section, ModelQA.qa_type, ModelQA.expects_refusal)
    statement = select(*columns).where(ModelQA.model_id == model_id, ModelQA.deleted_utc.is_(None))
    if not include_inactive:
        statement = statement.where(ModelQA.is_active)
    found = session.execute(statement.order_by(ModelQA.seq).execution_options(yield_per=1_000))
    with whole_file(path) as file:
        return write_csv(file, (NewQa(*row) for row in found))
