"""Shows Markdown that may come from anywhere, and grows while it is being written."""

from __future__ import annotations

import math
import re
import time

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocumentFragment,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.layout import label
from erpai_desktop.views.parts.markdown_document import (
    INDENT,
    SafeDocument,
    finished_length,
    safe_document,
    web_address,
)

_FRAME_MS = 40
_SLOWEST_MS = 500
_RENDER_AGAIN_UP_TO = 20_000
_AT_ONCE = 12_000
"""Characters laid out before the window gets its turn again: 15 ms."""
_TURN_MS = 5
# Qt looks for the end of a word anew in each of its lines: seconds for a word of 100,000 letters.
_ENDLESS_WORD = re.compile(r"\S{1000}")


class MarkdownView(QTextBrowser):
    """With `fit` it is as tall as its text and does not scroll; without, it scrolls by itself.

    `link_opened` carries an http or https address that the person was shown and agreed to open; nothing else is ever
    opened, and nothing is loaded.
    """

    link_opened = Signal(str)
    finished = Signal()

    def __init__(self, theme: Theme, *, fit: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fit = fit
        self._source = ""
        self._rendered = 0
        self._tail_at = 0
        self._streaming = False
        self.setDocument(SafeDocument(self))
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(INDENT)
        self.document().setDefaultFont(theme.font("text"))
        self.document().setUndoRedoEnabled(False)
        self.setProperty("role", "reading")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.anchorClicked.connect(self._ask_about)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._timer = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._timer.timeout.connect(self._flush)
        theme.changed.connect(self._render_all)
        if fit:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._take_height())

    @property
    def markdown(self) -> str:
        """The Markdown shown, what has not been painted yet included."""
        return self._source

    def set_markdown(self, text: str) -> None:
        """Show a whole text; of a long one what does not fit on a screen follows at once, part by part."""
        self._timer.stop()
        self._streaming = False
        self._source = text
        self._render_all()

    def begin_stream(self) -> None:
        """Empty the view and expect chunks."""
        self.set_markdown("")
        self._streaming = True

    def append(self, chunk: str) -> None:
        """Add to the text; it is painted within a frame or two. Finished blocks are laid out once."""
        self._source += chunk
        if not self._timer.isActive():
            self._timer.start()

    def end_stream(self) -> None:
        """Paint what is left, then say `finished`."""
        self._timer.stop()
        self._streaming = False
        if len(self._source) <= _RENDER_AGAIN_UP_TO:
            # A list that was split between frames becomes one list again.
            self._render_all()
        else:
            self._flush()
        self.finished.emit()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing, whatever is asked for."""
        return None

    def sizeHint(self) -> QSize:
        """With `fit`, the height of the text at the width there is."""
        if not self._fit:
            return super().sizeHint()
        return QSize(240, self._wanted_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew, and take the height that this needs."""
        super().resizeEvent(event)
        if self._fit:
            self._take_height()

    def _render_all(self) -> None:
        self.document().clear()
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._rendered = 0
        self._tail_at = 0
        self._flush()

    def _flush(self) -> None:
        started = time.perf_counter()
        document = self.document()
        tail = self._source[self._rendered :]
        if self.wordWrapMode() != QTextOption.WrapMode.WrapAnywhere and _ENDLESS_WORD.search(tail):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        finished = finished_length(tail) if self._streaming else 0
        more = False
        if len(tail) > _AT_ONCE and (part := finished_length(tail[: tail.rfind("\n", 0, _AT_ONCE) + 1])):
            finished, more = part, True
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        cursor.setPosition(self._tail_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if finished:
            self._insert(cursor, tail[:finished])
            self._rendered += finished
            cursor.movePosition(QTextCursor.MoveOperation.End)
            self._tail_at = cursor.position()
        if not more:
            self._insert(cursor, tail[finished:])
        cursor.endEditBlock()
        # A tail that grows long (one endless code block) is painted less often, so that the window stays alive.
        spent = (time.perf_counter() - started) * 1000
        self._timer.setInterval(_TURN_MS if more else round(min(_SLOWEST_MS, max(_FRAME_MS, 4 * spent))))
        if more:
            self._timer.start()

    def _insert(self, cursor: QTextCursor, text: str) -> None:
        if not text.strip():
            return
        if cursor.position() > 0:
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertFragment(QTextDocumentFragment(safe_document(text, self._theme)))

    def _wanted_height(self) -> int:
        return max(self.fontMetrics().height(), math.ceil(self.document().size().height()))

    def _take_height(self) -> None:
        height = self._wanted_height()
        if height != self.height():
            self.setFixedHeight(height)

    def _ask_about(self, url: QUrl) -> None:
        address = web_address(url.toString())
        if address:
            dialog = LinkDialog(self._theme, address, parent=self)
            dialog.accepted.connect(lambda: self.link_opened.emit(address))
            dialog.open()


class LinkDialog(PlainDialog):
    """Shows where a link really leads before it is opened."""

    def __init__(self, theme: Theme, address: str, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Open this address in the browser?"), parent=parent)
        self.setMinimumWidth(420)
        # Zero-width spaces let an address without blanks wrap; the copy has none.
        self.body.addWidget(label("\u200b".join(address[:2000]), wrap=True))
        self.body.addStretch()
        copy = QuietButton(theme, self.tr("Copy"), self.tr("Copy the address"), icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(address))
        cancel = QuietButton(theme, self.tr("Cancel"), self.tr("Do not open it (Esc)"))
        cancel.clicked.connect(self.reject)
        self.open_button = PrimaryButton(theme, self.tr("Open"), self.tr("Open it in the browser"), icon="open_outside")
        self.open_button.clicked.connect(self.accept)
        self.add_button(copy, left=True)
        self.add_button(cancel)
        self.add_button(self.open_button)
        cancel.setFocus()
