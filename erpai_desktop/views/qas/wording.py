"""What the Q&A pages call types, columns and fields."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import QaType


def translated(text: str) -> str:
    """A text of these pages in the interface's language."""
    return QCoreApplication.translate("Qas", text)


def type_name(qa_type: QaType, *, expects_refusal: bool = False) -> str:
    """A row's type in a word or two."""
    if qa_type is QaType.TRAINING:
        return translated("Training")
    return translated("Refuse") if expects_refusal else translated("Validation")


def active_tip(is_active: bool) -> str:
    """What the mark in the column Active means."""
    if is_active:
        return translated("Active: it goes into the next version")
    return translated("Switched off: the next version will not know it")


def field_names() -> dict[str, str]:
    """The fields of a Q&A by their names in services, errors and the history."""
    return {
        "question": translated("Question"),
        "answer": translated("Answer"),
        "section": translated("Section"),
        "qa_type": translated("Type"),
        "type": translated("Type"),
        "header": translated("Header"),
        "is_active": translated("Active"),
        "expects_refusal": translated("Right answer is a refusal"),
        "required_terms": translated("Must contain"),
        "forbidden_terms": translated("Must not contain"),
        "notes": translated("Notes"),
        "deleted_utc": translated("Deleted"),
        "model_id": translated("Model"),
    }


def shortened(text: str, longest: int = 60) -> str:
    """A text as one line of limited length, for notices and titles."""
    line = " ".join(text[: longest * 2].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
