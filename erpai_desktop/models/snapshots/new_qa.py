"""A Q&A that is about to be written in bulk, as an import hands it from its parser to storage."""

from __future__ import annotations

from typing import NamedTuple

from erpai_desktop.models.enums import QaType


class NewQa(NamedTuple):
    """What is particular to one new row; lengths and emptiness have been checked."""

    question: str
    answer: str
    section: str
    qa_type: QaType
    expects_refusal: bool
