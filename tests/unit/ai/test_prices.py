"""The price list: what is found for a name, what it comes to, and every way a file can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.ai.prices import PriceList, read_prices, shipped_prices
from erpai_desktop.errors import InvalidInputError
from erpai_desktop.models.enums import ProviderKind, Purpose

OPENAI = ProviderKind.OPENAI
A_MILLION_EACH = Usage(tokens_in=1_000_000, tokens_out=1_000_000)


def _file(path: Path, models: Any, **more: Any) -> Path:
    whole = {"format": 1, "as_of": "2026-11-01", "source": "our contract", "currency": "USD", "models": models, **more}
    path.write_bytes(orjson.dumps(whole))
    return path


@pytest.fixture(scope="module")
def prices() -> PriceList:
    return shipped_prices()


def test_the_shipped_list_says_from_when_and_where_it_is(prices: PriceList) -> None:
    assert prices.currency == "USD" and prices.as_of.year >= 2026 and "OpenAI" in prices.source
    assert len(prices.models) > 20


@pytest.mark.parametrize("name", ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"])
def test_a_dated_name_costs_what_its_model_does(prices: PriceList, name: str) -> None:
    price = prices.find(OPENAI, name)
    assert price is not None
    assert price.money_of(A_MILLION_EACH, Purpose.CHAT) == 2_000_000
    assert price.money_of(Usage(tokens_in=1_000_000), Purpose.TRAINING) == 5_000_000


def test_an_older_date_that_is_listed_for_itself_wins(prices: PriceList) -> None:
    dated, plain = prices.find(OPENAI, "gpt-4o-2024-05-13"), prices.find(OPENAI, "gpt-4o")
    assert dated is not None and plain is not None and dated.input == 2 * (plain.input or 0)


def test_a_fine_tuned_model_costs_the_fine_tuned_price_of_its_base(prices: PriceList) -> None:
    price = prices.find(OPENAI, "ft:gpt-4.1-mini-2025-04-14:vitosha::Bx12")
    assert price is not None
    assert price.money_of(A_MILLION_EACH, Purpose.CHAT) == 4_000_000


@pytest.mark.parametrize("name", ["gpt-99", "ft:gpt-5:org::id", "ft:gpt-99:org::id", "ft:", "", "gpt-4.1-mini-audio"])
def test_an_unknown_price_is_none_and_never_nothing(prices: PriceList, name: str) -> None:
    assert prices.find(OPENAI, name) is None


def test_the_same_name_at_another_server_has_no_known_price(prices: PriceList) -> None:
    assert prices.find(ProviderKind.OPENAI_COMPATIBLE, "gpt-4.1-mini") is None


@pytest.mark.parametrize("kind", [ProviderKind.LOCAL, ProviderKind.BUILT_IN])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_what_runs_here_costs_nothing(prices: PriceList, kind: ProviderKind, purpose: Purpose) -> None:
    price = prices.find(kind, "any.gguf")
    assert price is not None and price.is_free and price.money_of(A_MILLION_EACH, purpose) == 0


def test_cached_tokens_cost_less_and_amounts_are_rounded_up(prices: PriceList) -> None:
    price = prices.find(OPENAI, "gpt-4.1")
    assert price is not None
    assert price.money_of(Usage(tokens_in=1_000_000, tokens_cached=600_000), Purpose.CHAT) == 800_000 + 300_000
    assert price.money_of(Usage(tokens_in=3, tokens_cached=9), Purpose.CHAT) == 2  # 1.5 millionths
    assert price.money_of(Usage(), Purpose.CHAT) == 0


def test_a_purpose_without_a_price_is_not_known(prices: PriceList) -> None:
    chat, embedding = prices.find(OPENAI, "gpt-5"), prices.find(OPENAI, "text-embedding-3-small")
    assert chat is not None and chat.money_of(Usage(tokens_in=10), Purpose.TRAINING) is None
    assert embedding is not None and embedding.money_of(Usage(tokens_in=1_000_000), Purpose.EMBEDDING) == 20_000


def test_an_own_file_overrides_and_adds(prices: PriceList, tmp_path: Path) -> None:
    models = {
        "gpt-4.1": {"input": 1, "output": 2},
        "llama": {"input": 0.01, "output": 0.02, "providers": ["OpenAI-compatible"]},
    }
    both = prices.overridden_by(read_prices(_file(tmp_path / "prices.json", models)))
    assert both.own and both.source == "our contract"
    ours, llama = both.find(OPENAI, "gpt-4.1"), both.find(ProviderKind.OPENAI_COMPATIBLE, "llama")
    assert ours is not None and ours.input == 1_000_000
    assert llama is not None and llama.output == 20_000
    assert both.find(OPENAI, "llama") is None
    assert both.find(OPENAI, "gpt-5") == prices.find(OPENAI, "gpt-5")


def test_an_own_file_in_another_currency_stands_alone(prices: PriceList, tmp_path: Path) -> None:
    own = read_prices(_file(tmp_path / "p.json", {"gpt-4.1": {"input": 1, "output": 2}}, currency="EUR"))
    both = prices.overridden_by(own)
    assert both.currency == "EUR" and both.find(OPENAI, "gpt-5") is None


@pytest.mark.parametrize(
    ("models", "where"),
    [
        ({"gpt-x": {"input": -1, "output": 1}}, "gpt-x, input"),
        ({"gpt-x": {"input": "2.00", "output": 1}}, "gpt-x, input"),
        ({"gpt-x": {"input": True, "output": 1}}, "gpt-x, input"),
        ({"gpt-x": {"input": 1e300, "output": 1}}, "gpt-x, input"),
        ({"gpt-x": {"input": 1}}, "gpt-x"),
        ({"gpt-x": {}}, "gpt-x"),
        ({"gpt-x": 3}, "gpt-x"),
        ({"gpt-x": {"input": 1, "output": 2, "outptu": 3}}, "gpt-x, outptu"),
        ({"gpt-x": {"input": 1, "output": 2, "fine_tuned": {"training": 3}}}, "gpt-x, fine_tuned, training"),
        ({"gpt-x": {"input": 1, "output": 2, "fine_tuned": 3}}, "gpt-x, fine_tuned"),
        ({"gpt-x": {"input": 1, "output": 2, "providers": ["Nobody"]}}, "gpt-x, providers"),
        ({"gpt-x": {"input": 1, "output": 2, "providers": [[]]}}, "gpt-x, providers"),
        ([], "models"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, models: Any, where: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_prices(_file(tmp_path / "prices.json", models))
    assert where in [problem.field for problem in caught.value.problems]
    assert "came with the program" in caught.value.safe


@pytest.mark.parametrize("more", [{"format": 2}, {"as_of": "yesterday"}, {"currency": "$"}, {"source": 3}])
def test_a_wrong_head_is_named(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_prices(_file(tmp_path / "prices.json", {}, **more))
    assert [problem.field for problem in caught.value.problems] == list(more)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 1}'])
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prices.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError):
        read_prices(path)
