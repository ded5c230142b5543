"""What is wrong with a model's knowledge, found before it is compiled and said in the user's words."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.personal_data import PersonalData, personal_data
from erpai_desktop.models.questions import answer_key, question_key
from erpai_desktop.models.resolved import (
    Conflict,
    Resolution,
    ResolvedRow,
    Shadowed,
    ShadowReason,
    Skipped,
    SkipReason,
    ValidationRow,
)

QUESTION_LIMIT = 1_000
"""Characters; beyond it the embedders read only the beginning (256 word pieces are some 1,000 characters)."""
ANSWER_LIMIT = 20_000
"""Characters; an answer is shown word for word, and a longer one is a document."""
SHORTEST_QUESTION = 4
"""Characters of the question key."""


class FindingKind(enum.StrEnum):
    """What was found."""

    CONTRADICTION = "contradiction"
    LEAK = "leak"
    DUPLICATE = "duplicate"
    NEAR_EMPTY = "near-empty"
    TOO_LONG = "too long"
    PERSONAL_DATA = "personal data"
    UNANSWERED_CORRECTION = "unanswered correction"
    CORRECTED = "corrected"
    NO_VALIDATION = "no validation rows"
    NO_KNOWLEDGE = "no knowledge"
    IMPOSSIBLE_TEST = "impossible test"


class Severity(enum.StrEnum):
    """Whether a person has to mend it before anything leaves this machine, or should have a look."""

    BLOCKS = "blocks"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `row_ids` are Q&As or training conversations, in the order in which they resolve."""

    kind: FindingKind
    severity: Severity
    message: str
    row_ids: tuple[UUID, ...] = ()


SHORT_QUESTION, LONG_QUESTION, LONG_ANSWER = 1 << 5, 1 << 6, 1 << 7
PERSONAL_FLAGS = {kind: 1 << number for number, kind in enumerate(PersonalData)}
"""What a row's own texts can show, a bit each of one byte."""


def row_flags(question: str, answer: str) -> int:
    """What a row's own texts show."""
    flags = 0
    if len(question) < SHORTEST_QUESTION:
        flags = SHORT_QUESTION
    elif len(question) > QUESTION_LIMIT:
        flags = LONG_QUESTION
    if len(answer) > ANSWER_LIMIT:
        flags |= LONG_ANSWER
    for kind in personal_data(f"{question}\n{answer}"):
        flags |= PERSONAL_FLAGS[kind]
    return flags


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to be found in a model's knowledge: little of a row on which nothing is to be remarked.

    `rows` is how many there are. `flagged` has the ids of rows by flag, `special` the rows that shadow others, both
    in order. `taught` answers the row of a question key, and whether it is in conflict.
    """

    rows: int
    flagged: Mapping[int, Sequence[UUID]]
    special: Sequence[ResolvedRow]
    conflicts: Sequence[Conflict]
    validation: Sequence[ValidationRow]
    skipped: Sequence[Skipped]
    taught: Callable[[str], tuple[UUID, bool] | None]


def facts_of(resolution: Resolution) -> Facts:
    """The facts of a resolution. Linear in its size."""
    flagged: dict[int, list[UUID]] = defaultdict(list)
    for row in resolution.rows:
        flags = row_flags(row.question, row.answer)
        while flags:
            flagged[flags & -flags].append(row.row_id)
            flags &= flags - 1

    def taught(key: str) -> tuple[UUID, bool] | None:
        row = resolution.by_key.get(key)
        return None if row is None else (row.row_id, row.conflicted)

    return Facts(
        rows=len(resolution.rows),
        flagged=flagged,
        special=[row for row in resolution.rows if row.shadows],
        conflicts=resolution.conflicts,
        validation=resolution.validation,
        skipped=resolution.skipped,
        taught=taught,
    )


def findings(known: Resolution | Facts, hierarchy: Hierarchy | None = None) -> list[Finding]:
    """Everything found, what blocks first, then by kind. Linear in the size of the knowledge.

    Only payment card numbers block: no knowledge needs them, and an index or an upload would spread them. A
    contradiction does not block, for its question is refused until a person decides. `hierarchy` lends the
    messages the models' names. Each contradiction, leak and duplicate is one finding; other kinds are one for all
    their rows.
    """
    facts = known if isinstance(known, Facts) else facts_of(known)
    found = [
        *_contradictions(facts, hierarchy),
        *_leaks(facts),
        *_impossible_tests(facts),
        *_duplicates(facts),
        *_shape(facts),
        *_personal_data(facts),
        *_corrections(facts),
    ]
    if not facts.rows:
        found.append(_look(FindingKind.NO_KNOWLEDGE, "There is nothing to compile: the model would refuse everything."))
    if not facts.validation:
        found.append(
            _look(FindingKind.NO_VALIDATION, "There are no validation questions, so nothing proves that it works.")
        )
    return sorted(found, key=lambda finding: finding.severity is not Severity.BLOCKS)


def _contradictions(facts: Facts, hierarchy: Hierarchy | None) -> list[Finding]:
    return [
        _look(
            FindingKind.CONTRADICTION,
            f"“{_short(conflict.question)}” is answered in {len(conflict.rows)} different ways"
            f"{_where(list(dict.fromkeys(row.model_id for row in conflict.rows)), hierarchy)}. "
            "It is refused until one answer is chosen.",
            *(row.row_id for row in conflict.rows),
        )
        for conflict in facts.conflicts
    ]


def _leaks(facts: Facts) -> list[Finding]:
    """Validation questions that stand among the training rows: they would be answered by heart."""
    found = []
    for test in facts.validation:
        row = facts.taught(question_key(test.question))
        if row is not None and not test.expects_refusal:
            message = (
                f"“{_short(test.question)}” tests the model with a question that it is taught word for word. "
                "Phrase the test differently."
            )
            found.append(_look(FindingKind.LEAK, message, test.row_id, row[0]))
    return found


def _impossible_tests(facts: Facts) -> list[Finding]:
    """Validation rows that no version can pass."""
    found = []
    for test in facts.validation:
        row = facts.taught(question_key(test.question))
        question = _short(test.question)
        if row is not None and test.expects_refusal and not row[1]:
            message = f"“{question}” should be refused, but it is taught with an answer."
            found.append(_look(FindingKind.IMPOSSIBLE_TEST, message, test.row_id, row[0]))
        elif {term.casefold() for term in test.required_terms} & {term.casefold() for term in test.forbidden_terms}:
            message = f"“{question}” requires and forbids the same term."
            found.append(_look(FindingKind.IMPOSSIBLE_TEST, message, test.row_id))
    return found


def _duplicates(facts: Facts) -> list[Finding]:
    found = []
    for row in facts.special:
        again = [shadow for shadow in row.shadows if _is_duplicate_of(shadow, row.answer)]
        if again:
            message = f"“{_short(row.question)}” stands {len(again) + 1} times with the same answer; one is enough."
            found.append(_look(FindingKind.DUPLICATE, message, row.row_id, *(shadow.row_id for shadow in again)))
    return found


def _is_duplicate_of(shadow: Shadowed, answer: str) -> bool:
    return shadow.reason is ShadowReason.DUPLICATE and answer_key(shadow.answer) == answer_key(answer)


def _shape(facts: Facts) -> list[Finding]:
    """Rows too short to teach anything, or too long to be found or read."""
    reasons: dict[SkipReason, list[UUID]] = defaultdict(list)
    for skip in facts.skipped:
        reasons[skip.reason].append(skip.row_id)
    short, long_questions, long_answers = (
        list(facts.flagged.get(flag, ())) for flag in (SHORT_QUESTION, LONG_QUESTION, LONG_ANSWER)
    )
    empty = FindingKind.NEAR_EMPTY
    long = FindingKind.TOO_LONG
    return [
        _look(kind, f"{_rows(ids)} {what}.", *ids)
        for kind, ids, what in (
            (empty, reasons[SkipReason.EMPTY_QUESTION], "left out: the question is empty or only punctuation"),
            (empty, reasons[SkipReason.EMPTY_ANSWER], "left out: the answer is empty"),
            (empty, reasons[SkipReason.NO_TURN], "left out: no question in the conversation is answered"),
            (empty, short, f"with a question shorter than {SHORTEST_QUESTION} characters"),
            (long, long_questions, f"with a question longer than {QUESTION_LIMIT:,} characters; its end is not read"),
            (long, long_answers, f"with an answer longer than {ANSWER_LIMIT:,} characters"),
        )
        if ids
    ]


def _personal_data(facts: Facts) -> list[Finding]:
    found = []
    for kind in PersonalData:
        if ids := list(facts.flagged.get(PERSONAL_FLAGS[kind], ())):
            blocks = kind is PersonalData.CARD
            found.append(
                Finding(
                    kind=FindingKind.PERSONAL_DATA,
                    severity=Severity.BLOCKS if blocks else Severity.LOOK,
                    message=f"{_rows(ids)} with what looks like a {kind.value}."
                    f"{' Remove it.' if blocks else ' Should everyone who asks see it?'}",
                    row_ids=tuple(ids),
                )
            )
    return found


def _corrections(facts: Facts) -> list[Finding]:
    unanswered = [s.row_id for s in facts.skipped if s.reason is SkipReason.CORRECTION_UNANSWERED]
    corrected = [
        row.row_id
        for row in facts.special
        if any(s.reason is ShadowReason.CORRECTED and s.row_id == row.row_id for s in row.shadows)
    ]
    found = []
    if unanswered:
        message = f"{_rows(unanswered)} left out: the answer is corrected, but no right answer follows."
        found.append(_look(FindingKind.UNANSWERED_CORRECTION, message, *unanswered))
    if corrected:
        message = f"{_rows(corrected)} where the answer after a correction is taught, not the one before it."
        found.append(_look(FindingKind.CORRECTED, message, *corrected))
    return found


def _look(kind: FindingKind, message: str, *row_ids: UUID) -> Finding:
    return Finding(kind=kind, severity=Severity.LOOK, message=message, row_ids=tuple(dict.fromkeys(row_ids)))


def _where(model_ids: list[ModelId], hierarchy: Hierarchy | None) -> str:
    if hierarchy is None:
        return ""
    names = [hierarchy.nodes[model_id].name for model_id in model_ids if model_id in hierarchy]
    return f" in {' and '.join(names)}" if names else ""


def _rows(ids: list[UUID]) -> str:
    return "1 row" if len(ids) == 1 else f"{len(ids):,} rows"


def _short(text: str, limit: int = 80) -> str:
    """A question as it fits in a message: one line, at most `limit` characters."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
