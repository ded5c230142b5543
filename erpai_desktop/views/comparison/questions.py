"""Every question that both versions were asked: filter, table, and beneath it both answers in full."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from erpai_desktop.models.comparison import Better
from erpai_desktop.models.snapshots.comparison import Comparison, QuestionComparison, SideAnswer
from erpai_desktop.views.comparison.question_details import QuestionDetails
from erpai_desktop.views.comparison.uncommon import UncommonQuestions
from erpai_desktop.views.comparison.wording import better_badge
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable

_BETTER = {"better": Better.RIGHT, "worse": Better.LEFT, "same": Better.SAME}


class Questions(QWidget):
    """`show_comparison` fills it; better and worse are told of the version on the right."""

    opened = Signal(object)
    """The QuestionComparison whose Q&A is to be opened."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._comparison: Comparison | None = None
        tr = self.tr
        self._filter = TabStrip(
            theme,
            [
                TabItem("all", tr("All"), tr("Every question that both were asked")),
                TabItem("better", tr("Better"), tr("Right on the right, wrong on the left")),
                TabItem("worse", tr("Worse"), tr("Wrong on the right, right on the left")),
                TabItem("same", tr("Same"), tr("Both right, or both wrong")),
            ],
            look="segments",
        )
        self._filter.selected.connect(lambda _key: self._apply())
        self.uncommon = UncommonQuestions(theme)
        header = row(self._filter, self.uncommon, stretch(), gap=12, margins=(14, 6, 14, 6))
        header.setStretchFactor(self.uncommon, 100)
        self._model: RowModel[QuestionComparison] = RowModel((), key=_key, parent=self)
        self._table: RowTable | None = None
        self._none = label(tr("None came out like this."), "dim")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setMinimumHeight(40)
        self._none.hide()
        self._details = QuestionDetails(theme)
        self._details.opened.connect(self.opened)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self._details)
        layout = column(frame(header, "bar"), self._none, self._splitter, gap=0)
        layout.setStretchFactor(self._splitter, 1)
        self.setLayout(layout)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the questions; what is chosen stays chosen when the same two are read again."""
        if self._comparison is None:
            # The columns are named after the two, which are known only now.
            self._make_table(comparison)
        self._comparison = comparison
        for key, count in (
            ("all", len(comparison.questions)),
            ("better", comparison.better),
            ("worse", comparison.worse),
            ("same", comparison.same),
        ):
            self._filter.set_count(key, f"{count:,}")
        self.uncommon.show_comparison(comparison)
        self._apply()

    def choose(self, which: str) -> None:
        """Show "all", "better", "worse" or "same" ones."""
        self._filter.select(which)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_table(self, comparison: Comparison) -> None:
        left, right = comparison.left.name, comparison.right.name
        self._model = RowModel(
            (
                Column(self.tr("Question"), lambda one: one.question),
                Column(left, lambda one: self._said(one.left), tooltip=lambda one: self._why(one.left)),
                Column(right, lambda one: self._said(one.right), tooltip=lambda one: self._why(one.right)),
                Column(self.tr("Better"), self._better, 76, badge=self._better_kind, tooltip=self._better_words),
            ),
            key=_key,
            parent=self,
        )
        table = RowTable(self._theme, self._model, self.tr("Questions"), self.tr("Enter opens the validation row"))
        table.picked.connect(self._show_question)
        table.opened.connect(self.opened)
        table.setMinimumHeight(58)
        self._table = table
        self._splitter.insertWidget(0, table)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([400, 128])

    def _apply(self) -> None:
        if self._comparison is None or self._table is None:
            return
        wanted = _BETTER.get(self._filter.current)
        shown = [one for one in self._comparison.questions if wanted is None or one.better is wanted]
        self._model.show(shown)
        self._none.setVisible(not shown)
        self._splitter.setVisible(bool(shown))
        self._show_question(self._table.current)

    def _show_question(self, question: QuestionComparison | None) -> None:
        self._details.setVisible(question is not None)
        if question is not None and self._comparison is not None:
            self._details.show_question(question, self._comparison)

    def _said(self, answer: SideAnswer) -> str:
        if answer.refused:
            return self.tr("not known · {confidence}").format(confidence=f"{answer.confidence:.2f}")
        return answer.answer or self.tr("(empty)")

    def _why(self, answer: SideAnswer) -> str:
        mark = self.tr("right") if answer.right else self.tr("wrong")
        return f"{mark}: {answer.reason}\n{self._said(answer)}"

    def _better(self, one: QuestionComparison) -> str:
        assert self._comparison is not None, "there are rows only once there is a comparison"
        return better_badge(one.better, self._comparison)[0]

    def _better_kind(self, one: QuestionComparison) -> str:
        assert self._comparison is not None, "there are rows only once there is a comparison"
        return better_badge(one.better, self._comparison)[1]

    def _better_words(self, one: QuestionComparison) -> str:
        if one.better is Better.SAME:
            return self.tr("Both are right") if one.left.right else self.tr("Both are wrong")
        return self.tr("The other one is wrong")


def _key(one: QuestionComparison) -> object:
    return one.qa_id
