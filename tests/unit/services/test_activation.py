"""The gate before activation, and evaluations that replace each other, on the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from erpai_desktop.errors import InvalidInputError, NotFoundError, UserError
from erpai_desktop.models.entities import CompilationAsset
from erpai_desktop.models.enums import Target
from erpai_desktop.models.evaluation_record import pack_records, summarize
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import (
    compilations,
    compilations_reading,
    evaluations,
    providers,
    rolling_back,
    tree,
    tree_reading,
)
from erpai_desktop.services.activation import rival_of
from erpai_desktop.services.evaluations_reading import evaluation_of
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from tests.evaluated import add_evaluated, add_provider, compilation, records
from tests.unit.services.conftest import Company


def active(database: Database, company: Company) -> CompilationId | None:
    return database.read(tree_reading.model_details, model_id=company.sales).conversational_compilation_id


def test_a_worse_version_is_kept_back_with_its_reason(database: Database, company: Company) -> None:
    good = add_evaluated(database, company.sales, records("...."))
    worse = add_evaluated(database, company.sales, records("xx.."))
    assert active(database, company) == good
    assert (
        "2 of the same 4 validation questions right, v1 4: 50 percentage points fewer"
        in compilation(database, worse).activation_note
    )
    details = database.read(compilations_reading.compilation_details, compilation_id=worse)
    assert details.activation_note == compilation(database, worse).activation_note
    database.write(compilations.activate, compilation_id=worse)
    better = add_evaluated(database, company.sales, records("x..."))
    assert active(database, company) == better and not compilation(database, better).activation_note


def test_the_margin_is_the_models_own(database: Database, company: Company) -> None:
    database.write(tree.update_model, model_id=company.sales, object_version=None, activation_margin=0.5)
    assert database.read(tree_reading.model_details, model_id=company.sales).activation_margin == 0.5
    add_evaluated(database, company.sales, records("...."))
    worse = add_evaluated(database, company.sales, records("xx.."))
    assert active(database, company) == worse
    with pytest.raises(InvalidInputError, match="from 0 to 1"):
        database.write(tree.update_model, model_id=company.sales, object_version=None, activation_margin=1.5)


def test_files_never_answer(database: Database, company: Company) -> None:
    files = add_evaluated(database, company.sales, [], target=Target.EXPORT)
    assert active(database, company) is None and not compilation(database, files).activation_note


def test_whom_a_new_version_has_to_stand_up_to(database: Database, company: Company) -> None:
    assert database.read(rival_of, model_id=company.sales) is None
    good = add_evaluated(database, company.sales, records(".."))
    rival = database.read(rival_of, model_id=company.sales)
    assert rival is not None and (rival.compilation_id, rival.target) == (good, Target.BUILT_IN)
    assert rival.questions_hash == summarize(records("xx")).questions_hash
    # Where a person activates anyway nothing is measured.
    database.write(tree.update_model, model_id=company.sales, object_version=None, auto_update_to_latest_build=False)
    assert database.read(rival_of, model_id=company.sales) is None


def test_a_version_that_is_evaluated_afterwards_is_no_longer_called_unmeasured(
    database: Database, company: Company
) -> None:
    add_evaluated(database, company.sales, records("...."))
    later = add_evaluated(database, company.sales, [], values={"manifest_summary": '{"rows": 1, "validation": 4}'})
    assert "not measured" in compilation(database, later).activation_note

    def evaluate(pattern: str) -> str:
        found = records(pattern)
        file = Path(str(database.location)).parent / "records"
        file.write_bytes(pack_records(found))
        database.write(
            evaluations.store_evaluation,
            compilation_id=later,
            summary=summarize(found),
            records_sha256=store_blob(database, file),
        )
        return compilation(database, later).activation_note

    assert "2 of the same 4 validation questions right, v1 4" in evaluate("xx..")
    assert evaluate("....") == ""
    assert active(database, company) != later, "only a build activates by itself"


def test_a_version_whose_provider_lies_in_the_bin_does_not_come_to_answer(database: Database, company: Company) -> None:
    provider_id = add_provider(database, name="Main")
    grounded = add_evaluated(
        database, company.sales, records("...."), target=Target.GROUNDED, provider_id=provider_id, base_model="gpt-5"
    )
    built_in = add_evaluated(database, company.sales, records("...."))
    assert database.read(rolling_back.version_before, model_id=company.sales) == grounded
    database.write(providers.delete_provider, provider_id=provider_id)
    with pytest.raises(UserError, match="“Main”, which lies in the bin"):
        database.write(compilations.activate, compilation_id=grounded)
    assert database.read(rolling_back.version_before, model_id=company.sales) is None
    assert active(database, company) == built_in


def test_an_evaluation_replaces_the_one_before(database: Database, company: Company) -> None:
    first = add_evaluated(database, company.sales, records(".."), judge="gpt-5")
    second = add_evaluated(database, company.sales, records("x."))
    stored = database.read(evaluation_of, compilation_id=second)
    sha256 = database.read(
        lambda session: session.scalar(
            select(CompilationAsset.blob_sha256).where(
                CompilationAsset.compilation_id == second, CompilationAsset.asset_key == "evaluation"
            )
        )
    )
    changes = database.write(
        evaluations.store_evaluation,
        compilation_id=first,
        summary=stored.summary,
        records_sha256=sha256,
        rubric="By eye.",
    )
    after = database.read(evaluation_of, compilation_id=first)
    assert (after.records, after.summary, after.rubric) == (stored.records, stored.summary, "By eye.")
    assert first in {row for rows in changes.rows.values() for row in rows}
    database.write(evaluations.store_evaluation, compilation_id=first, summary=stored.summary, records_sha256=None)
    assert database.read(evaluation_of, compilation_id=first).records == ()
    with pytest.raises(NotFoundError):
        database.write(
            evaluations.store_evaluation,
            compilation_id=CompilationId(new_id()),
            summary=stored.summary,
            records_sha256=None,
        )
