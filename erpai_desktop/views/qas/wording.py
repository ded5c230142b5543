"""What the Q&A pages call types, columns and fields."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import QaType


def _tr(text: str) -> str:
    return QCoreApplication.translate("Qas", text)


def type_name(qa_type: QaType, *, expects_refusal: bool = False) -> str:
    """A row's type in a word or two."""
    if qa_type is QaType.TRAINING:
        return _tr("Training")
    return _tr("Refuse") if expects_refusal else _tr("Validation")


def active_tip(is_active: bool) -> str:
    """What the mark in the column Active means."""
    if is_active:
        return _tr("Active: it goes into the next version")
    return _tr("Switched off: the next version will not know it")


def field_names() -> dict[str, str]:
    """The fields of a Q&A by their names in services, errors and the history."""
    return {
        "question": _tr("Question"),
        "answer": _tr("Answer"),
        "section": _tr("Section"),
        "qa_type": _tr("Type"),
        "type": _tr("Type"),
        "header": _tr("Header"),
        "is_active": _tr("Active"),
        "expects_refusal": _tr("Right answer is a refusal"),
        "required_terms": _tr("Must contain"),
        "forbidden_terms": _tr("Must not contain"),
        "notes": _tr("Notes"),
        "deleted_utc": _tr("Deleted"),
        "model_id": _tr("Model"),
    }


def shortened(text: str, longest: int = 60) -> str:
    """A text as one line of limited length, for notices and titles."""
    line = " ".join(text[: longest * 2].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
