"""What a call costs: a dated price list, shipped as `prices.json` and overridden by a person's own file.

The file is JSON: `format` (1), `as_of` (YYYY-MM-DD), `source`, `currency` (ISO 4217), and `models`, which maps the name
of a model to its prices for 1,000,000 tokens: `input`, `cached_input` (where absent: as input), `output`, `training`,
`embedding`, and `fine_tuned` with the first three again, for models trained from it. `providers` names the kinds of
provider it applies to; where absent, OpenAI alone, since another server may ask anything for a model of the same name.

A name that is not listed is looked for without its date, and "ft:NAME:…" as the fine-tuned NAME. What is not found then
has no known price: it is never taken to be free.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.errors import InvalidInputError, Problem
from erpai_desktop.models.enums import ProviderKind, Purpose
from erpai_desktop.resources import resource

FORMAT = 1
FILE_LIMIT = 4 * 1024 * 1024

_MILLION = 1_000_000
_HIGHEST = 1_000_000
"""The highest price for a million tokens that is taken for meant: more is a slip of the keyboard."""

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_CHAT = ("input", "cached_input", "output")
_FIGURES = (*_CHAT, "training", "embedding")
_FREE_KINDS = frozenset({ProviderKind.BUILT_IN, ProviderKind.LOCAL})


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """Millionths of the currency for 1,000,000 tokens; None where no such price is listed."""

    name: str
    currency: str
    input: int | None = None
    cached_input: int | None = None
    output: int | None = None
    training: int | None = None
    embedding: int | None = None

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing, whatever is sent."""
        figures = (self.input, self.cached_input, self.output, self.training, self.embedding)
        return not any(figures) and any(figure is not None for figure in figures)

    def money_of(self, usage: Usage, purpose: Purpose) -> int | None:
        """Millionths of the currency, rounded up; None when the list has no price for this purpose.

        A training job's tokens are those in, counted once an epoch.
        """
        if purpose is Purpose.TRAINING:
            return _cost((self.training, usage.tokens_in))
        if purpose is Purpose.EMBEDDING or (self.input is None and self.embedding is not None):
            return _cost((self.embedding if self.embedding is not None else self.input, usage.tokens_in))
        cached = min(usage.tokens_cached, usage.tokens_in)
        return _cost(
            (self.input, usage.tokens_in - cached),
            (self.cached_input if self.cached_input is not None else self.input, cached),
            (self.output, usage.tokens_out),
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A model of the list: its prices, those of what was trained from it, and whose they are."""

    price: ModelPrice
    fine_tuned: ModelPrice | None
    providers: frozenset[ProviderKind]


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices as of a day, from a named source. `own` says that a person's own file has a say in it."""

    as_of: date
    source: str
    currency: str
    own: bool = False
    _entries: Mapping[str, _Entry] = field(default_factory=lambda: MappingProxyType({}))

    def find(self, kind: ProviderKind, model: str) -> ModelPrice | None:
        """The prices of a model at a kind of provider; None when they are not known."""
        if kind in _FREE_KINDS:
            return ModelPrice(model, self.currency, 0, 0, 0, 0, 0)
        if model.startswith("ft:"):
            entry = self._entry(kind, model) or self._entry(kind, model.split(":")[1])
            return (entry.fine_tuned if not entry.price.name.startswith("ft:") else entry.price) if entry else None
        entry = self._entry(kind, model)
        return entry.price if entry is not None else None

    @property
    def models(self) -> tuple[str, ...]:
        """The names that are listed."""
        return tuple(self._entries)

    def overridden_by(self, own: PriceList) -> PriceList:
        """This list with a person's own prices in it; theirs alone when it is in another currency."""
        entries = own._entries if own.currency != self.currency else {**self._entries, **own._entries}
        return PriceList(own.as_of, own.source, own.currency, True, MappingProxyType(dict(entries)))

    def _entry(self, kind: ProviderKind, name: str) -> _Entry | None:
        for known in (name, _DATED.sub("", name)):
            entry = self._entries.get(known)
            if entry is not None and kind in entry.providers:
                return entry
        return None


def shipped_prices() -> PriceList:
    """The list that came with the program."""
    return read_prices(resource("prices.json"))


def read_prices(path: Path) -> PriceList:
    """A price list. Raises InvalidInputError that names every entry which is not as it should be, OSError."""
    if path.stat().st_size > FILE_LIMIT:
        raise _refused(path, [Problem(f"larger than {FILE_LIMIT // 1024**2} MB", file=path.name)])
    try:
        whole: Any = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise _refused(path, [Problem(f"is not JSON: {error.msg}", row=error.lineno, file=path.name)]) from error
    return _Reader(path, whole).read()


class _Reader:
    """Reads one file and gathers every problem in it."""

    def __init__(self, path: Path, whole: Any) -> None:
        self._path = path
        self._whole = whole
        self._problems: list[Problem] = []

    def read(self) -> PriceList:
        whole = self._whole
        if not isinstance(whole, dict):
            raise _refused(self._path, [Problem("is not an object with “models”", file=self._path.name)])
        if whole.get("format") != FORMAT:
            self._problem("format", f"must be {FORMAT}")
        as_of = self._date(whole.get("as_of"))
        source, currency = whole.get("source", ""), whole.get("currency")
        if not isinstance(source, str):
            self._problem("source", "must be a text")
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
            self._problem("currency", "must be three capital letters, as in USD")
            currency = ""
        models = whole.get("models")
        if not isinstance(models, dict):
            self._problem("models", "must map names to prices")
            models = {}
        entries = {name: self._entry(name, value, currency) for name, value in models.items()}
        if self._problems:
            raise _refused(self._path, self._problems)
        return PriceList(as_of, str(source), currency, False, MappingProxyType(entries))

    def _entry(self, name: str, value: Any, currency: str) -> _Entry:
        if not isinstance(value, dict):
            self._problem(name, "must be an object of prices")
            value = {}
        figures = self._figures(name, value, _FIGURES, {"fine_tuned", "providers"}, currency)
        if not any(figure in value for figure in _FIGURES):
            self._problem(name, "holds no price")
        trained = value.get("fine_tuned")
        fine_tuned = None
        if trained is not None and not isinstance(trained, dict):
            self._problem(f"{name}, fine_tuned", "must be an object of prices")
        elif trained is not None:
            fine_tuned = self._figures(f"{name}, fine_tuned", trained, _CHAT, set(), currency)
        return _Entry(figures, fine_tuned, self._providers(name, value.get("providers", [ProviderKind.OPENAI.value])))

    def _figures(
        self, name: str, value: dict[str, Any], known: tuple[str, ...], others: set[str], currency: str
    ) -> ModelPrice:
        found: dict[str, int] = {}
        for key, figure in value.items():
            if key in others:
                continue
            if key not in known:
                self._problem(f"{name}, {key}", "is no price that is known here")
            elif isinstance(figure, bool) or not isinstance(figure, int | float) or not _is_price(figure):
                self._problem(f"{name}, {key}", "must be a number of 0 or more, for 1,000,000 tokens")
            else:
                found[key] = round(figure * _MILLION)
        if ("input" in found) != ("output" in found):
            self._problem(name, "must have both input and output, or neither")
        return ModelPrice(name, currency, **found)

    def _providers(self, name: str, value: Any) -> frozenset[ProviderKind]:
        kinds = {kind.value: kind for kind in ProviderKind}
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one in kinds for one in value):
            self._problem(f"{name}, providers", f"must list some of: {', '.join(kinds)}")
            return frozenset()
        return frozenset(kinds[one] for one in value)

    def _date(self, value: Any) -> date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self._problem("as_of", "must be a date, as in 2026-11-26")
            return date.min

    def _problem(self, where: str, message: str) -> None:
        self._problems.append(Problem(message, where, file=self._path.name))


def _is_price(figure: float) -> bool:
    return math.isfinite(figure) and 0 <= figure <= _HIGHEST


def _cost(*parts: tuple[int | None, int]) -> int | None:
    """The sum of prices times tokens, rounded up to a whole millionth; None when one that is needed is missing."""
    total = 0
    for price, tokens in parts:
        if price is None:
            if tokens:
                return None
        else:
            total += price * tokens
    if all(price is None for price, _tokens in parts):
        return None
    return -(-total // _MILLION)


def _refused(path: Path, problems: list[Problem]) -> InvalidInputError:
    return InvalidInputError(
        f"The price list {path} cannot be used.",
        problems=problems,
        safe="The prices that came with the program are used instead.",
        advice="Mend the file, or delete it.",
    )
