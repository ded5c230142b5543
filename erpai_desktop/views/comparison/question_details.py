"""One question as both versions answered it, with what differs marked and each verdict explained."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from erpai_desktop.models.enums import Grounding
from erpai_desktop.models.snapshots.comparison import Comparison, QuestionComparison, SideAnswer
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.diff_text import DiffText, show_difference
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import column, label, row


class QuestionDetails(QFrame):
    """`show_question` fills it."""

    opened = Signal(object)
    """The QuestionComparison whose Q&A is to be opened."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "alternate")
        self._shown: QuestionComparison | None = None
        tr = self.tr
        self._question = ElidedLabel(role="strong")
        self._question.setAccessibleName(tr("Question"))
        self._expected = ElidedLabel(role="dim")
        self._expected.setAccessibleName(tr("Desired answer"))
        self._alike = Badge()
        self._open = QuietButton(theme, tr("Open Q&&A"), tr("Show this validation row in its model's Q&As"), icon="qa")
        self._open.setAccessibleName(tr("Open Q&A"))
        self._open.clicked.connect(self._open_shown)
        self._left = _Side(theme, tr("Answer of the version on the left"), "hit")
        self._right = _Side(theme, tr("Answer of the version on the right"), "good_soft")
        head = row(self._question, self._alike, self._open)
        head.setStretchFactor(self._question, 1)
        both = row(self._left, self._right, gap=16)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        layout = column(head, self._expected, both, gap=4, margins=(14, 6, 14, 6))
        layout.setStretchFactor(both, 1)
        self.setLayout(layout)
        self.setMinimumHeight(116)

    def show_question(self, question: QuestionComparison, comparison: Comparison) -> None:
        """Show one question."""
        self._shown = question
        tr = self.tr
        self._question.setText(question.question)
        self._expected.setText(
            tr("It should say that it does not know.")
            if question.expects_refusal
            else tr("Desired: {answer}").format(answer=question.expected)
            if question.expected.strip()
            else tr("Only certain words are asked for.")
        )
        self._alike.show_text(
            tr("{n} % alike").format(n=f"{question.similarity:.0f}"),
            "plain",
            tr("How much of the two answers is the same, character by character"),
        )
        self._left.show_answer(comparison.left.name, question.left)
        self._right.show_answer(comparison.right.name, question.right)
        left, right = self._left.words(question.left), self._right.words(question.right)
        if question.left.refused or question.right.refused:
            # An answer and none have no words to compare.
            self._left.text.show_text(left)
            self._right.text.show_text(right)
        else:
            show_difference(self._left.text, left, self._right.text, right)

    def _open_shown(self) -> None:
        if self._shown is not None:
            self.opened.emit(self._shown)


class _Side(QWidget):
    def __init__(self, theme: Theme, name: str, ground: ColorName) -> None:
        super().__init__()
        self._version = label("", "note")
        self._mark, self._grounding, self._judge = Badge(), Badge(), Badge()
        self._reason = ElidedLabel(role="note")
        self._reason.setAccessibleName(self.tr("Why"))
        self.text = DiffText(theme, name, ground)
        self.text.setMinimumHeight(36)
        head = row(self._version, self._mark, self._grounding, self._judge, self._reason, gap=6)
        head.setStretchFactor(self._reason, 1)
        layout = column(head, self.text, gap=4)
        layout.setStretchFactor(self.text, 1)
        self.setLayout(layout)

    def words(self, answer: SideAnswer) -> str:
        """What was answered, in words."""
        if answer.refused:
            return self.tr("It said that it does not know.")
        return answer.answer or self.tr("(empty)")

    def show_answer(self, version: str, answer: SideAnswer) -> None:
        tr = self.tr
        self._version.setText(version)
        self._mark.show_text(tr("right") if answer.right else tr("wrong"), "good" if answer.right else "bad")
        said = {
            Grounding.UNCITED: tr("not borne out by sources"),
            Grounding.FALLBACK: tr("provider failed: curated answer"),
        }.get(answer.grounding, "")
        self._grounding.show_text("" if answer.refused else said, "warning", answer.note)
        self._judge.show_text(
            tr("judge {score}").format(score=f"{answer.judge_score:.2f}") if answer.judge_score is not None else "",
            "plain",
            answer.judge_reason,
        )
        parts = (answer.reason, answer.note, answer.judge_reason)
        self._reason.setText(" · ".join(part for part in parts if part))
