"""The prices in force: the shipped ones, the person's own as soon as they are saved, the shipped ones if damaged."""

from __future__ import annotations

from pathlib import Path

from erpai_desktop.ai.prices import read_prices, shipped_prices
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.services.price_list import own_price_list, present_prices, price_list_info


def test_without_an_own_file_the_shipped_prices_are_in_force(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    info = price_list_info(path=path)
    assert (info.is_own, info.problem) == (False, "")
    assert present_prices(path) == shipped_prices()
    assert not path.exists()


def test_a_copy_for_editing_counts_as_soon_as_it_is_saved(tmp_path: Path) -> None:
    path = own_price_list(path=tmp_path / "settings" / "prices.json")
    assert read_prices(path) == shipped_prices()
    path.write_bytes(path.read_bytes().replace(b'"gpt-5": {"input": 1.25', b'"gpt-5": {"input": 0.25'))
    assert own_price_list(path=path) == path  # A second time it is left as it is.
    price = present_prices(path).find(ProviderKind.OPENAI, "gpt-5")
    assert price is not None and price.input == 250_000
    assert price_list_info(path=path).is_own
    path.unlink()
    assert not price_list_info(path=path).is_own


def test_a_damaged_file_is_told_of_and_the_shipped_prices_are_used(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(
        '{"format": 1, "as_of": "2026-01-01", "currency": "USD", "models": {"gpt-5": {"input": -1, "output": 2}}}'
    )
    info = price_list_info(path=path)
    assert "gpt-5, input" in info.problem and not info.is_own
    assert present_prices(path) == shipped_prices()
