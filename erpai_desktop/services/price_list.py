"""The prices in force: the shipped list with a person's own in it, read anew when that file has changed."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from erpai_desktop.ai.prices import PriceList, read_prices, shipped_prices
from erpai_desktop.errors import InvalidInputError
from erpai_desktop.models.snapshots.usage import PriceListInfo
from erpai_desktop.resources import resource
from erpai_desktop.settings import prices_file

_lock = threading.Lock()
_shipped = cache(shipped_prices)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of a file, and its modification time and size then; None while there is no file."""

    mark: tuple[int, int] | None
    prices: PriceList
    problem: str


_known: dict[Path, _Known] = {}


def present_prices(path: Path | None = None) -> PriceList:
    """The prices in force. A damaged own file is left aside; `price_list_info` says so."""
    return _present(path or prices_file()).prices


def price_list_info(_session: object = None, *, path: Path | None = None) -> PriceListInfo:
    """Which prices are in force, and what is wrong with the person's own file. Reads no database."""
    path = path or prices_file()
    present = _present(path)
    prices = present.prices
    return PriceListInfo(prices.as_of, prices.source, prices.currency, prices.own, str(path), present.problem)


def own_price_list(_session: object = None, *, path: Path | None = None) -> Path:
    """The person's own file, for an editor: a copy of the shipped list where there is none yet. Raises OSError."""
    path = path or prices_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        shutil.copyfile(resource("prices.json"), part)
        part.replace(path)
    return path


def _present(path: Path) -> _Known:
    with _lock:
        mark = _mark(path)
        known = _known.get(path)
        if known is None or known.mark != mark:
            known = _known[path] = _read(path, mark)
        return known


def _read(path: Path, mark: tuple[int, int] | None) -> _Known:
    if mark is None:
        return _Known(None, _shipped(), "")
    try:
        return _Known(mark, _shipped().overridden_by(read_prices(path)), "")
    except InvalidInputError as error:
        return _Known(mark, _shipped(), str(error))
    except OSError as error:
        return _Known(mark, _shipped(), f"The price list {path} cannot be read: {error.strerror}.")


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
