"""Counting the tokens of 100,000 rows: cold beside bpe-openai alone, and again after ten edits.

Run: python -m benchmarks.token_counting [--rows 100000] [--repeat 3]

A row is a question of ten words and an answer of thirty, two texts; beside them the shorter made-up company's rows. The
floor is the package's own documented way, `get_encoding("o200k_base").encode_ordinary`, of every text. Loading the
vocabulary is not counted. The counts are compared text by text.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np  # Used by the counter; loaded before anything is timed.
from bpe_openai import get_encoding

from benchmarks.import_qas import _texts
from benchmarks.synthetic import company
from erpai_desktop.ai.tokens import TokenCounter

COLD, AGAIN = 1.05, 0.05
EDITS = 10
T = TypeVar("T")


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    usual = [text for question, answer, _ in _texts(arguments.rows) for text in (question, answer)]
    short = [text for pair in company(arguments.rows) for text in (pair.question, pair.answer)]
    missed = _measure("rows of forty words", usual, arguments.repeat, judged=True)
    _measure("short rows", short, arguments.repeat, judged=False)
    if missed:
        raise SystemExit("\n".join(missed))


def _measure(what: str, texts: list[str], repeat: int, *, judged: bool) -> list[str]:
    encode = get_encoding("o200k_base").encode_ordinary
    with TokenCounter() as plain:
        plain.count(texts[:10])
    edited = list(texts)
    for at in random.Random(1).sample(range(0, len(texts), 2), EDITS):
        edited[at] += " Or not?"
    floors, colds, agains = [], [], []
    for _ in range(repeat):
        expected, seconds = _timed(lambda: [len(encode(text)) for text in texts])
        floors.append(seconds)
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder) / "tokens.sqlite"
            counted, seconds = _timed(partial(_count, cache, texts))
            colds.append(seconds)
            again, seconds = _timed(partial(_count, cache, edited))
            agains.append(seconds)
        assert counted == expected
        assert again == [len(encode(text)) for text in edited]
    floor, cold, after = (statistics.median(times) for times in (floors, colds, agains))
    tokens = int(np.sum(expected))
    print(f"{what}: {len(texts):,} texts, {tokens:,} tokens")
    print(f"  bpe-openai alone      {floor * 1000:7.0f} ms   {tokens / floor / 1e6:.1f} M tokens a second")
    print(f"  cold                  {cold * 1000:7.0f} ms   {cold / floor:.2f}x (to reach: {COLD:.2f}x)")
    print(f"  again after {EDITS} edits  {after * 1000:7.0f} ms   {after / floor:.1%} of it (to reach: {AGAIN:.0%})")
    if not judged:
        return []
    missed = [f"cold {cold / floor:.2f}x, to reach {COLD}x"] if cold > COLD * floor else []
    return missed + ([f"again {after / floor:.1%}, to reach {AGAIN:.0%}"] if after > AGAIN * floor else [])


def _count(cache: Path, texts: list[str]) -> list[int]:
    with TokenCounter(cache) as counter:
        return counter.count(texts)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


if __name__ == "__main__":
    main()
