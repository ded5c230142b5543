"""Counting tokens offline: equal to the vocabulary's own count, and only what changed is counted again."""

from __future__ import annotations

import functools
import random
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from erpai_desktop.ai import tokens
from erpai_desktop.ai.token_cache import TokenCache
from erpai_desktop.ai.tokens import TokenCounter

TEXTS = [f"Question {number} about {'x' * (number % 37)} поръчка {number * number}?" for number in range(3000)]


def _reference(texts: list[str]) -> list[int]:
    """By the package's own documented way."""
    count = _public()
    return [count(text) for text in texts]


@functools.cache
def _public() -> Callable[[str], int]:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        return tokens._counting_in_public()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were really counted."""
    seen: list[str] = []
    count = tokens._counting()

    def watched(text: str) -> int:
        seen.append(text)
        return count(text)

    monkeypatch.setattr(tokens, "_counting", lambda: watched)
    return seen


def test_counts_are_the_vocabularys_own(tmp_path: Path) -> None:
    with TokenCounter() as plain, TokenCounter(tmp_path / "cache") as kept:
        assert plain.count(TEXTS) == kept.count(TEXTS) == kept.count(tuple(TEXTS)) == _reference(TEXTS)
        assert kept.count([]) == []


def test_any_text_is_counted() -> None:
    odd = ["", " ", "\ud800", "<|endoftext|>", "\0", "日本語", "a" * 5000]
    with TokenCounter() as counter:
        counts = counter.count(odd)
    assert counts[0] == 0
    assert all(counts[1:])
    assert counts[3] > 1  # Plain text, never the control token that it looks like.


def test_what_is_known_is_not_counted_again(tmp_path: Path, counted: list[str]) -> None:
    path = tmp_path / "new" / "cache"
    with TokenCounter(path) as counter:
        first = counter.count(TEXTS)
    assert counted == TEXTS
    counted.clear()
    with TokenCounter(path) as counter:
        assert counter.count(TEXTS) == first
    assert counted == []


def test_a_changed_text_costs_its_own_run_only(tmp_path: Path, counted: list[str]) -> None:
    path = tmp_path / "cache"
    texts = random.Random(1).choices(TEXTS, k=20_000)
    with TokenCounter(path) as counter:
        counter.count(texts)
        counted.clear()
        texts[7000] = "Changed?"
        texts.insert(100, "New?")
        del texts[15_000]
        counts = counter.count(texts)
        assert len(counted) < 4 * 1024
        counted.clear()
    assert counts == _reference(texts)


def test_texts_that_only_look_alike_when_joined_are_told_apart(tmp_path: Path) -> None:
    lists = (["ab", "c d"], ["a", "bc d"], ["abc d"], ["ab", "c d", ""], ["", "ab", "c d"])
    with TokenCounter(tmp_path / "cache") as counter:
        for texts in (*lists, *lists):
            assert counter.count(texts) == _reference(list(texts))


@pytest.mark.parametrize("length", [999_999, 1_000_000, 2_300_001])
def test_a_text_too_long_for_the_package_is_counted_in_pieces(length: int) -> None:
    text = ("The quick brown fox, 1234 jumps over the lazy dog.\n\n" * (length // 50))[:length]
    whole = _reference([text[:100_000]])[0] * length / 100_000
    with TokenCounter() as counter:
        (count,) = counter.count([text])
    assert count == pytest.approx(whole, rel=0.001)


def test_cutting_a_long_text_does_not_change_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(random.Random(2).choices(TEXTS, k=200))
    monkeypatch.setattr(tokens, "_LONGEST", 1000)
    monkeypatch.setattr(tokens, "_WINDOW", 500)
    assert "".join(tokens._pieces(text)) == text
    assert len(tokens._pieces(text)) > 5
    with TokenCounter() as counter:
        assert counter.count([text]) == _reference([text])
        # Nowhere to cut well: at worst a token more for each cut.
        assert counter.count(["€" * 5000])[0] == pytest.approx(_reference(["€" * 5000])[0], abs=5)


def test_a_damaged_or_foreign_cache_is_done_without(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"no database at all" * 100)
    for path in (damaged, tmp_path):
        with TokenCounter(path) as counter:
            assert counter.count(TEXTS[:5]) == _reference(TEXTS[:5])


def test_a_run_of_another_length_is_not_believed(tmp_path: Path, counted: list[str]) -> None:
    path = tmp_path / "cache"
    with TokenCounter(path) as counter:
        counter.count(TEXTS[:5])
    cache = TokenCache(path)
    ((_, _, key),) = tokens._runs(TEXTS[:5])
    assert cache.get([key])
    cache.put({key: b"1234"})
    cache.close()
    with TokenCounter(path) as counter:
        assert counter.count(TEXTS[:5]) == _reference(TEXTS[:5])


def test_a_cache_that_grew_too_large_starts_anew(tmp_path: Path) -> None:
    cache = TokenCache(tmp_path / "cache")
    cache.put({bytes([n]): bytes(4000) for n in range(20)})
    cache.close()
    cache = TokenCache(tmp_path / "cache", max_bytes=10_000)
    assert cache.get([b"\1"]) == {}
    cache.close()
