"""What a trainer can do to Q&As."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from erpai_desktop.changes import Changes
from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import QaType, Role
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.checks import Checks, counted
from erpai_desktop.services.live_rows import live_row, live_rows, to_bin
from erpai_desktop.services.stale_saves import check_version
from erpai_desktop.services.unset import UNSET, Unset, given
from erpai_desktop.storage.unit_of_work import UnitOfWork

SECTION_LIMIT = 128

_TOGETHER = frozenset({"question", "answer", "expects_refusal", "required_terms", "forbidden_terms"})
"""What is one statement: an answer typed under another question would be a wrong one."""


def add_qa(
    work: UnitOfWork,
    *,
    model_id: ModelId,
    section: str,
    question: str,
    answer: str,
    qa_type: QaType = QaType.TRAINING,
    expects_refusal: bool = False,
    required_terms: Sequence[str] = (),
    forbidden_terms: Sequence[str] = (),
    is_active: bool = True,
    notes: str = "",
) -> Changes:
    """Add one Q&A to a model.

    Raises InvalidInputError with every problem, NotFoundError for a model that is gone, NotPermittedError.
    """
    _require(work)
    live_row(work.session, Model, model_id)
    fields = _checked(
        {
            "section": section,
            "question": question,
            "answer": answer,
            "qa_type": qa_type,
            "expects_refusal": expects_refusal,
            "required_terms": required_terms,
            "forbidden_terms": forbidden_terms,
            "is_active": is_active,
            "notes": notes,
        }
    )
    qa = ModelQA(
        id=new_id(),
        model_id=model_id,
        added_by_user_id=work.actor.user_id,
        creation_time_utc=work.now,
        deactivation_time_utc=None if is_active else work.now,
        **fields,
    )
    work.session.add(qa)
    return work.finish("Add a Q&A")


def update_qa(
    work: UnitOfWork,
    *,
    qa_id: QaId,
    object_version: int | None,
    section: str | Unset = UNSET,
    question: str | Unset = UNSET,
    answer: str | Unset = UNSET,
    qa_type: QaType | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    expects_refusal: bool | Unset = UNSET,
    required_terms: Sequence[str] | Unset = UNSET,
    forbidden_terms: Sequence[str] | Unset = UNSET,
    notes: str | Unset = UNSET,
) -> Changes:
    """Save the fields that are given.

    A row that becomes a training row stops expecting a refusal. Raises InvalidInputError with every problem,
    ConflictError when somebody changed these fields since `object_version` (for the question, the answer and what
    is expected of it: any of them), NotFoundError, NotPermittedError.
    """
    _require(work)
    qa = live_row(work.session, ModelQA, qa_id)
    asked = given(
        {
            "section": section,
            "question": question,
            "answer": answer,
            "qa_type": qa_type,
            "is_active": is_active,
            "expects_refusal": expects_refusal,
            "required_terms": required_terms,
            "forbidden_terms": forbidden_terms,
            "notes": notes,
        }
    )
    mine = _checked(asked, qa)
    check_version(work, qa, object_version, {name: mine[name] for name in asked}, together=_TOGETHER)
    _set(work, qa, mine)
    return work.finish("Change a Q&A")


def set_active(work: UnitOfWork, *, qa_ids: Sequence[QaId], is_active: bool) -> Changes:
    """Switch Q&As on or off; those switched off remember when. Raises NotFoundError, NotPermittedError."""
    _require(work)
    rows = live_rows(work.session, ModelQA, qa_ids)
    for qa in rows:
        _set(work, qa, {"is_active": is_active})
    return work.finish(f"Switch {'on' if is_active else 'off'} {counted(len(rows), 'Q&A')}")


def set_section(work: UnitOfWork, *, qa_ids: Sequence[QaId], section: str) -> Changes:
    """Put Q&As into a section. Raises InvalidInputError, NotFoundError, NotPermittedError."""
    _require(work)
    checks = Checks("The Q&As cannot go there.")
    section = checks.line("section", section, limit=SECTION_LIMIT, required=True)
    checks.done()
    rows = live_rows(work.session, ModelQA, qa_ids)
    for qa in rows:
        _set(work, qa, {"section": section})
    return work.finish(f"Put {counted(len(rows), 'Q&A')} into “{section}”")


def set_type(work: UnitOfWork, *, qa_ids: Sequence[QaId], qa_type: QaType) -> Changes:
    """Make Q&As training or validation rows.

    Raises InvalidInputError when a row without an answer, which expected a refusal, should begin to teach;
    NotFoundError, NotPermittedError.
    """
    _require(work)
    rows = live_rows(work.session, ModelQA, qa_ids)
    if qa_type is QaType.TRAINING:
        checks = Checks("These rows have no answer to teach.")
        for qa in rows:
            if not qa.answer.strip():
                checks.problem("answer", f"“{qa.question[:80]}” has none")
        checks.done()
    for qa in rows:
        _set(work, qa, _checked({"qa_type": qa_type}, qa))
    kind = "training" if qa_type is QaType.TRAINING else "validation"
    return work.finish(f"Make {counted(len(rows), f'{kind} row')}")


def delete_qas(work: UnitOfWork, *, qa_ids: Sequence[QaId]) -> Changes:
    """Put Q&As into the bin. Raises NotFoundError, NotPermittedError."""
    _require(work)
    rows = live_rows(work.session, ModelQA, qa_ids)
    to_bin(work, rows)
    return work.finish(f"Delete {counted(len(rows), 'Q&A')}")


def move_qas(work: UnitOfWork, *, qa_ids: Sequence[QaId], model_id: ModelId) -> Changes:
    """Give Q&As to another model. Raises NotFoundError, NotPermittedError."""
    _require(work)
    live_row(work.session, Model, model_id)
    rows = [qa for qa in live_rows(work.session, ModelQA, qa_ids) if qa.model_id != model_id]
    for qa in rows:
        qa.model_id = model_id
    return work.finish(f"Move {counted(len(rows), 'Q&A')}")


def _require(work: UnitOfWork) -> None:
    work.require(Role.TRAINER, "change what the models know")


def _checked(fields: Mapping[str, Any], qa: ModelQA | None = None) -> dict[str, Any]:
    """The fields as they are stored, checked together with those of the row that stay as they are.

    Raises InvalidInputError with every problem.
    """
    checks = Checks("The Q&A cannot be saved like this.")
    clean = dict(fields)
    if "section" in fields:
        clean["section"] = checks.line("section", fields["section"], limit=SECTION_LIMIT, required=True)
    if "question" in fields:
        clean["question"] = checks.text("question", fields["question"], required=True)
    for name in ("answer", "notes"):
        if name in fields:
            clean[name] = checks.text(name, fields[name])
    for name in ("required_terms", "forbidden_terms"):
        if name in fields:
            clean[name] = checks.terms(name, fields[name])

    def value(name: str) -> Any:
        return clean[name] if name in clean else getattr(qa, name)

    if value("qa_type") is QaType.TRAINING and value("expects_refusal"):
        if fields.get("expects_refusal"):
            checks.problem("expects_refusal", "only a validation row can expect a refusal")
        clean["expects_refusal"] = False
    decides_answer = {"answer", "qa_type", "expects_refusal"} & clean.keys()
    if decides_answer and not value("expects_refusal") and not value("answer").strip():
        checks.problem("answer", "must not be empty unless a refusal is expected")
    both = set(value("required_terms")) & set(value("forbidden_terms"))
    if both and {"required_terms", "forbidden_terms"} & clean.keys():
        checks.problem("forbidden_terms", f"“{min(both)}” is required as well")
    checks.done()
    return clean


def _set(work: UnitOfWork, qa: ModelQA, fields: Mapping[str, Any]) -> None:
    """Write what differs; switching on or off moves `deactivation_time_utc` too."""
    for name, value in fields.items():
        if getattr(qa, name) != value:
            setattr(qa, name, value)
            if name == "is_active":
                qa.deactivation_time_utc = None if value else work.now
