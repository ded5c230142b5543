"""Golden answers: a version's replies, recorded as the measure for its successor."""

from __future__ import annotations

from collections.abc import Sequence

from erpai_desktop.changes import Changes
from erpai_desktop.errors import InvalidInputError, NotFoundError
from erpai_desktop.models.entities import Compilation, GoldenAnswer, GoldenSet, Model
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import CompilationId, GoldenSetId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.golden import GoldenReply
from erpai_desktop.services.checks import Checks, counted, storable
from erpai_desktop.services.live_rows import live_row, to_bin
from erpai_desktop.storage.unit_of_work import UnitOfWork

NAME_LIMIT = 256


def check_may_record(work: UnitOfWork, *, name: str) -> Changes:
    """Before anything is asked, which may cost. Raises InvalidInputError for such a name, NotPermittedError."""
    work.require(Role.TRAINER, "record golden answers")
    _checked_name(name)
    return work.finish()


def check_may_compare(work: UnitOfWork) -> Changes:
    """Before a successor is asked, which may cost. Raises NotPermittedError."""
    work.require(Role.TRAINER, "hold a version against golden answers")
    return work.finish()


def add_golden_set(
    work: UnitOfWork, *, compilation_id: CompilationId, name: str, replies: Sequence[GoldenReply]
) -> Changes:
    """Keep what a version has answered: all of it or nothing.

    Raises InvalidInputError, NotFoundError for a version or model that is gone, NotPermittedError.
    """
    work.require(Role.TRAINER, "record golden answers")
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.", safe="Nothing was recorded.")
    live_row(work.session, Model, compilation.model_id)
    if not replies:
        raise InvalidInputError("There is nothing to record: no question was asked.")
    name = _checked_name(name)
    made = GoldenSet(
        id=new_id(),
        model_id=compilation.model_id,
        compilation_id=compilation_id,
        name=name,
        base_model=compilation.base_model,
        user_id=work.actor.user_id,
    )
    work.session.add(made)
    work.session.flush()
    for number, reply in enumerate(replies):
        asked = reply.question
        work.session.add(
            GoldenAnswer(
                golden_set_id=made.id,
                answer_no=number,
                qa_id=asked.qa_id,
                question=storable(asked.question),
                expected=storable(asked.expected),
                expects_refusal=asked.expects_refusal,
                answer=storable(reply.answer),
                refused=reply.refused,
                confidence=reply.confidence,
                sources=list(reply.sources),
                right=reply.right,
            )
        )
    return work.finish(f"Record {counted(len(replies), 'golden answer')}")


def delete_golden_set(work: UnitOfWork, *, golden_set_id: GoldenSetId) -> Changes:
    """Move a set to the bin, with its answers. Raises NotFoundError, NotPermittedError."""
    work.require(Role.TRAINER, "delete golden answers")
    found = live_row(work.session, GoldenSet, golden_set_id)
    to_bin(work, [found])
    return work.finish(f"Delete golden answers “{found.name[:80]}”")


def _checked_name(name: str) -> str:
    checks = Checks("The golden answers were not recorded.")
    name = checks.line("name", name, limit=NAME_LIMIT, required=True)
    checks.done()
    return name
