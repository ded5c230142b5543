"""The report that is handed on: whole in one file, readable, and harmless whatever is in it."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from erpai_desktop.errors import ServiceError
from erpai_desktop.models.parity import parity, parity_line
from erpai_desktop.models.snapshots.parity import Parity, ParityAnswer
from erpai_desktop.services.parity_plot import parity_plot
from erpai_desktop.services.parity_report import parity_html, write_parity_report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% for x in y %}",
    "</style><link rel=stylesheet href=https://example.com/x.css>",
    "<svg onload=alert(1)>",
    '=HYPERLINK("https://example.com")',
    "javascript:alert(1)",
    "]]><!--",
    "\x00\ud800 half a character",
)
WHEN = datetime(2026, 11, 4, 9, 30)  # noqa: DTZ001 - told as it comes in


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def sample(texts: tuple[str, ...] = ("At nine.",)) -> Parity:
    lines = [
        parity_line(
            text,
            ParityAnswer(text, False, True, text),
            ParityAnswer(f"{text} or quite another thing, who knows", False, False, text),
            expected=text,
        )
        for text in texts
    ]
    lines += [parity_line("Same?", ParityAnswer("Yes.", False, True), ParityAnswer("Yes.", False, True))]
    lines += [parity_line("Unknown?", ParityAnswer("", True, None), ParityAnswer("", True, None), expects_refusal=True)]
    return parity(texts[0], (texts[0], texts[0]), (texts[0], texts[0]), lines)


def html(found: Parity) -> str:
    return parity_html(found, workspace="Vitosha <Outdoor>", made=WHEN)


def test_says_what_a_person_who_gets_it_has_to_know() -> None:
    page = Page(html(sample()))
    for words in ("Vitosha <Outdoor>", "2026-11-04 09:30", "exact McNemar test", "95 % interval", "At nine. or quite"):
        assert words in page.words
    assert "Same?" not in page.words, "what does not differ is counted, not listed"
    assert "33 %" not in page.words and "67 %" in page.words, "two of three are answered alike"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_in_it_stays_text(text: str) -> None:
    made = html(sample((text,)))
    page = Page(made)
    assert not {"script", "img", "link", "iframe", "object", "form", "a", "base"} & set(page.tags)
    assert page.tags.count("svg") == 1 and page.tags.count("style") == 1
    for name, value in page.attributes:
        assert not name.startswith("on") and name not in ("src", "href", "srcset", "action")
        assert "://" not in value or value == "http://www.w3.org/2000/svg"
    assert "default-src 'none'" in dict(page.attributes)["content"] or "default-src 'none'" in made
    clean = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert clean in page.words
    made.encode("utf-8")


@pytest.mark.parametrize("text", ["At nine.", *HOSTILE[:5]])
def test_the_plot_is_well_formed(text: str) -> None:
    plot = ElementTree.fromstring(parity_plot(sample((text,))))  # noqa: S314 - our own
    names = {element.tag.rpartition("}")[2] for element in plot.iter()}
    assert names <= {"svg", "title", "text", "rect", "line"}
    assert parity_plot(parity("Shop", ("a", ""), ("b", ""), [])).startswith("<svg")


def test_written_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "parity.html"
    path.write_text("before")
    assert write_parity_report(sample(), path, workspace="Shop") == path
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [one.name for one in tmp_path.iterdir()] == ["parity.html"]
    with pytest.raises(ServiceError, match="could not be written"):
        write_parity_report(sample(), tmp_path / "missing" / "parity.html", workspace="Shop")
