"""What is found wrong with a model's knowledge."""

from __future__ import annotations

from erpai_desktop.models.findings import ANSWER_LIMIT, QUESTION_LIMIT, Finding, FindingKind, Severity, findings
from erpai_desktop.models.resolution import ConversationRow, QaRow
from tests.unit.models.builders import known, qa, row_id, talk, tree

TEST = qa("sales", "Something quite different?", "x", validation=True)


def found(kind: FindingKind, *rows: QaRow | ConversationRow, where: str = "sales") -> list[Finding]:
    return [finding for finding in findings(known(where, *rows), tree()) if finding.kind is kind]


def test_sound_knowledge_has_no_findings() -> None:
    rows = (
        qa("sales", "How many days?", "20"),
        qa("master", "Who leads?", "Ana"),
        talk("sales", "U: Why now?", "A: So."),
    )
    assert findings(known("sales", *rows, TEST), tree()) == []


def test_a_contradiction_names_question_and_models_and_does_not_block() -> None:
    rows = (qa("social", "Who approves?", "Ana", name="a"), qa("letter", "Who approves", "Boris", name="b"))
    (finding,) = found(FindingKind.CONTRADICTION, *rows, where="marketing")
    assert "“Who approves” is answered in 2 different ways in letter and social." in finding.message
    assert set(finding.row_ids) == {row_id("a"), row_id("b")}
    assert finding.severity is Severity.LOOK


def test_a_contradiction_without_the_tree_names_no_model() -> None:
    (finding, *_) = findings(known("sales", qa("sales", "Q why?", "1"), qa("sales", "Q why", "2"), TEST))
    assert "in 2 different ways. It is refused" in finding.message


def test_a_test_that_stands_among_the_training_rows_is_a_leak() -> None:
    rows = (
        qa("master", "How many days?", "20", name="taught"),
        qa("sales", "how many DAYS", "20", validation=True, name="test"),
        qa("sales", "How many days off?", "20", validation=True),
    )
    (finding,) = found(FindingKind.LEAK, *rows)
    assert finding.row_ids == (row_id("test"), row_id("taught"))


def test_a_test_is_no_leak_of_a_sibling_or_an_inactive_row() -> None:
    rows = (
        qa("marketing", "How many days?", "20"),
        qa("sales", "How many days?", "20", active=False, name="inactive"),
        qa("sales", "How many days?", "20", validation=True),
    )
    assert found(FindingKind.LEAK, *rows) == []


def test_a_refusal_of_what_is_taught_can_never_pass() -> None:
    rows = (qa("sales", "How many days?", "20"), qa("sales", "How many days?", "", validation=True, refuse=True))
    assert len(found(FindingKind.IMPOSSIBLE_TEST, *rows)) == 1
    assert found(FindingKind.LEAK, *rows) == []


def test_a_refusal_of_a_conflicted_question_passes() -> None:
    rows = (
        qa("sales", "How many days?", "20"),
        qa("sales", "How many days", "25"),
        qa("sales", "How many days?", "", validation=True, refuse=True),
    )
    assert found(FindingKind.IMPOSSIBLE_TEST, *rows) == []


def test_a_term_required_and_forbidden_can_never_pass() -> None:
    test = qa("sales", "How many days?", "", validation=True, require=("Twenty",), forbid=("twenty",))
    assert len(found(FindingKind.IMPOSSIBLE_TEST, test)) == 1


def test_duplicates_are_counted_once_a_question() -> None:
    rows = [qa("sales", "How many days?", "20", name=name) for name in "abc"]
    (finding,) = found(FindingKind.DUPLICATE, *rows)
    assert "stands 3 times" in finding.message
    assert set(finding.row_ids) == {row_id(name) for name in "abc"}


def test_an_override_is_no_duplicate() -> None:
    assert found(FindingKind.DUPLICATE, qa("sales", "How many days?", "25"), qa("master", "How many days?", "20")) == []


def test_empty_and_near_empty_rows() -> None:
    rows = (
        qa("sales", "", "x", name="no question"),
        qa("sales", "Question?", " ", name="no answer"),
        qa("sales", "Eh", "x", name="short"),
        talk("sales", "U: Anyone?", name="no turn"),
    )
    messages = {finding.row_ids: finding.message for finding in found(FindingKind.NEAR_EMPTY, *rows)}
    assert set(messages) == {(row_id(name),) for name in ("no question", "no answer", "short", "no turn")}
    assert all(message.startswith("1 row") for message in messages.values())


def test_rows_that_are_too_long() -> None:
    rows = (
        qa("sales", "Why " * QUESTION_LIMIT, "x", name="question"),
        qa("sales", "Why so long?", "x" * (ANSWER_LIMIT + 1), name="answer"),
        qa("sales", "Why not?", "x" * ANSWER_LIMIT),
    )
    assert [finding.row_ids for finding in found(FindingKind.TOO_LONG, *rows)] == [
        (row_id("question"),),
        (row_id("answer"),),
    ]


def test_personal_data_is_one_finding_a_kind() -> None:
    rows = (
        qa("sales", "Ivan's number?", "+359 888 123 456", name="a"),
        qa("sales", "Maria's number?", "+359 888 654 321", name="b"),
        qa("sales", "Who has 7523169263?", "Ivan", name="c"),
    )
    phone, egn = sorted(found(FindingKind.PERSONAL_DATA, *rows), key=lambda finding: -len(finding.row_ids))
    assert "2 rows with what looks like a telephone number" in phone.message
    assert set(phone.row_ids) == {row_id("a"), row_id("b")}
    assert egn.row_ids == (row_id("c"),)
    assert phone.severity is egn.severity is Severity.LOOK


def test_a_card_number_blocks_and_stands_first() -> None:
    rows = (qa("sales", "Q why?", "1"), qa("sales", "Q why", "2"), qa("sales", "Which card?", "4111 1111 1111 1111"))
    first, *others = findings(known("sales", *rows), tree())
    assert (first.kind, first.severity) == (FindingKind.PERSONAL_DATA, Severity.BLOCKS)
    assert all(finding.severity is Severity.LOOK for finding in others)


def test_corrections_are_shown() -> None:
    rows = (
        talk("sales", "U: How often?", "A: Daily.", "U: No, weekly.", "A: Weekly.", name="good"),
        talk("sales", "U: How much?", "A: 5.", "U: No, 6.", name="bad"),
    )
    (corrected,) = found(FindingKind.CORRECTED, *rows)
    (unanswered,) = found(FindingKind.UNANSWERED_CORRECTION, *rows)
    assert corrected.row_ids == (row_id("good"),)
    assert unanswered.row_ids == (row_id("bad"),)


def test_no_validation_rows() -> None:
    row = qa("sales", "How many days?", "20")
    assert len(found(FindingKind.NO_VALIDATION, row)) == 1
    assert found(FindingKind.NO_VALIDATION, row, TEST) == []


def test_no_knowledge() -> None:
    assert len(found(FindingKind.NO_KNOWLEDGE, TEST)) == 1
    assert found(FindingKind.NO_KNOWLEDGE, TEST, qa("sales", "How many days?", "20")) == []


def test_a_long_question_is_cut_in_a_message() -> None:
    rows = (qa("sales", "Why\n" * 100, "1"), qa("sales", "why " * 100, "2"))
    (finding,) = found(FindingKind.CONTRADICTION, *rows)
    assert "\n" not in finding.message
    assert "…”" in finding.message
    assert len(finding.message) < 220
