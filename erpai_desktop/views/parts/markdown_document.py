"""Markdown from anywhere made into a document that is safe to show: no HTML, no pictures loaded, no dead-end links."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import plain_tooltip

_FEATURES: Final = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
# Beyond these a text is shown as it is: Qt takes seconds over a table of thousands of columns.
INDENT: Final = 20
"""Pixels a list is indented by; a property of a document, so whoever shows the text sets it too."""
_LONGEST: Final = 200_000
_MOST_PIPES_A_LINE: Final = 60
_MOST_PIPES: Final = 6_000
_HEADING_PIXELS: Final = (17, 15, 14, 13, 13, 13)
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_CONTINUES: Final = re.compile(r"\s|[-*+>|]|\d{1,9}[.)]")


class SafeDocument(QTextDocument):
    """A document that loads nothing: no file, no address, no data URL."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing, whatever is asked for."""
        return None


def web_address(href: str) -> str:
    """The address as it will be opened (host in its ASCII form), or empty when it is not http or https."""
    url = QUrl(href, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme().lower() not in ("http", "https") or not url.host():
        return ""
    return bytes(url.toEncoded().data()).decode("ascii")


def safe_document(text: str, theme: Theme) -> QTextDocument:
    """Markdown (GitHub's dialect) as a document in the theme's fonts and colours."""
    document = SafeDocument()
    document.setDefaultFont(theme.font("text"))
    document.setDocumentMargin(0)
    document.setIndentWidth(INDENT)
    text = text.replace("\0", "\ufffd")
    if not _is_tame(text):
        document.setPlainText(text)
        return document
    document.setMarkdown(text, _FEATURES)
    cursor = QTextCursor(document)
    # Outside an edit each move of the cursor lays its block out anew: seconds for a paragraph of thousands of links.
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        _dress_block(cursor, block, theme)
        _tame_fragments(cursor, block, theme)
        block = block.next()
    cursor.endEditBlock()
    _fit_tables(document.rootFrame(), theme)
    return document


def finished_length(text: str) -> int:
    """How many characters of a Markdown text still growing will not change their meaning any more.

    That is up to the last blank line, outside a code fence, that is followed by a new block of its own.
    """
    finished = place = 0
    fence = ""
    after_blank = False
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if not fence and after_blank and line.strip() and not _CONTINUES.match(line):
            finished = place
        if mark and not fence:
            fence = mark[1]
        elif fence and mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        after_blank = not fence and not line.strip()
        place += len(line)
    return finished


def _is_tame(text: str) -> bool:
    return (
        len(text) <= _LONGEST
        and text.count("|") <= _MOST_PIPES
        and all(line.count("|") <= _MOST_PIPES_A_LINE for line in text.split("\n"))
    )


def _dress_block(cursor: QTextCursor, block: QTextBlock, theme: Theme) -> None:
    shape = block.blockFormat()
    level = shape.headingLevel()
    is_code = shape.hasProperty(QTextFormat.Property.BlockCodeFence) or shape.nonBreakableLines()
    cursor.setPosition(block.position())
    in_table = cursor.currentTable() is not None
    shape.setTopMargin(0 if block.blockNumber() == 0 or in_table else (10 if level else 4))
    shape.setBottomMargin(0 if is_code or in_table else 4)
    if is_code:
        # Code wraps too: a bubble has no scroll bar of its own.
        shape.setNonBreakableLines(False)
        shape.setBackground(theme.color("neutral_soft"))
    if shape.hasProperty(QTextFormat.Property.BlockQuoteLevel):
        depth = min(shape.intProperty(QTextFormat.Property.BlockQuoteLevel), 6)
        shape.setLeftMargin(12 * depth)
        shape.setRightMargin(0)
    cursor.setBlockFormat(shape)
    if level:
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        letters = QTextCharFormat()
        letters.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
        letters.setProperty(QTextFormat.Property.FontPixelSize, _HEADING_PIXELS[min(level, 6) - 1])
        letters.setFontWeight(QFont.Weight.DemiBold)
        cursor.mergeCharFormat(letters)


def _tame_fragments(cursor: QTextCursor, block: QTextBlock, theme: Theme) -> None:
    wanted: list[tuple[int, int, QTextCharFormat]] = []
    # PySide's iterator is stepped by hand: a Python loop over it yields copies that share one position.
    step = block.begin()
    while not step.atEnd():
        fragment = step.fragment()
        shape = fragment.charFormat()
        if shape.isImageFormat() or shape.isAnchor() or shape.fontFixedPitch():
            wanted.append((fragment.position(), fragment.length(), shape))
        step += 1
    # From the end, so that earlier places stay right.
    for position, length, shape in reversed(wanted):
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        if shape.isImageFormat():
            name = shape.toImageFormat().property(QTextFormat.Property.ImageAltText) or "no description"
            plain = QTextCharFormat()
            plain.setForeground(theme.color("dim"))
            plain.setFontItalic(True)
            cursor.insertText(f"[picture not shown: {name}]", plain)
            continue
        if shape.isAnchor():
            address = web_address(shape.anchorHref())
            shape.setAnchor(bool(address))
            shape.setAnchorHref(address)
            shape.setToolTip(plain_tooltip(address))
            shape.setFontUnderline(bool(address))
            shape.setForeground(theme.color("accent" if address else "text"))
        if shape.fontFixedPitch():
            shape.setFont(theme.font("code"), QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesAll)
            shape.setBackground(theme.color("neutral_soft"))
        cursor.setCharFormat(shape)


def _fit_tables(frame: QTextFrame, theme: Theme) -> None:
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            shape = child.format()
            shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            shape.setBorder(1)
            shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            shape.setBorderBrush(theme.color("line"))
            shape.setCellPadding(4)
            shape.setBorderCollapse(True)
            child.setFormat(shape)
            _mend_header(child)
        _fit_tables(child, theme)


def _mend_header(table: QTextTable) -> None:
    """Qt's importer puts an empty line into the first cell and leaves its heading in plain type."""
    first = table.cellAt(0, 0)
    cursor = first.firstCursorPosition()
    if not cursor.block().text() and cursor.block() != first.lastCursorPosition().block():
        cursor.deleteChar()
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.DemiBold)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(bold)
