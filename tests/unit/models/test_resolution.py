"""Knowledge resolution: each rule of the domain by an example."""

from __future__ import annotations

import pytest

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import ReviewState, RowKind
from erpai_desktop.models.resolution import OriginKind, ShadowReason, SkipReason, resolve
from tests.unit.models.builders import all_answers, answers, known, model, qa, row_id, talk, tree

# --- who hears whom -------------------------------------------------------------------------------------------------


def test_a_model_knows_its_own_rows() -> None:
    (row,) = known("sales", qa("sales", "Q?", "own", section="Terms", name="one")).rows
    assert (row.row_id, row.kind, row.question, row.answer) == (row_id("one"), RowKind.QA, "Q?", "own")
    assert (row.section, row.model_id, row.origin, row.distance) == ("Terms", model("sales"), OriginKind.OWN, 0)
    assert not row.conflicted
    assert row.shadows == ()


def test_inheritance_runs_down_to_every_depth() -> None:
    (row,) = known("pricing", qa("master", "Q?", "company-wide")).rows
    assert (row.origin, row.distance, row.model_id) == (OriginKind.INHERITED, 2, model("master"))


def test_aggregation_runs_up_from_every_depth() -> None:
    (row,) = known("master", qa("pricing", "Q?", "detail")).rows
    assert (row.origin, row.distance, row.model_id) == (OriginKind.AGGREGATED, 2, model("pricing"))


@pytest.mark.parametrize("who", ["sales", "pricing", "letter"])
def test_siblings_cousins_and_uncles_never_leak(who: str) -> None:
    assert known(who, qa("social", "Q?", "secret"), talk("social", "U: R?", "A: secret")).rows == ()


def test_what_a_parent_aggregates_is_not_inherited() -> None:
    rows = (qa("social", "Q?", "from social"), qa("marketing", "R?", "from marketing"))
    assert set(all_answers(known("marketing", *rows))) == {"from social", "from marketing"}
    assert all_answers(known("letter", *rows)) == ["from marketing"]


def test_conversations_travel_like_qas() -> None:
    up, down = talk("pricing", "U: Up?", "A: up"), talk("master", "U: Down?", "A: down")
    rows = known("sales", up, down).rows
    assert [(row.answer, row.kind, row.origin) for row in rows] == [
        ("down", RowKind.CONVERSATION, OriginKind.INHERITED),
        ("up", RowKind.CONVERSATION, OriginKind.AGGREGATED),
    ]


def test_rows_of_models_outside_the_tree_are_ignored() -> None:
    assert known("sales", qa("elsewhere", "Q?", "x"), talk("elsewhere", "U: R?", "A: x")).rows == ()


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        resolve(tree(), model("elsewhere"), [], [])


# --- the nearest one wins -------------------------------------------------------------------------------------------


def test_the_same_question_is_the_same_however_it_is_typed() -> None:
    rows = (qa("master", "How many   DAYS", "20"), qa("sales", "how many days?!", "25"))
    assert all_answers(known("sales", *rows)) == ["25"]


def test_own_beats_inherited_and_says_so() -> None:
    (row,) = known("sales", qa("sales", "Q?", "own"), qa("master", "Q?", "inherited", name="lost")).rows
    assert row.answer == "own"
    (shadow,) = row.shadows
    assert (shadow.row_id, shadow.kind, shadow.model_id) == (row_id("lost"), RowKind.QA, model("master"))
    assert (shadow.reason, shadow.answer) == (ShadowReason.NEARER, "inherited")


def test_own_beats_aggregated() -> None:
    assert all_answers(known("sales", qa("pricing", "Q?", "below"), qa("sales", "Q?", "own"))) == ["own"]


def test_the_nearer_ancestor_beats_the_farther() -> None:
    assert all_answers(known("pricing", qa("master", "Q?", "far"), qa("sales", "Q?", "near"))) == ["near"]


def test_inherited_beats_aggregated_whatever_the_distance() -> None:
    parents: dict[str, str | None] = {"top": None, "middle": "top", "me": "middle", "below": "me"}
    resolution = known("me", qa("top", "Q?", "far above"), qa("below", "Q?", "just below"), parents=parents)
    assert all_answers(resolution) == ["far above"]
    assert not resolution.conflicts


def test_along_one_branch_the_nearer_descendant_wins() -> None:
    resolution = known("master", qa("pricing", "Q?", "deep"), qa("sales", "Q?", "near"))
    assert all_answers(resolution) == ["near"]
    assert [shadow.answer for shadow in resolution.shadowed] == ["deep"]


def test_a_newer_row_farther_away_does_not_win() -> None:
    rows = (qa("sales", "Q?", "own", at=1), talk("master", "U: Q?", "A: newer", at=9))
    assert all_answers(known("sales", *rows)) == ["own"]


def test_a_row_says_everything_that_it_shadows() -> None:
    (row,) = known(
        "sales",
        qa("sales", "Q?", "own", at=1),
        qa("master", "Q?", "above"),
        qa("pricing", "Q?", "below"),
        talk("pricing", "U: Q?", "A: below too", at=-1),
    ).rows
    assert {shadow.answer: shadow.reason for shadow in row.shadows} == {
        "above": ShadowReason.NEARER,
        "below": ShadowReason.NEARER,
        "below too": ShadowReason.NEWER,
    }


# --- within one model -----------------------------------------------------------------------------------------------


def test_a_newer_conversation_beats_a_qa() -> None:
    (row,) = known("sales", qa("sales", "Q?", "old", at=1), talk("sales", "U: q", "A: new", at=2, name="talk")).rows
    assert (row.answer, row.kind, row.row_id, row.section) == ("new", RowKind.CONVERSATION, row_id("talk"), "")
    assert [(shadow.answer, shadow.reason) for shadow in row.shadows] == [("old", ShadowReason.NEWER)]


@pytest.mark.parametrize("at", [1, 2])
def test_a_conversation_that_is_not_newer_does_not(at: float) -> None:
    (row,) = known("sales", qa("sales", "Q?", "qa", at=2), talk("sales", "U: Q?", "A: talk", at=at)).rows
    assert row.answer == "qa"
    assert [(shadow.kind, shadow.reason) for shadow in row.shadows] == [(RowKind.CONVERSATION, ShadowReason.NEWER)]


@pytest.mark.parametrize("state", [ReviewState.PENDING, ReviewState.REJECTED])
def test_only_approved_conversations_teach(state: ReviewState) -> None:
    resolution = known("sales", qa("sales", "Q?", "qa"), talk("sales", "U: Q?", "A: talk", at=9, state=state))
    assert all_answers(resolution) == ["qa"]
    assert resolution.shadowed == ()
    assert resolution.counts.not_approved == 1


def test_two_qas_that_differ_are_a_conflict() -> None:
    resolution = known("sales", qa("sales", "Q?", "one"), qa("sales", "q", "two", at=5))
    (conflict,) = resolution.conflicts
    assert conflict.question_key == "q"
    assert conflict.within_one_model
    assert [(row.answer, row.conflicted) for row in conflict.rows] == [("two", True), ("one", True)]
    assert conflict.rows == resolution.rows


def test_two_qas_with_the_same_answer_are_a_duplicate_and_the_latest_is_kept() -> None:
    resolution = known("sales", qa("sales", "Q?", "one", name="old"), qa("sales", "Q", " one\n", at=1, name="new"))
    (row,) = resolution.rows
    assert (row.row_id, row.conflicted) == (row_id("new"), False)
    assert [(shadow.row_id, shadow.reason) for shadow in row.shadows] == [(row_id("old"), ShadowReason.DUPLICATE)]
    assert resolution.conflicts == ()


def test_a_conflict_lists_each_answer_once() -> None:
    resolution = known(
        "sales", qa("sales", "Q?", "one", at=1), qa("sales", "Q", "two"), qa("sales", "Q!", "one", name="again")
    )
    assert answers(resolution) == ["one", "two"]
    assert [(s.row_id, s.reason) for s in resolution.rows[0].shadows] == [(row_id("again"), ShadowReason.DUPLICATE)]


def test_a_conversation_newer_than_both_settles_a_conflict() -> None:
    rows = (qa("sales", "Q?", "one", at=1), qa("sales", "Q", "two", at=2), talk("sales", "U: Q?", "A: three", at=3))
    resolution = known("sales", *rows)
    assert answers(resolution) == ["three"]
    assert resolution.conflicts == ()


def test_a_qa_edited_after_the_conversation_stands_alone() -> None:
    rows = (qa("sales", "Q?", "one", at=1), talk("sales", "U: Q?", "A: two", at=2), qa("sales", "Q", "three", at=3))
    resolution = known("sales", *rows)
    assert answers(resolution) == ["three"]
    assert {shadow.answer for shadow in resolution.shadowed} == {"one", "two"}


def test_two_qas_edited_after_the_conversation_are_in_conflict() -> None:
    rows = (qa("sales", "Q?", "one", at=3), talk("sales", "U: Q?", "A: two", at=2), qa("sales", "Q", "three", at=3))
    assert sorted(answers(known("sales", *rows))) == ["one", "three"]


def test_the_newer_of_two_conversations_wins() -> None:
    rows = (talk("sales", "U: Q?", "A: old", at=1), talk("sales", "U: Q?", "A: new", at=2))
    assert answers(known("sales", *rows)) == ["new"]


def test_equally_new_conversations_are_settled_by_id_whatever_their_order() -> None:
    rows = [talk("sales", "U: Q?", f"A: {number}", at=1) for number in range(5)]
    winner = max(rows, key=lambda row: row.id).messages[1].contents
    assert answers(known("sales", *rows)) == answers(known("sales", *reversed(rows))) == [winner]


def test_the_later_turn_of_one_conversation_wins() -> None:
    (row,) = known("sales", talk("sales", "U: Q?", "A: wrong", "U: And now", "A: x", "U: q", "A: right")).rows[1:]
    assert (row.answer, row.turn) == ("right", 2)


def test_a_conversation_gives_a_row_for_each_turn() -> None:
    rows = known("sales", talk("sales", "S: Hi", "U: One?", "A: 1", "U: Two?", "A: 2", name="talk")).rows
    assert [(row.row_id, row.turn, row.question, row.answer) for row in rows] == [
        (row_id("talk"), 0, "One?", "1"),
        (row_id("talk"), 1, "Two?", "2"),
    ]


def test_a_corrected_stretch_teaches_the_right_answer_and_shows_the_wrong_one() -> None:
    resolution = known(
        "sales",
        qa("sales", "How often?", "Hourly.", at=0),
        talk("sales", "U: How often?", "A: Daily.", "U: No, twice a week.", "A: Twice a week.", at=1),
    )
    (row,) = resolution.rows
    assert (row.question, row.answer) == ("How often?", "Twice a week.")
    assert {shadow.answer: shadow.reason for shadow in row.shadows} == {
        "Daily.": ShadowReason.CORRECTED,
        "Hourly.": ShadowReason.NEWER,
    }


# --- branches below -------------------------------------------------------------------------------------------------


def test_different_branches_below_that_differ_are_a_conflict() -> None:
    rows = (qa("social", "Who approves?", "Anna"), qa("letter", "Who approves", "Boris"))
    for who in ("marketing", "master"):
        resolution = known(who, *rows)
        (conflict,) = resolution.conflicts
        assert not conflict.within_one_model
        assert sorted(row.answer for row in conflict.rows) == ["Anna", "Boris"]
        assert all(row.conflicted for row in resolution.rows)
    assert answers(known("social", *rows), "Who approves?") == ["Anna"]


def test_branches_conflict_whatever_their_depth() -> None:
    resolution = known("master", qa("marketing", "Q?", "near"), qa("pricing", "Q?", "deep"))
    assert answers(resolution) == ["near", "deep"]
    assert [row.distance for row in resolution.rows] == [1, 2]


def test_branches_with_the_same_answer_agree() -> None:
    resolution = known("master", qa("marketing", "Q?", "same"), qa("pricing", "Q?", "same"))
    (row,) = resolution.rows
    assert (row.model_id, row.conflicted) == (model("marketing"), False)
    assert [(shadow.model_id, shadow.reason) for shadow in row.shadows] == [(model("pricing"), ShadowReason.DUPLICATE)]


def test_a_row_between_settles_the_branches_below_it() -> None:
    rows = (qa("social", "Q?", "one"), qa("letter", "Q?", "two"), qa("marketing", "Q?", "decided"))
    resolution = known("master", *rows)
    assert answers(resolution) == ["decided"]
    assert not resolution.conflicts


def test_a_row_between_does_not_settle_other_branches() -> None:
    rows = (qa("social", "Q?", "one"), qa("marketing", "Q?", "two"), qa("sales", "Q?", "three"))
    resolution = known("master", *rows)
    assert answers(resolution) == ["two", "three"]
    assert [shadow.answer for shadow in resolution.shadowed] == ["one"]


def test_an_own_row_settles_all_branches() -> None:
    rows = (qa("social", "Q?", "one"), qa("letter", "Q?", "two"), qa("master", "Q?", "decided"))
    assert answers(known("master", *rows)) == ["decided"]
    assert answers(known("marketing", *rows)) == ["decided"], "an ancestor's row settles its descendants' too"


def test_a_newer_conversation_in_another_branch_settles_nothing() -> None:
    rows = (qa("social", "Q?", "one", at=1), talk("letter", "U: Q?", "A: two", at=9))
    assert len(known("marketing", *rows).conflicts) == 1


def test_a_conflict_within_a_branch_stays_one_above() -> None:
    rows = (qa("social", "Q?", "one"), qa("social", "Q", "two"), qa("letter", "Q?", "one"))
    resolution = known("marketing", *rows)
    assert sorted(answers(resolution)) == ["one", "two"]
    assert all(row.conflicted for row in resolution.rows)


def test_a_conflict_above_is_inherited_and_an_own_row_settles_it() -> None:
    rows = (qa("master", "Q?", "one"), qa("master", "Q", "two"))
    assert all(row.conflicted for row in known("sales", *rows).rows)
    assert answers(known("sales", *rows, qa("sales", "Q?", "decided"))) == ["decided"]


def test_an_own_conflict_is_not_settled_from_above() -> None:
    rows = (qa("sales", "Q?", "one"), qa("sales", "Q", "two"), qa("master", "Q?", "above"))
    assert sorted(answers(known("sales", *rows))) == ["one", "two"]


# --- rows that do not count -----------------------------------------------------------------------------------------


def test_an_inactive_row_never_appears() -> None:
    rows = (
        qa("sales", "Q?", "old", active=False),
        qa("master", "Q?", "valid"),
        qa("sales", "T?", "x", validation=True, active=False),
    )
    resolution = known("sales", *rows)
    assert all_answers(resolution) == ["valid"]
    assert (resolution.shadowed, resolution.validation, resolution.skipped) == ((), (), ())


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("", "x", SkipReason.EMPTY_QUESTION),
        (" ?! ", "x", SkipReason.EMPTY_QUESTION),
        ("Q?", "", SkipReason.EMPTY_ANSWER),
        ("Q?", " \n ", SkipReason.EMPTY_ANSWER),
    ],
)
def test_empty_rows_are_skipped_and_reported(question: str, answer: str, reason: SkipReason) -> None:
    resolution = known("sales", qa("sales", question, answer, name="bad"), qa("master", "Q?", "above"))
    assert all_answers(resolution) == ["above"]
    assert [(skip.row_id, skip.reason) for skip in resolution.skipped] == [(row_id("bad"), reason)]


def test_conversations_that_teach_nothing_are_reported() -> None:
    resolution = known(
        "sales",
        talk("sales", "U: One?", name="a"),
        talk("sales", "U: ?", "A: 1", name="b"),
        talk("sales", "U: One?", "A: 2", "U: No, 1.", name="c"),
    )
    assert resolution.rows == ()
    assert {skip.row_id: skip.reason for skip in resolution.skipped} == {
        row_id("a"): SkipReason.NO_TURN,
        row_id("b"): SkipReason.EMPTY_QUESTION,
        row_id("c"): SkipReason.CORRECTION_UNANSWERED,
    }


# --- validation rows ------------------------------------------------------------------------------------------------


def test_validation_rows_do_not_teach() -> None:
    resolution = known("sales", qa("sales", "Q?", "desired", validation=True, require=("a",), forbid=("b",)))
    assert resolution.rows == ()
    (test,) = resolution.validation
    assert (test.answer, test.required_terms, test.forbidden_terms) == ("desired", ("a",), ("b",))
    assert (test.origin, test.distance, test.expects_refusal) == (OriginKind.OWN, 0, False)


def test_validation_rows_travel_up_and_down_but_not_sideways() -> None:
    rows = [qa(where, f"From {where}?", "x", validation=True) for where in ("master", "sales", "pricing", "social")]
    assert [(test.question, test.origin, test.distance) for test in known("sales", *rows).validation] == [
        ("From sales?", OriginKind.OWN, 0),
        ("From master?", OriginKind.INHERITED, 1),
        ("From pricing?", OriginKind.AGGREGATED, 1),
    ]


def test_the_nearest_validation_row_wins() -> None:
    rows = (qa("master", "Q?", "20", validation=True), qa("sales", "q", "25", validation=True))
    assert [test.answer for test in known("sales", *rows).validation] == ["25"]
    assert [test.answer for test in known("pricing", *rows).validation] == ["25"]
    assert [test.answer for test in known("social", *rows).validation] == ["20"]


def test_different_tests_of_one_question_in_one_model_are_all_asked_and_equal_ones_once() -> None:
    rows = (
        qa("sales", "Q?", "a", validation=True),
        qa("sales", "Q", "b", validation=True),
        qa("sales", "Q!", "a", validation=True),
        qa("sales", "Q.", "a", validation=True, require=("x",)),
    )
    found = [(test.answer, test.required_terms) for test in known("sales", *rows).validation]
    assert sorted(found) == [("a", ()), ("a", ("x",)), ("b", ())]


def test_a_refusal_test_needs_no_answer_but_another_test_does() -> None:
    resolution = known(
        "sales",
        qa("sales", "Weather?", "", validation=True, refuse=True),
        qa("sales", "Terms?", "", validation=True, require=("30 days",)),
        qa("sales", "Nothing?", "", validation=True, name="bad"),
    )
    assert {test.question for test in resolution.validation} == {"Weather?", "Terms?"}
    assert [skip.row_id for skip in resolution.skipped] == [row_id("bad")]


def test_a_validation_row_does_not_compete_with_a_training_row() -> None:
    resolution = known("sales", qa("sales", "Q?", "test", validation=True), qa("master", "Q?", "taught"))
    assert all_answers(resolution) == ["taught"]
    assert len(resolution.validation) == 1


# --- order, counts, lookup ------------------------------------------------------------------------------------------


def test_rows_stand_own_first_then_upwards_then_downwards() -> None:
    parents: dict[str, str | None] = {"top": None, "up": "top", "me": "up", "down": "me", "deep": "down"}
    rows = [qa(where, f"{letter}?", "x") for where in parents for letter in "ba"]
    named = [qa(where, f"{where}{letter}?", "x") for where in parents for letter in "ba"]
    resolution = known("me", *rows, *named, parents=parents)
    order = [row.question for row in resolution.rows]
    assert order == [
        "a?",
        "b?",
        "mea?",
        "meb?",
        "upa?",
        "upb?",
        "topa?",
        "topb?",
        "downa?",
        "downb?",
        "deepa?",
        "deepb?",
    ]


def test_counts_by_origin() -> None:
    resolution = known(
        "marketing",
        qa("marketing", "Own?", "1"),
        qa("marketing", "Own 2?", "1"),
        qa("master", "Above?", "1"),
        qa("master", "Own?", "overridden"),
        qa("social", "Below?", "1"),
        qa("social", "Who?", "Anna"),
        qa("letter", "Who?", "Boris"),
        qa("letter", "Below?", "1"),
        qa("social", "Test?", "1", validation=True),
        qa("social", "Empty?", ""),
        talk("social", "U: R?", "A: x", state=ReviewState.PENDING),
        talk("sales", "U: R?", "A: x", state=ReviewState.PENDING),
    )
    counts = resolution.counts
    assert counts.own == 2
    assert counts.inherited == {model("master"): 1}
    assert counts.aggregated == {model("letter"): 2, model("social"): 1}
    assert counts.total == len(resolution.rows) == 6
    assert (counts.conflicted, counts.overridden, counts.duplicates) == (2, 1, 1)
    assert (counts.validation, counts.skipped, counts.not_approved) == (1, 1, 1)


def test_a_row_is_found_by_its_question_however_typed() -> None:
    resolution = known("sales", qa("sales", "How many days?", "20"))
    row = resolution.find("  HOW many days…")
    assert row is not None and row.answer == "20"
    assert resolution.find("How many hours?") is None


def test_nothing_known_is_fine() -> None:
    resolution = known("sales")
    assert (resolution.rows, resolution.counts.total) == ((), 0)
