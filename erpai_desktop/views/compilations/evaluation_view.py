"""Validation questions and how a version answered them: which are wrong, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSplitter, QWidget

from erpai_desktop.models.evaluation_record import EvaluationRecord
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, field, frame, label, row, stretch
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable


class EvaluationView(QWidget):
    """A filter, the table, and beneath it the chosen question in full; without details the table has the reasons."""

    opened = Signal(object)
    """The EvaluationRecord whose Q&A is to be opened."""

    def __init__(self, theme: Theme, *, with_details: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._lines: tuple[EvaluationRecord, ...] = ()
        why: Column[EvaluationRecord] = Column(tr("Why"), lambda line: line.reason, spare=1)
        self._model: RowModel[EvaluationRecord] = RowModel(
            (
                Column(
                    "",
                    self._mark,
                    74,
                    badge=lambda line: "good" if line.right else "bad",
                    tooltip=lambda line: line.reason,
                ),
                Column(tr("Question"), lambda line: line.question),
                Column(tr("Answer"), self.answer_of),
                Column(tr("Sure"), lambda line: f"{line.confidence:.2f}", 58),
                *(() if with_details else (why,)),
            ),
            key=lambda line: line.qa_id,
            parent=self,
        )
        self._filter = TabStrip(
            theme,
            [
                TabItem("all", tr("All"), tr("Every validation question")),
                TabItem("wrong", tr("Wrong"), tr("Only those that came out wrong")),
                TabItem("right", tr("Right"), tr("Only those that came out right")),
            ],
            look="segments",
        )
        self._filter.selected.connect(lambda _key: self._apply())
        self.header = row(self._filter, stretch(), margins=(14, 6, 14, 6))
        self._table = RowTable(
            theme, self._model, tr("Validation questions"), tr("Enter opens the Q&A of the chosen question")
        )
        self._table.picked.connect(self._show_line)
        self._table.opened.connect(self.opened)
        self._none = label(tr("None came out like this."), "dim")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._table)
        self._details = self._make_details(theme)
        self._with_details = with_details
        splitter.addWidget(self._details)
        splitter.setHandleWidth(1)
        splitter.setSizes([400, 110])
        splitter.setStretchFactor(0, 1)
        layout = column(frame(self.header, "bar"), self._none, splitter, gap=0)
        layout.setStretchFactor(splitter, 1)
        self.setLayout(layout)
        self.show_lines(())

    def show_lines(self, lines: Sequence[EvaluationRecord], *, judge: str = "", rubric: str = "") -> None:
        """Replace the questions; `judge` is the model that marked the answers too, `rubric` what it marked them by."""
        self._lines = tuple(lines)
        # Words of ours first: Qt takes a text for plain by its first line.
        by = self.tr("A judge model marked the answers too.")
        self._reason.setToolTip(f"{by}\n{judge}\n\n{rubric}" if rubric else "")
        wrong = sum(not line.right for line in self._lines)
        for key, count in (("all", len(self._lines)), ("wrong", wrong), ("right", len(self._lines) - wrong)):
            self._filter.set_count(key, f"{count:,}")
        self._apply()

    def choose(self, which: str) -> None:
        """Show "all", "wrong" or "right" ones."""
        self._filter.select(which)

    def answer_of(self, line: EvaluationRecord) -> str:
        """What was answered, in a line."""
        return self.tr("not known") if line.refused else line.answer

    def _mark(self, line: EvaluationRecord) -> str:
        return self.tr("right") if line.right else self.tr("wrong")

    def _apply(self) -> None:
        which = self._filter.current
        shown = [line for line in self._lines if which == "all" or line.right == (which == "right")]
        self._model.show(shown)
        self._none.setVisible(not shown and bool(self._lines))
        self._show_line(self._table.current)

    def _make_details(self, theme: Theme) -> QWidget:
        tr = self.tr
        self._question = label("", "strong", wrap=True, selectable=True)
        self._badge, self._confidence = Badge(), Badge()
        self._expected = label("", wrap=True, selectable=True)
        self._answer = label("", wrap=True, selectable=True)
        self._reason = label("", "dim", wrap=True, selectable=True)
        for text, made in (
            (tr("Question"), self._question),
            (tr("Why"), self._reason),
            (tr("Expected"), self._expected),
            (tr("Answered"), self._answer),
        ):
            made.setAccessibleName(text)
            made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._open = QuietButton(theme, tr("Open Q&&A"), tr("Show this validation row in its model's Q&As"), icon="qa")
        self._open.setAccessibleName(tr("Open Q&A"))
        self._open.clicked.connect(self._open_current)
        both = QGridLayout()
        both.setHorizontalSpacing(16)
        both.addLayout(field(tr("Expected"), self._expected), 0, 0, Qt.AlignmentFlag.AlignTop)
        both.addLayout(field(tr("Answered"), self._answer), 0, 1, Qt.AlignmentFlag.AlignTop)
        both.setColumnStretch(0, 1)
        both.setColumnStretch(1, 1)
        head = row(self._question, self._badge, self._confidence, self._open)
        head.setStretchFactor(self._question, 1)
        self._question.setMinimumHeight(26)
        inner = QFrame()
        inner.setProperty("role", "alternate")
        inner.setLayout(column(head, self._reason, both, stretch(), margins=(14, 10, 14, 10)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(96)
        scroll.setWidget(inner)
        return scroll

    def _show_line(self, line: EvaluationRecord | None) -> None:
        self._details.setVisible(line is not None and self._with_details)
        if line is None:
            return
        self._question.setText(line.question)
        self._badge.show_text(self._mark(line), "good" if line.right else "bad")
        self._confidence.show_text(f"{line.confidence:.2f}", "plain", self.tr("How sure the version was, from 0 to 1"))
        self._reason.setText("\n".join(self._reasons(line)))
        self._expected.setText(
            self.tr("It should say that it does not know.") if line.expects_refusal else line.expected
        )
        self._answer.setText(
            self.tr("It said that it does not know.") if line.refused else line.answer or self.tr("(empty)")
        )

    def _reasons(self, line: EvaluationRecord) -> list[str]:
        """Why it counts as it does, what was said of how it came about, and what the judge thought."""
        reasons = [line.reason]
        if line.note:
            reasons.append(line.note)
        if line.judge_score is not None or line.judge_reason:
            mark = f"{line.judge_score:.2f}" if line.judge_score is not None else self.tr("no mark")
            reasons.append(self.tr("Judge: {mark}. {why}").format(mark=mark, why=line.judge_reason).rstrip())
        return reasons

    def _open_current(self) -> None:
        line = self._table.current
        if line is not None:
            self.opened.emit(line)
