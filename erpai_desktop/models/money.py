"""Money in words: millionths of a currency as people read them."""

from __future__ import annotations

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_MILLION = 1_000_000


def in_words(micros: int, currency: str) -> str:
    """`12.40 $`; four places under a cent, and “<0.0001 $” for less than they can show: no cost reads as nothing."""
    return f"{figure(micros)} {sign(currency)}".rstrip()


def figure(micros: int) -> str:
    """The amount alone."""
    if micros == 0:
        return "0.00"
    if abs(micros) < 100:
        return "<0.0001"
    if abs(micros) < 10_000:
        return f"{micros / _MILLION:.4f}"
    return f"{micros / _MILLION:,.2f}"


def sign(currency: str) -> str:
    """The currency's sign, or its code where it has none here."""
    return _SIGNS.get(currency, currency)
