"""Markdown from anywhere is shown, never run, fetched or opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts import markdown_view
from erpai_desktop.views.parts.markdown_document import finished_length, safe_document, web_address
from erpai_desktop.views.parts.markdown_view import LinkDialog, MarkdownView
from tests.views.gallery import MARKDOWN


def anchors(document: QTextDocument) -> list[str]:
    """Addresses of all links in a document."""
    found = []
    block = document.begin()
    while block.isValid():
        step = block.begin()
        while not step.atEnd():
            shape = step.fragment().charFormat()
            if shape.isAnchor() and shape.anchorHref():
                found.append(shape.anchorHref())
            step += 1
        block = block.next()
    return found


def test_html_is_shown_as_text(qtbot: QtBot, theme: Theme) -> None:
    text = safe_document(
        "<script>alert(1)</script>\n\nand <b>bold</b> <img src='http://x.y/z.png'>", theme
    ).toPlainText()
    assert "<script>alert(1)</script>" in text
    assert "<b>bold</b>" in text
    assert "<img" in text


def test_pictures_become_words_and_nothing_is_loaded(qtbot: QtBot, theme: Theme) -> None:
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.set_markdown("![our logo](file:///etc/passwd) ![b](https://example.com/x.png) ![a](data:image/png;base64,A)")
    view.show()
    text = view.toPlainText()
    assert text.count("[picture not shown: ") == 3
    assert "[picture not shown: our logo]" in text
    assert "\ufffc" not in text
    assert view.loadResource(2, QUrl("file:///etc/passwd")) is None
    assert view.document().resource(2, QUrl("file:///etc/hostname")) is None


@pytest.mark.parametrize(
    "href",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.b/c",
        "relative",
        "http:",
        "mailto:a@b.c",
    ],
)
def test_other_links_are_dead(qtbot: QtBot, theme: Theme, href: str) -> None:
    assert web_address(href) == ""
    document = safe_document(f"see [this]({href})", theme)
    assert anchors(document) == []
    assert "this" in document.toPlainText()


def test_an_address_is_shown_as_it_will_be_opened() -> None:
    assert web_address("https://exämple.com/a b") == ""
    assert web_address("https://exämple.com/x") == "https://xn--exmple-cua.com/x"
    assert web_address("HTTP://example.com") == "http://example.com"


def test_a_link_is_opened_only_after_it_was_shown(qtbot: QtBot, theme: Theme) -> None:
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.set_markdown("[the bank](https://example.com/evil)")
    heard: list[str] = []
    view.link_opened.connect(heard.append)
    view.anchorClicked.emit(QUrl("https://example.com/evil"))
    (dialog,) = view.findChildren(LinkDialog)
    assert heard == []
    dialog.reject()
    assert heard == []
    view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert len(view.findChildren(LinkDialog)) == 1
    view.anchorClicked.emit(QUrl("https://example.com/evil"))
    view.findChildren(LinkDialog)[-1].open_button.click()
    assert heard == ["https://example.com/evil"]


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_text_that_grew_equals_the_whole_one(qtbot: QtBot, theme: Theme, size: int) -> None:
    whole, grown = MarkdownView(theme), MarkdownView(theme)
    for view in (whole, grown):
        qtbot.addWidget(view)
    whole.set_markdown(MARKDOWN)
    grown.begin_stream()
    for at in range(0, len(MARKDOWN), size):
        grown.append(MARKDOWN[at : at + size])
        grown._flush()
    with qtbot.waitSignal(grown.finished):
        grown.end_stream()
    assert grown.markdown == MARKDOWN
    assert grown.document().toMarkdown() == whole.document().toMarkdown()


def test_chunks_are_painted_within_a_few_frames(qtbot: QtBot, theme: Theme) -> None:
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.begin_stream()
    view.append("Instagram **four")
    view.append(" times** a week")
    assert view.toPlainText() == ""
    qtbot.waitUntil(lambda: view.toPlainText() == "Instagram four times a week")


def test_finished_blocks_are_laid_out_once(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counting(text: str, look: Theme) -> QTextDocument:
        seen.append(len(text))
        return safe_document(text, look)

    monkeypatch.setattr("erpai_desktop.views.parts.markdown_view.safe_document", counting)
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.begin_stream()
    paragraph = "word " * 30 + "\n\n"
    for _ in range(100):
        view.append(paragraph)
        view._flush()
    assert sum(seen) < 4 * 100 * len(paragraph)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("", ""),
        ("one", ""),
        ("one\n\n", ""),
        ("one\n\ntwo", "one\n\n"),
        ("- a\n\n- b", ""),
        ("- a\n\n  more", ""),
        ("```\na\n\nb", ""),
        ("```\na\n\nb\n```\n\nend", "```\na\n\nb\n```\n\n"),
        ("~~~\n```\n\nx\n", ""),
        ("a\n\nb\n\nc", "a\n\nb\n\n"),
    ],
)
def test_what_is_finished(text: str, finished: str) -> None:
    assert text[: finished_length(text)] == finished


@pytest.mark.timeout(300)  # a guard against freezing, not a measure of speed
@pytest.mark.parametrize(
    "text",
    [
        "|" * 20_000 + "\n" + "|-" * 20_000,
        ("|" * 50 + "\n") * 500,
        ">" * 20_000 + "x",
        "[" * 20_000,
        "*a " * 20_000,
        "- " * 5_000 + "x",
        "x" * 400_000,
        "\0\u202e\ud7ff\x1b[31m" * 1_000,
    ],
    ids=["columns", "pipes", "quotes", "brackets", "stars", "lists", "long", "control"],
)
def test_a_hostile_text_does_not_freeze(qtbot: QtBot, theme: Theme, text: str) -> None:
    shown = safe_document(text, theme)
    assert shown.characterCount() > 0


def test_a_long_text_leaves_the_window_its_turns(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of 10,000 tokens laid out as a whole keeps the window waiting for a tenth of a second."""
    made: list[int] = []

    def safe(text: str, theme: Theme) -> QTextDocument:
        made.append(len(text))
        return safe_document(text, theme)

    monkeypatch.setattr(markdown_view, "safe_document", safe)
    text = "\n\n".join(f"Paragraph {n} " + "of words " * 40 + f"\n\n- a\n- b{n}" for n in range(150))
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.set_markdown(text)
    assert len(made) == 1
    # While the rest is on its way it may be told something else.
    view.set_markdown(text + "!")
    qtbot.waitUntil(lambda: view.toPlainText().endswith("b149!"))
    assert len(made) > 5 and max(made) <= 12_000
    assert view.toPlainText() == safe_document(text + "!", theme).toPlainText()


def test_it_is_as_tall_as_its_text_and_grows_when_narrow(qtbot: QtBot, theme: Theme) -> None:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    view = MarkdownView(theme)
    layout.addWidget(view)
    layout.addStretch()
    qtbot.addWidget(holder)
    view.set_markdown("word " * 60)
    holder.resize(800, 400)
    holder.show()
    wide = view.height()
    holder.resize(240, 700)
    qtbot.waitUntil(lambda: view.height() > 2 * wide)
    assert view.verticalScrollBar().maximum() == 0


def test_a_change_of_theme_colors_it_anew(qtbot: QtBot, theme: Theme) -> None:
    view = MarkdownView(theme)
    qtbot.addWidget(view)
    view.set_markdown("[a](https://example.com)")
    light = theme.color("accent").name()
    assert light in view.toHtml()
    theme.set_mode("dark")
    assert light not in view.toHtml()
    assert theme.color("accent").name() in view.toHtml()
