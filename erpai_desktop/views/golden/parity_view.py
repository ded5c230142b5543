"""How a successor's answers stand beside golden ones: how many are alike, which differ, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSplitter, QWidget

from erpai_desktop.models.comparison import Better, Verdict, p_text
from erpai_desktop.models.snapshots.parity import Agreement, Parity, ParityAnswer, ParityLine
from erpai_desktop.models.statistics import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.two_texts import TwoTexts
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable

_KINDS: dict[Agreement, BadgeKind] = {
    Agreement.SAME: "good",
    Agreement.SIMILAR: "plain",
    Agreement.DIFFERENT: "warning",
}


class ParityView(QWidget):
    """`show_parity` fills it."""

    report_requested = Signal(object)
    """The Parity to write a report of."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._parity: Parity | None = None
        self._share, self._verdict = Badge(), Badge()
        self._sentence = ElidedLabel(role="dim")
        self._report = QuietButton(
            theme, tr("Parity report…"), tr("Write this into a file that can be handed on"), icon="file"
        )
        self._report.clicked.connect(lambda: self.report_requested.emit(self._parity))
        head = row(self._share, self._verdict, self._sentence, self._report, margins=(14, 6, 14, 6))
        head.setStretchFactor(self._sentence, 1)
        self._filter = TabStrip(
            theme,
            [
                TabItem("all", tr("All"), tr("Every question")),
                TabItem("different", tr("Different"), tr("Another answer than the golden one")),
                TabItem("similar", tr("Similar"), tr("Nearly the same words")),
                TabItem("same", tr("Same"), tr("The same words")),
                TabItem("worse", tr("Worse"), tr("The golden answer was right, this one is wrong")),
            ],
            look="segments",
        )
        self._filter.selected.connect(lambda _key: self._apply())
        self._model: RowModel[ParityLine] = RowModel(
            (
                Column(tr("Question"), lambda one: one.question),
                Column(tr("Golden answer"), lambda one: self._said(one.before)),
                Column(tr("Now"), lambda one: self._said(one.after)),
                Column(tr("Alike"), self._alike, 82, badge=lambda one: _KINDS[one.agreement], tooltip=_percent),
                Column("", self._better, 66, badge=lambda one: "bad" if one.better is Better.LEFT else "good"),
            ),
            key=lambda one: one.question,
            parent=self,
        )
        self._table = RowTable(theme, self._model, tr("Golden answers and those of now"), tr("Choose one to see both"))
        self._table.picked.connect(self._show_line)
        self._table.setMinimumHeight(58)
        self._texts = TwoTexts(theme, (tr("Golden answer"), tr("Now")))
        self._texts.set_captions(tr("Golden answer"), tr("Now"))
        self._question = ElidedLabel(role="strong")
        inner = column(self._question, self._texts, gap=6, margins=(14, 8, 14, 8))
        inner.setStretchFactor(self._texts, 1)
        self._details = QFrame()
        self._details.setProperty("role", "alternate")
        self._details.setLayout(inner)
        self._details.setMinimumHeight(84)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._table)
        splitter.addWidget(self._details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([400, 110])
        bar = row(self._filter, margins=(14, 0, 14, 6))
        bar.addStretch()
        layout = column(frame(column(head, bar, gap=0), "bar"), splitter, gap=0)
        layout.setStretchFactor(splitter, 1)
        self.setLayout(layout)

    def show_parity(self, parity: Parity) -> None:
        """Show how a successor did."""
        tr = self.tr
        self._parity = parity
        share = parity.share_alike
        alike = percent(share) if share is not None else "–"
        self._share.show_text(
            tr("{share} alike").format(share=alike),
            "good" if share is not None and share >= 0.9 else "warning",
            tr("The same or nearly so: {n} of {all}").format(n=parity.same + parity.similar, all=len(parity.lines)),
        )
        words: dict[Verdict, tuple[str, BadgeKind]] = {
            Verdict.LEFT: (tr("worse, beyond chance"), "bad"),
            Verdict.RIGHT: (tr("better, beyond chance"), "good"),
            Verdict.NEITHER: (tr("no difference beyond chance"), "plain"),
            Verdict.UNKNOWN: ("", "plain"),
        }
        self._verdict.show_text(*words[parity.verdict], parity.sentence)
        self._sentence.setText(
            tr("{better} better, {worse} worse of {all} · p {p}").format(
                better=f"{parity.better:,}",
                worse=f"{parity.worse:,}",
                all=f"{parity.after.judged:,}",
                p=p_text(parity.p_value),
            )
            if parity.verdict is not Verdict.UNKNOWN
            else parity.sentence
        )
        self._sentence.set_tooltip(parity.sentence)
        for key, count in (
            ("all", len(parity.lines)),
            ("different", parity.different),
            ("similar", parity.similar),
            ("same", parity.same),
            ("worse", parity.worse),
        ):
            self._filter.set_count(key, f"{count:,}")
        self._apply()

    def _apply(self) -> None:
        if self._parity is None:
            return
        wanted = self._filter.current
        self._model.show(
            [
                one
                for one in self._parity.lines
                if wanted in ("all", one.agreement.value) or (wanted == "worse" and one.better is Better.LEFT)
            ]
        )
        self._show_line(self._table.current)

    def _show_line(self, one: ParityLine | None) -> None:
        self._details.setVisible(one is not None)
        if one is None:
            return
        self._question.setText(one.question)
        self._texts.show_difference(self._said(one.before), self._said(one.after))

    def _said(self, answer: ParityAnswer) -> str:
        if answer.refused:
            return self.tr("not known")
        return answer.text or self.tr("(empty)")

    def _alike(self, one: ParityLine) -> str:
        return {
            Agreement.SAME: self.tr("same"),
            Agreement.SIMILAR: self.tr("similar"),
            Agreement.DIFFERENT: self.tr("different"),
        }[one.agreement]

    def _better(self, one: ParityLine) -> str:
        return {Better.LEFT: self.tr("worse"), Better.RIGHT: self.tr("better")}.get(one.better or Better.SAME, "")


def _percent(one: ParityLine) -> str:
    return f"{one.similarity:.0f} %"
