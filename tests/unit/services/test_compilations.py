"""A build's life in the workspace: who may, what is written, what a dead program leaves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from erpai_desktop.errors import NoActiveVersionError, NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.entities import Blob, Compilation, CompilationAsset, JobIntention, Model
from erpai_desktop.models.enums import CompilationStatus, JobState, QaType, RowKind, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, compilations_reading, qas, tree
from erpai_desktop.services.build_owner import is_alive, this_process
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import Company


def begin(database: Database, model_id: ModelId) -> CompilationId:
    compilation_id = CompilationId(new_id())
    database.write(
        compilations.begin,
        compilation_id=compilation_id,
        model_id=model_id,
        target=Target.BUILT_IN,
        engine_version="test-1",
    )
    return compilation_id


def complete(database: Database, compilation_id: CompilationId, **more: Any) -> None:
    def store_empty_index(work: UnitOfWork) -> None:
        if work.session.get(Blob, "0" * 64) is None:
            work.session.add(Blob(sha256="0" * 64, size=0, complete_utc=work.now))

    database.write(store_empty_index)
    arguments: dict[str, Any] = {
        "input_hash": "h",
        "knowledge_revision": 5,
        "compiled_model_name": "built-in",
        "build_log": "log",
        "values": {"evaluation_summary": '{"right": 3, "total": 4}', "manifest_summary": '{"rows": 7, "own": 7}'},
        "blobs": {"index": "0" * 64},
    }
    database.write(compilations.complete, compilation_id=compilation_id, **{**arguments, **more})


def row(database: Database, compilation_id: CompilationId) -> Compilation:
    found = database.read(lambda session: session.get(Compilation, compilation_id))
    assert found is not None
    return found


def intention(database: Database, compilation_id: CompilationId) -> JobIntention:
    return database.read(
        lambda session: session.scalars(select(JobIntention).where(JobIntention.subject_id == compilation_id)).one()
    )


def test_numbers_count_per_model(company: Company) -> None:
    database = company.database
    ids = [begin(database, model) for model in (company.sales, company.sales, company.marketing)]
    assert [row(database, id_).number for id_ in ids] == [1, 2, 1]
    assert {row(database, id_).status for id_ in ids} == {CompilationStatus.RUNNING}
    assert intention(database, ids[0]).owner == this_process()


def test_success_is_stored_and_activated_together(company: Company) -> None:
    database = company.database
    first = begin(database, company.sales)
    with pytest.raises(NoActiveVersionError, match="Sales"):
        database.read(compilations_reading.active_version, model_id=company.sales)
    complete(database, first)
    assert database.read(compilations_reading.active_version, model_id=company.sales).index_sha256 == "0" * 64
    assert intention(database, first).state is JobState.DONE
    (line,) = database.read(compilations_reading.compilations_of, model_id=company.sales)
    assert (line.number, line.is_active, line.row_count, line.score, line.user) == (1, True, 7, 0.75, "Tester")
    assert company.nodes()["Sales"].active_version == 1


def test_what_is_not_all_there_is_not_there_at_all(company: Company) -> None:
    database = company.database
    first = begin(database, company.sales)
    with pytest.raises(Exception, match=r"FOREIGN KEY|refers"):
        complete(database, first, blobs={"index": "f" * 64})
    assert row(database, first).status is CompilationStatus.RUNNING
    assert database.read(lambda session: session.scalars(select(CompilationAsset)).all()) == []
    with pytest.raises(NoActiveVersionError):
        database.read(compilations_reading.active_version, model_id=company.sales)


def test_a_failure_leaves_the_active_version(company: Company) -> None:
    database = company.database
    complete(database, begin(database, company.sales))
    second = begin(database, company.sales)
    fail: dict[str, Any] = {"error_message": "It broke.", "build_log": "log", "state": JobState.FAILED}
    database.write(compilations.fail, compilation_id=second, **fail)
    assert database.read(compilations_reading.active_version, model_id=company.sales).number == 1
    failed = row(database, second)
    assert (failed.status, failed.is_successful, failed.error_message, failed.build_log) == (
        CompilationStatus.COMPLETED,
        False,
        "It broke.",
        "log",
    )
    with pytest.raises(UserError, match="given up"):
        complete(database, second)
    with pytest.raises(UserError, match="not built to its end"):
        database.write(compilations.activate, compilation_id=second)
    # One that has ended stays as it ended.
    database.write(compilations.fail, compilation_id=second, **{**fail, "error_message": "Again."})
    assert row(database, second).error_message == "It broke."


def test_an_older_version_can_be_activated_again(company: Company) -> None:
    database = company.database
    first = begin(database, company.sales)
    complete(database, first)
    complete(database, begin(database, company.sales), input_hash="other")
    assert company.nodes()["Sales"].active_version == 2
    changes = database.write(compilations.activate, compilation_id=first)
    assert company.sales in changes.owners
    assert company.nodes()["Sales"].active_version == 1


def test_the_newest_and_the_answering_version_need_no_building_again(company: Company) -> None:
    database = company.database
    ids = [begin(database, company.sales) for _ in range(3)]
    for id_, hash_ in zip(ids, ("a", "b", "c"), strict=True):
        complete(database, id_, input_hash=hash_)

    def known() -> dict[str, CompilationId]:
        inputs = database.read(compilations_reading.build_inputs, model_id=company.sales, target=Target.BUILT_IN)
        return dict(inputs.known_hashes)

    assert known() == {"c": ids[2]}
    database.write(compilations.activate, compilation_id=ids[0])
    assert known() == {"a": ids[0], "c": ids[2]}


def test_nothing_changed_moves_the_earlier_version_on(company: Company) -> None:
    database = company.database
    first = begin(database, company.sales)
    complete(database, first)
    second = begin(database, company.sales)
    database.write(compilations.discard_unchanged, compilation_id=second, same_as=first, knowledge_revision=99)
    assert row(database, first).knowledge_revision == 99
    assert database.read(lambda session: session.get(Compilation, second)) is None
    assert row(database, begin(database, company.sales)).number == 2


@pytest.mark.parametrize(
    ("act", "doing"),
    [
        (lambda database, model_id: begin(database, model_id), "compile"),
        (
            lambda database, _model: database.write(compilations.activate, compilation_id=CompilationId(new_id())),
            "activate",
        ),
    ],
)
def test_staff_may_neither_compile_nor_activate(
    as_staff: Database, company: Company, act: Callable[[Database, ModelId], object], doing: str
) -> None:
    with pytest.raises(NotPermittedError, match=doing):
        act(as_staff, company.sales)


def test_trainers_compile_but_do_not_activate(as_trainer: Database, company: Company) -> None:
    complete(as_trainer, begin(as_trainer, company.sales))
    with pytest.raises(NotPermittedError):
        as_trainer.write(compilations.activate, compilation_id=CompilationId(new_id()))


def test_a_model_in_the_bin_is_not_compiled(company: Company) -> None:
    company.database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError):
        begin(company.database, company.sales)
    with pytest.raises(NotFoundError):
        company.database.read(compilations_reading.active_version, model_id=company.sales)


def test_builds_of_a_dead_program_are_given_up_and_told_once(company: Company, other_window: Database) -> None:
    database = company.database
    complete(database, begin(database, company.sales))
    mine, dead = begin(database, company.marketing), begin(database, company.sales)
    of_nobody = begin(database, company.social)

    def orphan(work: UnitOfWork) -> None:
        where = update(JobIntention).where
        work.session.execute(where(JobIntention.subject_id == dead).values(owner=_dead_owner()))
        work.session.execute(where(JobIntention.subject_id == of_nobody).values(owner=""))

    database.write(orphan)
    told = compilations.mark_interrupted(other_window)
    assert {(build.compilation_id, build.model_name, build.number) for build in told} == {
        (dead, "Sales", 2),
        (of_nobody, "Social", 1),
    }
    assert compilations.mark_interrupted(database) == ()
    assert row(database, mine).status is CompilationStatus.RUNNING
    assert row(database, dead).is_successful is False and row(database, dead).error_message.startswith("Interrupted")
    assert intention(database, dead).state is JobState.INTERRUPTED
    assert company.nodes()["Sales"].active_version == 1


def _dead_owner() -> str:
    host, _pid, _began = this_process().split("|")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return f"{host}|{child.pid}|1"


def test_a_process_is_told_from_a_later_one_with_its_number() -> None:
    host, pid, began = this_process().split("|")
    assert is_alive(this_process())
    assert not is_alive(f"{host}|{pid}|{began}1")
    assert is_alive(f"another machine|{pid}|1")
    assert not is_alive("") and not is_alive(f"{host}|nonsense|")


def test_the_plan_counts_by_origin_and_names_what_blocks(company: Company) -> None:
    database = company.database
    database.write(tree.update_model, model_id=company.company, object_version=None, system_message="Be brief.")
    company.add_qa(company.company, "What is our rule?", "Be kind.")
    company.add_qa(company.marketing, "What is our logo?", "A tent.")
    company.add_qa(company.marketing, "Who answers?", "Marketing does.")
    company.add_qa(company.social, "Who posts?", "Social does.")
    company.add_qa(company.social, "Who answers?", "Social does.")
    company.add_qa(company.sales, "Who sells?", "Sales does.")
    company.add_qa(company.marketing, "Logo?", "A tent.", qa_type=QaType.VALIDATION)
    inactive = company.add_qa(company.marketing, "What was our old logo?", "A boot.")
    database.write(qas.set_active, qa_ids=[inactive], is_active=False)
    plan = database.read(compilations_reading.plan, model_id=company.marketing)
    assert [(origin.label, origin.count) for origin in plan.origins] == [
        ("own", 2),
        ("inherited from Company", 1),
        ("aggregated from Social", 1),
    ]
    assert (plan.total, plan.overridden, plan.validation) == (4, 1, 1)
    assert [(part.model_name, part.text) for part in plan.instructions] == [("Company", "Be brief.")]
    assert Target.BUILT_IN in plan.targets and Target.FINE_TUNE not in plan.targets
    assert plan.unchanged_since is None


def test_the_knowledge_page_says_where_a_row_comes_from(company: Company) -> None:
    database = company.database
    qa_id = company.add_qa(company.company, "What is our rule?", "Be kind.")
    company.add_qa(company.marketing, "Who answers?", "Marketing does.")
    company.add_qa(company.company, "Who answers?", "The company does.")
    lines, total = database.read(compilations_reading.knowledge_page, model_id=company.marketing)
    assert total == 2
    by_question = {line.question: line for line in lines}
    assert by_question["What is our rule?"].origin == "inherited from Company"
    assert by_question["What is our rule?"].row_id == qa_id
    assert by_question["What is our rule?"].kind is RowKind.QA
    assert "Company (nearer)" in by_question["Who answers?"].note
    lines, total = database.read(compilations_reading.knowledge_page, model_id=company.marketing, text="KIND rule")
    assert (total, lines[0].answer) == (1, "Be kind.")


def test_a_version_marked_as_deleted_does_not_answer(company: Company) -> None:
    database = company.database
    first = begin(database, company.sales)
    complete(database, first)
    database.write(
        lambda work: work.session.execute(
            update(Compilation).where(Compilation.id == first).values(status=CompilationStatus.DELETED)
        )
    )
    with pytest.raises(NoActiveVersionError):
        database.read(compilations_reading.active_version, model_id=company.sales)
    assert database.read(lambda session: session.get(Model, company.sales)) is not None
