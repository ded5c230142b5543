"""Where two texts differ, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Span = tuple[int, int]
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 4_000


def differing_spans(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """The (start, end) spans of `left` and of `right` that the other does not have.

    Texts too long to compare word by word (SequenceMatcher is quadratic) differ from their first to their last
    differing character.
    """
    left_words = [match.span() for match in _WORD.finditer(left)]
    right_words = [match.span() for match in _WORD.finditer(right)]
    if max(len(left_words), len(right_words)) > _MOST_WORDS:
        return _between_common_ends(left, right)
    matcher = SequenceMatcher(
        None, [left[a:b] for a, b in left_words], [right[a:b] for a, b in right_words], autojunk=False
    )
    in_left: list[Span] = []
    in_right: list[Span] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        if b > a:
            in_left.append((left_words[a][0], left_words[b - 1][1]))
        if d > c:
            in_right.append((right_words[c][0], right_words[d - 1][1]))
    return in_left, in_right


def _between_common_ends(left: str, right: str) -> tuple[list[Span], list[Span]]:
    shortest = min(len(left), len(right))
    head = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    tail = 0
    while tail < shortest - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    spans = [(head, len(left) - tail)], [(head, len(right) - tail)]
    return [s for s in spans[0] if s[1] > s[0]], [s for s in spans[1] if s[1] > s[0]]
