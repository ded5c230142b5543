"""Two versions side by side: which is better and by how much, question by question; and the one button that deploys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import Role, RowKind
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.comparison import Comparison, KnowledgeDifference, VersionScore
from erpai_desktop.views.comparison.instructions import InstructionsDifference
from erpai_desktop.views.comparison.knowledge import KnowledgeChanges
from erpai_desktop.views.comparison.questions import Questions
from erpai_desktop.views.comparison.uncommon import UncommonQuestions
from erpai_desktop.views.comparison.version_card import VersionCard
from erpai_desktop.views.comparison.wording import verdict_badge
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.page_header import PageHeader
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.rows.row_opener import RowOpener
from erpai_desktop.workers.intentions import comparison, compilations, knowledge_difference, rolling_back
from erpai_desktop.workers.runner import Runner

_PAGES = ("questions", "knowledge", "instructions")
_LOW = 540
"""Pixels of height below which the cards say less."""


class ComparisonPage(QWidget):
    """The version on the right is the candidate; reads again when either of the two, or what is active, changes."""

    open_row = Signal(object)
    """A FindingRow."""
    notice = Signal(object)
    report_requested = Signal(object, object)
    """(Comparison, the Path that the person chose)."""
    evaluate_requested = Signal(object)
    """The VersionScore of a version that was asked other questions than its rival."""
    titled = Signal(str)
    """What its tab is called, once that is known."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        left_id: CompilationId,
        right_id: CompilationId,
        *,
        role: Role = Role.ADMINISTRATOR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._ids = (left_id, right_id)
        self._forbidden = why_not(role, Role.ADMINISTRATOR)
        self._comparison: Comparison | None = None
        tr = self.tr
        self._head = PageHeader(theme, tr("Two versions"))
        self._deploy = PrimaryButton(
            theme, tr("Deploy"), tr("Let the version on the right answer from now on"), icon="deploy"
        )
        self._deploy.clicked.connect(self.deploy)
        self._deploy.hide()
        self._head.add_button(self._deploy)
        self._left, self._right = VersionCard(theme), VersionCard(theme)
        cards = row(self._left, self._right, gap=12, margins=(14, 0, 14, 10))
        cards.setStretch(0, 1)
        cards.setStretch(1, 1)
        self._strip = TabStrip(
            theme,
            [
                TabItem("questions", tr("Questions"), tr("Every question that both were asked")),
                TabItem("knowledge", tr("Knowledge"), tr("Rows added, removed and changed between the two")),
                TabItem("instructions", tr("Instructions"), tr("What each was told about how to answer")),
            ],
        )
        self._strip.selected.connect(self._on_page)
        self._report = QuietButton(
            theme, tr("Parity report…"), tr("Write this comparison into a file that can be handed on"), icon="file"
        )
        self._report.clicked.connect(self._ask_where)
        bar = row(self._strip, self._report, margins=(4, 0, 14, 0))
        bar.setStretchFactor(self._strip, 1)
        self._make_pages(theme)
        shown = QFrame()
        body = column(cards, frame(bar, "bar"), self._pages, gap=0)
        body.setStretchFactor(self._pages, 1)
        shown.setLayout(body)
        self._waiting = EmptyState(theme, "compare", tr("Comparing…"), "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(shown)
        layout = column(self._head, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the page is low, the answers come before the rest of what is known of the two."""
        for card in (self._left, self._right):
            card.set_low(event.size().height() < _LOW)
        super().resizeEvent(event)

    def refresh(self) -> None:
        """Compare again."""
        left, right = self._ids
        self._runner.read_apart((self, "comparison"), comparison.comparison, left_id=left, right_id=right).then(
            self._show
        ).otherwise(self._not_read)
        self._runner.read_apart(
            (self, "knowledge"), knowledge_difference.knowledge_difference, left_id=left, right_id=right
        ).then(self._show_difference).otherwise(self._not_read)

    def deploy(self) -> None:
        """Let the version on the right answer."""
        found = self._comparison
        if found is not None and self._deploy.isEnabled():
            self._runner.write(self, compilations.activate, compilation_id=found.right.id).then(
                lambda _changes: self._tell(found), owner=self
            )

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_pages(self, theme: Theme) -> None:
        self._opener = RowOpener(self._runner, parent=self)
        self._opener.found.connect(self.open_row)
        self._opener.notice.connect(self.notice)
        self._questions = Questions(theme)
        self._questions.opened.connect(lambda one: self._opener.open(one.qa_id, RowKind.QA))
        self._knowledge = KnowledgeChanges(theme)
        self._knowledge.opened.connect(lambda one: self._opener.open(one.row_id, one.kind, one.model_name))
        self._instructions = InstructionsDifference(theme)
        self._pages = QStackedWidget()
        self._alone = UncommonQuestions(theme)
        for uncommon in (self._alone, self._questions.uncommon):
            uncommon.evaluate_requested.connect(self.evaluate_requested)
        empty = EmptyState(
            theme,
            "evaluation",
            self.tr("No question in common"),
            self.tr("One of the two was not evaluated, or they were asked other questions. Evaluate both again."),
        )
        nothing = QWidget()
        nothing.setLayout(column(frame(row(self._alone, margins=(14, 6, 14, 6)), "bar"), empty, gap=0))
        self._asked = QStackedWidget()
        self._asked.addWidget(nothing)
        self._asked.addWidget(self._questions)
        for page in (self._asked, self._knowledge, self._instructions):
            self._pages.addWidget(page)

    def _show(self, found: Comparison) -> None:
        self._comparison = found
        tr = self.tr
        left, right = found.left, found.right
        self._head.set_title(self._title())
        self.titled.emit(f"{left.name} ↔ {right.name}")
        self._head.set_badges([verdict_badge(found)])
        self._left.show_version(left)
        self._right.show_version(right)
        self._alone.show_comparison(found)
        self._deploy.setText(tr("Deploy {version}").format(version=right.name))
        self._deploy.show()
        self._deploy.disabled_because(self._forbidden or self._why_not(right))
        self._report.disabled_because("" if found.questions else tr("There is nothing to compare"))
        self._strip.set_count("questions", f"{len(found.questions):,}")
        self._asked.setCurrentIndex(1 if found.questions else 0)
        self._questions.show_comparison(found)
        self._stack.setCurrentIndex(1)

    def _title(self) -> str:
        found = self._comparison
        assert found is not None, "called once there is a comparison"
        return self.tr("{model}: {left} against {right}").format(
            model=found.model_name, left=found.left.name, right=found.right.name
        )

    def _show_difference(self, difference: KnowledgeDifference) -> None:
        names = self._names()
        self._knowledge.show_difference(difference, *names)
        differ = self._instructions.show_difference(difference, *names)
        count = difference.added + difference.removed + difference.changed
        self._strip.set_count("knowledge", f"{count:,}")
        self._strip.set_count("instructions", self.tr("differ") if differ else "")

    def _names(self) -> tuple[str, str]:
        if self._comparison is None:
            return self.tr("left"), self.tr("right")
        return self._comparison.left.name, self._comparison.right.name

    def _why_not(self, version: VersionScore) -> str:
        if version.is_active:
            return self.tr("{version} answers already").format(version=version.name)
        if not version.can_answer:
            return self.tr("{version} cannot answer any more").format(version=version.name)
        return ""

    def _tell(self, found: Comparison) -> None:
        def roll_back() -> None:
            self._runner.write(self, rolling_back.roll_back, model_id=found.model_id)

        self.notice.emit(
            Notice(
                self.tr("{version} answers from now on").format(version=found.right.name),
                kind="good",
                action=self.tr("Undo"),
                callback=roll_back,
                seconds=20,
            )
        )
        self._fresh.read_now()

    def _ask_where(self) -> None:
        found = self._comparison
        if found is None:
            return
        dialog = QFileDialog(self.window(), self.tr("Parity report"), "", self.tr("Web pages (*.html)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"parity {found.left.name} {found.right.name}.html")
        dialog.fileSelected.connect(lambda name: self.report_requested.emit(found, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_page(self, key: str) -> None:
        self._pages.setCurrentIndex(_PAGES.index(key))

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        mine = self._comparison is None or self._comparison.model_id in changes.owners
        if mine and any(changes.touches(entity) for entity in (Entity.COMPILATION, Entity.MODEL, Entity.ASSET)):
            self._fresh.spoil()

    def _not_read(self, error: Exception) -> bool:
        if not isinstance(error, ErpAiError):
            return False
        self._waiting.set_words(self.tr("These two cannot be compared"), str(error))
        self._stack.setCurrentIndex(0)
        return True
