"""Does a successor say what its predecessor said?"""

from __future__ import annotations

from erpai_desktop.models.comparison import Better, Verdict
from erpai_desktop.models.parity import parity, parity_line
from erpai_desktop.models.snapshots.parity import Agreement, ParityAnswer, ParityLine

OPEN = "We are open from nine to five, Monday to Friday."


def answer(text: str = OPEN, *, right: bool | None = True, refused: bool = False) -> ParityAnswer:
    return ParityAnswer(text, refused, right)


def agreement(before: ParityAnswer, after: ParityAnswer) -> Agreement:
    return parity_line("When?", before, after).agreement


def test_same_similar_and_different() -> None:
    assert agreement(answer(), answer(f"  {OPEN}\n")) is Agreement.SAME
    assert agreement(answer(), answer(OPEN.replace("nine", "9"))) is Agreement.SIMILAR
    assert agreement(answer(), answer("Ask at the desk.")) is Agreement.DIFFERENT


def test_a_refusal_is_like_a_refusal_whatever_is_said_with_it() -> None:
    refusal = answer("I do not know.", refused=True)
    assert agreement(refusal, answer("Sorry!", refused=True)) is Agreement.SAME
    assert agreement(refusal, answer("I do not know.")) is Agreement.DIFFERENT
    assert parity_line("When?", refusal, answer()).similarity == 0.0


def test_who_is_better_is_known_only_where_both_were_judged() -> None:
    assert parity_line("When?", answer(right=False), answer()).better is Better.RIGHT
    assert parity_line("When?", answer(right=None), answer()).better is None


def lines() -> list[ParityLine]:
    return [
        parity_line("Unjudged", answer(right=None), answer("Something quite different", right=None)),
        parity_line("Same", answer(), answer()),
        parity_line("Worse", answer(), answer("No.", right=False)),
        *(parity_line(f"Better {n}", answer("No.", right=False), answer()) for n in range(9)),
    ]


def test_what_got_worse_comes_first_and_the_unjudged_count_for_likeness_only() -> None:
    found = parity("Shop", ("golden", "gpt-4"), ("v9", "gpt-5"), lines())
    assert [line.question for line in found.lines[:2]] == ["Worse", "Better 0"]
    assert (found.same, found.similar, found.different) == (1, 0, 11)
    assert found.share_alike == 1 / 12
    assert (found.better, found.worse, found.verdict) == (9, 1, Verdict.RIGHT)
    assert (found.before.right, found.before.judged, found.after.right) == (2, 11, 10)
    assert found.before.interval is not None and found.before.interval.low < 2 / 11
    assert "Of 11 questions v9 is better on 9 and worse on 1" in found.sentence


def test_nothing_judged_or_nothing_at_all_claims_nothing() -> None:
    found = parity("Shop", ("golden", ""), ("v9", ""), lines()[:1])
    assert (found.verdict, found.before.interval) == (Verdict.UNKNOWN, None)
    assert found.sentence == "Right and wrong are not known of any question."
    assert parity("Shop", ("golden", ""), ("v9", ""), []).share_alike is None
