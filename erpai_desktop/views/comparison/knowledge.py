"""Rows that only one of the two versions was made of, or that said something else in each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QWidget

from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.snapshots.comparison import KnowledgeDifference, RowDifference, RowText
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, row, stretch
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.two_texts import TwoTexts
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable

_KINDS = {"added": "good", "removed": "bad", "changed": "warning"}


class KnowledgeChanges(QWidget):
    """`show_difference` fills it."""

    opened = Signal(object)
    """The RowDifference whose row is to be opened as it is now."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._difference: KnowledgeDifference | None = None
        self._names = ("", "")
        self._filter = TabStrip(
            theme,
            [
                TabItem("all", tr("All"), tr("Every row that differs")),
                TabItem("added", tr("Added"), tr("Only the version on the right has it")),
                TabItem("removed", tr("Removed"), tr("Only the version on the left has it")),
                TabItem("changed", tr("Changed"), tr("It said something else in each")),
            ],
            look="segments",
        )
        self._filter.selected.connect(lambda _key: self._apply())
        self._rest = ElidedLabel(role="note")
        self._model: RowModel[RowDifference] = RowModel(
            (
                Column(tr("Change"), self._change, 84, badge=lambda one: _KINDS[one.change]),
                Column(tr("Question"), self._question),
                Column(tr("Answer"), self._answer),
                Column(tr("From"), lambda one: one.model_name, 120, spare=1),
            ),
            key=lambda one: (one.row_id, one.turn, one.change),
            dim=lambda one: self._text(one) is None,
            parent=self,
        )
        self._table = RowTable(theme, self._model, tr("Rows that differ"), tr("Enter opens the row as it is now"))
        self._table.picked.connect(self._show_row)
        self._table.opened.connect(self.opened)
        self._table.setMinimumHeight(58)
        self._texts = TwoTexts(theme, (tr("Before"), tr("After")))
        self._details = QFrame()
        self._details.setProperty("role", "alternate")
        self._details.setLayout(column(self._texts, margins=(14, 8, 14, 8)))
        self._details.setMinimumHeight(84)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._table)
        splitter.addWidget(self._details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([400, 110])
        self._empty = EmptyState(theme, "knowledge", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(splitter)
        head = row(self._filter, self._rest, stretch(), margins=(14, 6, 14, 6))
        head.setStretchFactor(self._rest, 1)
        layout = column(frame(head, "bar"), self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)

    def show_difference(self, difference: KnowledgeDifference, left: str, right: str) -> None:
        """Show what differs between the versions of these names."""
        tr = self.tr
        self._difference = difference
        self._names = (left, right)
        total = difference.added + difference.removed + difference.changed
        for key, count in (
            ("all", total),
            ("added", difference.added),
            ("removed", difference.removed),
            ("changed", difference.changed),
        ):
            self._filter.set_count(key, f"{count:,}")
        told = [tr("{n} rows are the same").format(n=f"{difference.unchanged:,}")]
        if total > len(difference.rows):
            told.append(tr("the first {n} are listed").format(n=f"{len(difference.rows):,}"))
        self._rest.setText(", ".join(told))
        missing = [
            name
            for name, is_missing in ((left, difference.left_missing), (right, difference.right_missing))
            if is_missing
        ]
        if missing:
            self._empty.set_words(
                tr("Not known"),
                tr("What {versions} was made of is not stored any more.").format(versions=tr(" and ").join(missing)),
            )
        else:
            self._empty.set_words(
                tr("The same knowledge"),
                tr("Both versions were made of the same rows: what differs is how they answer."),
            )
        self._apply()

    def _apply(self) -> None:
        if self._difference is None:
            return
        wanted = self._filter.current
        rows = [one for one in self._difference.rows if wanted in ("all", one.change)]
        self._model.show(rows)
        missing = self._difference.left_missing or self._difference.right_missing
        self._stack.setCurrentIndex(1 if self._difference.rows and not missing else 0)
        self._show_row(self._table.current)

    def _show_row(self, one: RowDifference | None) -> None:
        self._details.setVisible(one is not None)
        if one is None:
            return
        self._texts.set_captions(*self._names)
        before = self._words(one.before, gone=one.change == "added")
        after = self._words(one.after, gone=one.change == "removed")
        if one.before is not None and one.after is not None:
            self._texts.show_difference(before, after)
        else:
            self._texts.show_plain(before, after)

    def _words(self, text: RowText | None, *, gone: bool) -> str:
        if gone:
            return self.tr("(not in this version)")
        if text is None:
            return self.tr("(what it said then is not known any more)")
        return f"{text.question}\n{text.answer}\n[{text.section}]"

    def _text(self, one: RowDifference) -> RowText | None:
        return one.after or one.before

    def _answer(self, one: RowDifference) -> str:
        text = self._text(one)
        return text.answer if text is not None else ""

    def _question(self, one: RowDifference) -> str:
        text = self._text(one)
        if text is not None:
            return text.question
        if one.kind is RowKind.CONVERSATION:
            return self.tr("(what is asked in a training conversation)")
        return self.tr("(not there any more)")

    def _change(self, one: RowDifference) -> str:
        return {"added": self.tr("added"), "removed": self.tr("removed"), "changed": self.tr("changed")}[one.change]
