"""What one version was made of that another was not."""

from __future__ import annotations

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.comparison import RowDifference, RowText
from erpai_desktop.services import qas, tree
from erpai_desktop.services.knowledge_difference import knowledge_difference
from tests.evaluated import add_evaluated
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


def by_change(rows: tuple[RowDifference, ...]) -> dict[str, list[RowDifference]]:
    found: dict[str, list[RowDifference]] = {}
    for row in rows:
        found.setdefault(row.change, []).append(row)
    return found


def edit(company: Company, qa_id: object, **more: object) -> None:
    company.database.write(qas.update_qa, qa_id=qa_id, object_version=None, **more)  # type: ignore[arg-type] # by name


@ON_BOTH_DATABASES
def test_rows_added_removed_and_changed_with_what_they_said_then(company: Company) -> None:
    database = company.database
    model_id: ModelId = company.sales
    stays = company.add_qa(model_id, "Who stays?", "This one.")
    changes = company.add_qa(model_id, "Who pays?", "The customer.")
    goes = company.add_qa(model_id, "Who goes?", "That one.")
    above = company.add_qa(company.company, "What is our rule?", "Be kind.")
    left = add_evaluated(database, model_id, [], knowledge=True)
    edit(company, changes, answer="The customer, in advance.")
    edit(company, changes, notes="seen by Legal")
    database.write(qas.delete_qas, qa_ids=[goes])
    comes = company.add_qa(model_id, "Who comes?", "A new one.")
    database.write(tree.update_model, model_id=model_id, object_version=None, system_message="Be brief.")
    right = add_evaluated(database, model_id, [], knowledge=True)
    edit(company, changes, answer="The customer, within 30 days.")
    read = database.read(knowledge_difference, left_id=left, right_id=right)
    assert (read.added, read.removed, read.changed, read.unchanged) == (1, 1, 1, 2)
    rows = by_change(read.rows)
    (changed,) = rows["changed"]
    assert (changed.row_id, changed.model_name) == (changes, "Sales")
    # Neither text is what the row says today.
    assert changed.before == RowText("General", "Who pays?", "The customer.")
    assert changed.after == RowText("General", "Who pays?", "The customer, in advance.")
    assert [(row.row_id, row.before, row.after) for row in rows["added"]] == [
        (comes, None, RowText("General", "Who comes?", "A new one."))
    ]
    (removed,) = rows["removed"]
    assert removed.row_id == goes and removed.before is not None and removed.before.answer == "That one."
    assert {stays, above}.isdisjoint({row.row_id for row in read.rows})
    assert (read.left_instructions, read.right_instructions) == ("", "Be brief.")
    back = database.read(knowledge_difference, left_id=right, right_id=left)
    assert (back.added, back.removed, back.changed) == (1, 1, 1)


def test_a_version_without_a_manifest_is_named(company: Company) -> None:
    company.add_qa(company.sales, "Who sells?", "We do.")
    left = add_evaluated(company.database, company.sales, [])
    right = add_evaluated(company.database, company.sales, [], knowledge=True)
    read = company.database.read(knowledge_difference, left_id=left, right_id=right)
    assert (read.left_missing, read.right_missing, read.added) == (True, False, 1)
