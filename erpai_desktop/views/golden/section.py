"""A model's golden answers: what was recorded and when, and whether a successor says the same."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ActionId, CompilationId, GoldenSetId, ModelId, UserId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.golden import GoldenReply, GoldenSet, GoldenSetLine
from erpai_desktop.models.snapshots.parity import Parity
from erpai_desktop.views.comparison.wording import full_name
from erpai_desktop.views.golden.jobs import GoldenJobs
from erpai_desktop.views.golden.parity_view import ParityView
from erpai_desktop.views.golden.recording import Recording
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, frame, row, stretch
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.views.rows.list_over_details import ListOverDetails
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import golden, golden_reading, history
from erpai_desktop.workers.runner import Runner


class GoldenSection(QWidget):
    """`show_versions` tells it which versions can be recorded and checked; what was checked is kept while it lives.

    `tools` belong into the bar above it.
    """

    notice = Signal(object)
    count_changed = Signal(int)
    """How many sets there are."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        jobs: GoldenJobs,
        user_id: UserId,
        *,
        role: Role = Role.ADMINISTRATOR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
        self._jobs = jobs
        self._forbidden = why_not(role, Role.TRAINER)
        self._parities: dict[GoldenSetId, Parity] = {}
        self._recording = Recording(runner, theme, model_id, jobs, user_id, parent=self)
        tr = self.tr
        self._empty = EmptyState(
            theme,
            "answer",
            tr("No golden answers"),
            tr(
                "When a base model is about to end, record what a version says to all validation questions and to what "
                "people really asked. Then check that its successor says the same, and hand the report on."
            ),
            action=tr("Record golden answers"),
            tooltip=tr("Ask a version, and keep its answers"),
        )
        self._empty.action_requested.connect(self.record)
        self._record = QuietButton(theme, tr("Record…"), tr("Ask a version, and keep its answers"))
        self._record.clicked.connect(self.record)
        self._successor = Choice(theme, tr("Successor"), tr("Which version is asked the same questions"))
        self._check = QuietButton(
            theme, tr("Check"), tr("Ask the successor the same questions and compare its answers")
        )
        self._check.clicked.connect(self.check)
        self._delete = IconButton(
            theme, "delete", tr("Delete golden answers"), tr("Move the chosen set to the bin; can be undone")
        )
        self._delete.clicked.connect(self._delete_current)
        self._sets: RowModel[GoldenSetLine] = RowModel(
            (
                Column(tr("Name"), lambda line: line.name),
                Column(tr("Version"), lambda line: f"v{line.number}", 64),
                Column(tr("Base model"), lambda line: line.base_model or tr("none"), 130, spare=1),
                Column(tr("Recorded"), lambda line: local_time(line.recorded_utc), 106),
                Column(tr("By"), lambda line: line.user, 90, spare=2),
                Column(tr("Answers"), lambda line: f"{line.count:,}", 70),
                Column(tr("Right"), lambda line: f"{line.right:,} / {line.judged:,}", 74),
            ),
            key=lambda line: line.id,
            parent=self,
        )
        self._table = RowTable(theme, self._sets, tr("Golden answers"), tr("Choose a set to see its answers"))
        self._table.picked.connect(self._read_set)
        self._table.setMinimumHeight(58)
        self._make_lower_half(theme)
        self.tools = QWidget()
        self.tools.setLayout(row(self._record, stretch(), self._successor, self._check, self._delete))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(ListOverDetails(self._table, self._lower))
        self.setLayout(column(self._stack))
        for button in (self._record, self._empty.button, self._delete):
            if button is not None:
                button.disabled_because(self._forbidden)
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the sets again."""
        self._runner.read((self, "sets"), golden_reading.golden_sets, model_id=self._model_id).then(self._show)

    def show_versions(self, versions: tuple[VersionScore, ...]) -> None:
        """Which versions there are, the newest first."""
        able = tuple(version for version in versions if version.can_answer)
        self._recording.versions = able
        self._successor.set_options([(str(version.id), full_name(version)) for version in able])
        self._offer()

    def record(self) -> None:
        """Ask what to record, then do it."""
        if not self._forbidden:
            self._recording.begin()

    def check(self) -> None:
        """Check the chosen successor against the chosen set."""
        line = self._table.current
        successor = next((one for one in self._recording.versions if str(one.id) == self._successor.current), None)
        if line is None or successor is None:
            return
        set_id = line.id

        def show(parity: Parity) -> None:
            self._parities[set_id] = parity
            if self._table.current is not None and self._table.current.id == set_id:
                self._show_parity(parity)

        job = self._jobs.check_successor(self._model_id, set_id, CompilationId(successor.id))
        job.outcome.then(show, owner=self)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_lower_half(self, theme: Theme) -> None:
        tr = self.tr
        self._strip = TabStrip(
            theme,
            [
                TabItem("parity", tr("Parity"), tr("Whether a successor says the same")),
                TabItem("answers", tr("Answers"), tr("What was recorded")),
            ],
        )
        self._strip.selected.connect(lambda _key: self._choose_page())
        self._answers: RowModel[GoldenReply] = RowModel(
            (
                Column(tr("Question"), lambda reply: reply.question.question),
                Column(tr("Golden answer"), self._said),
                Column("", self._mark, 74, badge=lambda reply: "good" if reply.right else "bad"),
                Column(tr("Sure"), lambda reply: f"{reply.confidence:.2f}", 58),
            ),
            key=lambda reply: (reply.question.qa_id, reply.question.question),
            parent=self,
        )
        answers = RowTable(theme, self._answers, tr("Recorded answers"), tr("What the version said then"))
        self._parity = ParityView(theme)
        self._parity.report_requested.connect(self._ask_where)
        unchecked = EmptyState(
            theme,
            "compare",
            tr("Not checked yet"),
            tr("Choose a successor above and press Check: it is asked the same questions, and both answers compared."),
        )
        self._pages = QStackedWidget()
        for page in (unchecked, self._parity, answers):
            self._pages.addWidget(page)
        self._lower = QWidget()
        layout = column(frame(row(self._strip, margins=(4, 0, 0, 0)), "bar"), self._pages, gap=0)
        layout.setStretchFactor(self._pages, 1)
        self._lower.setLayout(layout)

    def _show(self, lines: tuple[GoldenSetLine, ...]) -> None:
        self._sets.show(lines)
        self._stack.setCurrentIndex(1 if lines else 0)
        for tool in (self._record, self._successor, self._check, self._delete):
            # Without a set the page itself offers the one first step.
            tool.setVisible(bool(lines))
        self.count_changed.emit(len(lines))
        self._offer()

    def _read_set(self, line: GoldenSetLine | None) -> None:
        if line is None:
            return
        self._runner.read((self, "set"), golden_reading.golden_set, golden_set_id=line.id).then(
            self._show_answers
        ).otherwise(lambda _error: True, owner=self)
        parity = self._parities.get(line.id)
        if parity is not None:
            self._show_parity(parity)
        self._choose_page()
        self._offer()

    def _show_answers(self, found: GoldenSet) -> None:
        self._answers.show(found.replies)
        self._strip.set_count("answers", f"{len(found.replies):,}")

    def _show_parity(self, parity: Parity) -> None:
        self._parity.show_parity(parity)
        self._strip.select("parity")
        self._choose_page()

    def _choose_page(self) -> None:
        if self._strip.current == "answers":
            self._pages.setCurrentIndex(2)
            return
        line = self._table.current
        self._pages.setCurrentIndex(1 if line is not None and line.id in self._parities else 0)

    def _offer(self) -> None:
        self._check.disabled_because("" if self._recording.versions else self.tr("No version can answer"))
        self._record.disabled_because(
            self._forbidden or ("" if self._recording.versions else self.tr("No version can answer"))
        )

    def _delete_current(self) -> None:
        line = self._table.current
        if line is None:
            return

        def tell(changes: Changes) -> None:
            if changes.action_id is None:
                return
            action_id = ActionId(changes.action_id)
            self.notice.emit(
                Notice(
                    self.tr("Deleted golden answers “{name}”").format(name=line.name),
                    action=self.tr("Undo"),
                    callback=lambda: self._runner.write(self, history.undo, action_id=action_id),
                    seconds=20,
                    about=action_id,
                )
            )

        self._runner.write(self, golden.delete_golden_set, golden_set_id=line.id).then(tell, owner=self)

    def _ask_where(self, parity: Parity) -> None:
        dialog = QFileDialog(self.window(), self.tr("Parity report"), "", self.tr("Web pages (*.html)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"parity {parity.after.name}.html")
        dialog.fileSelected.connect(lambda name: self._jobs.write_report(parity, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _said(self, reply: GoldenReply) -> str:
        return self.tr("not known") if reply.refused else reply.answer or self.tr("(empty)")

    def _mark(self, reply: GoldenReply) -> str:
        if reply.right is None:
            return ""
        return self.tr("right") if reply.right else self.tr("wrong")

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if changes.touches(Entity.GOLDEN_SET):
            self._fresh.spoil()
