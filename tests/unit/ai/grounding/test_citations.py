"""Marks taken out of a reply while it streams, and replies held against the rows they name."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erpai_desktop.ai.answerer import Source
from erpai_desktop.ai.grounding.citations import CleanStream, check, is_refusal, repeats_prompt, without_marks
from erpai_desktop.ai.grounding.retrieval import NearRow
from erpai_desktop.models.enums import RowKind


def row(question: str, answer: str) -> NearRow:
    return NearRow(Source(uuid4(), RowKind.QA, question, "General", uuid4(), "Shop"), answer, 0.9)


ROWS = (
    row("How long is the warranty on a tent?", "Three years from the day of purchase."),
    row("Can tents be returned?", "Tents cannot be returned once they were used."),
    row("Where is the head office?", "In Plovdiv, 12 River Street."),
)
ASKED = "What about the warranty?"


@given(
    st.lists(
        st.sampled_from(
            ["Three ", "years", " [1]", "[", "1", "]", " ", "[2, 3]", "【1†a】", "\n", "a]", "[x", "a < b", "<b>"]
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_what_streams_is_what_is_stored(pieces: list[str]) -> None:
    stream = CleanStream()
    shown = "".join(stream.feed(piece) for piece in pieces)
    final = without_marks("".join(pieces))
    assert final.startswith(shown)


def test_a_long_reply_streams_without_being_read_again_and_again() -> None:
    stream = CleanStream()
    shown = sum(len(stream.feed("word [1] ")) for _ in range(20_000))
    assert shown > 90_000


@pytest.mark.parametrize("letters", [" ", "[", "[1", "【", "[1, ", "1", "\n", "no ", "No. Yes. "])
def test_no_reply_takes_for_ever(letters: str) -> None:
    reply = (letters * 200_000)[:200_000]
    assert CleanStream().feed(reply) is not None
    assert check(f"{reply} [1]", ROWS, ASKED) and check(f"[1] {reply}", ROWS, reply)


@pytest.mark.parametrize("cut", range(1, 14))
def test_of_a_repeated_frame_nothing_shows_wherever_it_was_cut(cut: int) -> None:
    stream = CleanStream()
    said = 'Yes. <row n="12"> Question: May I?'
    assert "".join(map(stream.feed, (said[: 5 + cut], said[5 + cut :], " [1] </row>"))).strip() == "Yes."
    assert repeats_prompt(stream.raw) and not repeats_prompt("a < b, <b>rows</b>, <row>")


def test_the_word_for_a_refusal_never_shows() -> None:
    stream = CleanStream()
    assert "".join(map(stream.feed, ["NO", "T_", "KNOWN", "."])) == ""
    assert is_refusal(stream.raw)
    stream = CleanStream()
    assert "".join(map(stream.feed, ["No", ", not", " at all"])) == "No, not at all"


@pytest.mark.parametrize(
    ("reply", "cited", "doubt"),
    [
        ("It is three years from the day of purchase [1].", [0], ""),
        ("It is 3 years from purchase.[1]", [0], ""),
        ("The tents' warranty is three years [1, 1] and the office is in Plovdiv [3].", [0, 2], ""),
        ("Three years [1-3].", [0, 1, 2], ""),
        ("It is three years.", [], "names no row"),
        ("It is three years [7].", [], "was not given"),
        ("It is three years [0].", [], "was not given"),
        ("It is five years from the day of purchase [1].", [0], "do not say “5”"),
        ("Ask Maria about three years from purchase [1].", [0], "do not mention “maria”"),
        ("Batteries are charged overnight in every garage [1].", [0], "do not say much of it"),
        ("It is free [1].", [0], "do not say much of it"),
        ("In short, three years [1].", [0], ""),
        ("Tents can be returned once they were used [2].", [1], "the opposite"),
        ("It is three years [2].", [1], "do not say “3”"),
    ],
)
def test_a_reply_is_held_against_the_rows_it_names(reply: str, cited: list[int], doubt: str) -> None:
    checked = check(reply, ROWS, ASKED)
    assert checked.cited == tuple(ROWS[place] for place in cited)
    assert doubt in checked.doubt and bool(doubt) == bool(checked.doubt)
    assert "[" not in checked.text and " ." not in checked.text
