"""Where two texts differ, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 4_000
_MOST_SPANS = 250
"""Marks of one text: beyond that they tell nothing and take long to paint."""


def differing_spans(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """The (start, end) spans of `left` and of `right` that the other does not have.

    Texts too long or too different to be marked word by word differ from their first to their last differing
    character. This runs where texts are shown: at the longest it takes about 15 ms (difflib takes 38 s).
    """
    left_words = [match.span() for match in _WORD.finditer(left)]
    right_words = [match.span() for match in _WORD.finditer(right)]
    if max(len(left_words), len(right_words)) > _MOST_WORDS:
        return _between_common_ends(left, right)
    blocks = _differing_blocks([left[a:b] for a, b in left_words], [right[a:b] for a, b in right_words])
    if len(blocks) > _MOST_SPANS:
        return _between_common_ends(left, right)
    in_left = [(left_words[a][0], left_words[b - 1][1]) for a, b, _, _ in blocks if b > a]
    in_right = [(right_words[c][0], right_words[d - 1][1]) for _, _, c, d in blocks if d > c]
    return in_left, in_right


def _differing_blocks(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Where the words from a to b and from c to d stand in each other's place."""
    # At first use: the window comes up without it.
    from rapidfuzz.distance import LCSseq

    blocks: list[tuple[int, int, int, int]] = []
    for operation in LCSseq.opcodes(left, right):
        if operation.tag == "equal":
            continue
        a, c = operation.src_start, operation.dest_start
        if blocks:
            before = blocks[-1]
            between = left[before[1] : a]
            # What follows with nothing but space between it belongs together, and is read as one.
            if all(word.isspace() for word in between):
                a, c = before[0], before[2]
                blocks.pop()
        blocks.append((a, operation.src_end, c, operation.dest_end))
    return blocks


def _between_common_ends(left: str, right: str) -> tuple[list[Span], list[Span]]:
    shortest = min(len(left), len(right))
    head = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    tail = 0
    while tail < shortest - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    spans = [(head, len(left) - tail)], [(head, len(right) - tail)]
    return [s for s in spans[0] if s[1] > s[0]], [s for s in spans[1] if s[1] > s[0]]
