"""One version in full: how it did, its log, its calibration, and every row that it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from erpai_desktop.models.enums import CompilationStatus, Role, RowKind
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.compilations import CompilationDetails, ManifestRow
from erpai_desktop.views.comparison.wording import life
from erpai_desktop.views.compilations.curve import CalibrationCurve
from erpai_desktop.views.compilations.evaluation_view import EvaluationView
from erpai_desktop.views.compilations.training_bar import TrainingBar
from erpai_desktop.views.compilations.wording import (
    percent,
    spent,
    status,
    target_name,
    under_way,
    was_cancelled,
    was_not_trained,
)
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton, QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, label, restyle, row, stretch
from erpai_desktop.views.parts.page_header import PageBadge
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.wording import local_time, plural
from erpai_desktop.views.rows.paged_rows import PagedRows
from erpai_desktop.views.rows.row_model import Column
from erpai_desktop.views.rows.row_opener import RowOpener
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import compilations_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner


class VersionDetails(QWidget):
    """Told which version to show by `show_details`; reads only the pages of its rows by itself."""

    open_row = Signal(object)
    """A FindingRow."""
    activate_requested = Signal(object)
    """A CompilationId."""
    compare_requested = Signal(object)
    """A CompilationId, to be compared with the active version."""
    delete_requested = Signal(object)
    """A CompilationId."""
    roll_back_requested = Signal()
    notice = Signal(object)

    def __init__(
        self, runner: Runner, theme: Theme, *, role: Role = Role.ADMINISTRATOR, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._forbidden = why_not(role, Role.ADMINISTRATOR)
        self._details: CompilationDetails | None = None
        self._score_of: VersionScore | None = None
        self._rows_of: CompilationId | None = None
        self._opener = RowOpener(runner, parent=self)
        self._opener.found.connect(self.open_row)
        self._opener.notice.connect(self.notice)
        head = self._make_head(theme)
        self._strip = TabStrip(
            theme,
            [
                TabItem("evaluation", self.tr("Evaluation"), self.tr("How it answered the validation questions")),
                TabItem("log", self.tr("Log"), self.tr("What the build did, and when")),
                TabItem("calibration", self.tr("Calibration"), self.tr("When it answers and when it refuses")),
                TabItem("rows", self.tr("Rows"), self.tr("Every row that it was made of, with its origin")),
            ],
        )
        self._pages = QStackedWidget()
        self._make_pages(theme)
        self._strip.selected.connect(self._on_page)
        bar = frame(row(self._strip, margins=(4, 0, 0, 0)), "bar")
        self.training = TrainingBar(runner, theme, role=role)
        layout = column(head, self.training, bar, self._pages, gap=0)
        layout.setStretchFactor(self._pages, 1)
        self.setLayout(layout)

    def show_details(self, details: CompilationDetails) -> None:
        """Show a version, or the same one again."""
        is_other = self._details is None or self._details.line.id != details.line.id
        self._details = details
        line = details.line
        self._title.setText(f"v{line.number} · {target_name(line.target)}")
        self.training.show_version(line.id)
        word, kind = status(line)
        self._state.show_text(word, kind)
        self._score.show_text(
            self.tr("{share} right").format(share=percent(line.score)) if line.score is not None else "", "plain"
        )
        self._error.setText(line.error_message)
        self._error.setProperty("role", "dim" if was_cancelled(line) or was_not_trained(line) else "bad")
        restyle(self._error)
        self._error.setVisible(bool(line.error_message))
        self._kept_back.setText(details.activation_note)
        self._kept_back.setVisible(bool(details.activation_note) and not line.is_active)
        self._activate.disabled_because(self._forbidden or self._why_not(details))
        self._activate.setVisible(not line.is_active)
        self._compare.setVisible(not line.is_active and bool(line.is_successful))
        self._delete.disabled_because(self._forbidden or self._why_not_deleted(details))
        self._roll_back.setVisible(line.is_active)
        self._show_facts()
        self._evaluation.show_lines(details.evaluation, judge=details.judge, rubric=details.rubric)
        self._evaluations.setCurrentIndex(0 if details.evaluation else 1)
        self._no_tests.set_words(*self._why_no_evaluation(details))
        self._show_log(details.build_log)
        self._curve.show_curve(details.curve, details.threshold)
        self._curve.setVisible(bool(details.curve))
        self._summary.setText(
            self._curve.summary() if line.is_successful else self.tr("It is measured once it has been built.")
        )
        self._contents.setCurrentIndex(0 if line.row_count is not None else 1)
        self._strip.set_count("evaluation", percent(line.score) if line.score is not None else "")
        self._strip.set_count("rows", f"{line.row_count:,}" if line.row_count is not None else "")
        if is_other and self._strip.current in ("evaluation", "log"):
            # Where there is nothing to see yet, the log says why; a page chosen for its figures stays.
            self._strip.select("evaluation" if details.evaluation else "log")
        self._on_page(self._strip.current)

    def show_score(self, score: VersionScore | None) -> None:
        """Show what the version rests on, and how long that lives on."""
        self._score_of = score
        self._show_facts()

    def show_way_back(self, number: int | None) -> None:
        """Name the version that rolling back would lead to; None when there is none."""
        self._roll_back.setText(
            self.tr("Roll back to v{n}").format(n=number) if number is not None else self.tr("Roll back")
        )
        why = "" if number is not None else self.tr("No version answered before this one that still could")
        self._roll_back.disabled_because(self._forbidden or why)

    def _make_head(self, theme: Theme) -> QWidget:
        self._title = label("", "strong")
        self._state, self._score, self._life = Badge(), Badge(), Badge()
        self._activate = QuietButton(
            theme, self.tr("Activate"), self.tr("Let this version answer from now on"), icon="deploy"
        )
        self._activate.clicked.connect(lambda: self._emit(self.activate_requested))
        self._roll_back = QuietButton(
            theme, self.tr("Roll back"), self.tr("Let the version answer again that answered before"), icon="undo"
        )
        self._roll_back.clicked.connect(self.roll_back_requested)
        self._roll_back.hide()
        self._compare = QuietButton(
            theme,
            self.tr("Compare with active"),
            self.tr("This version and the active one, question by question"),
            icon="compare",
        )
        self._compare.clicked.connect(lambda: self._emit(self.compare_requested))
        self._compare.hide()
        self._delete = IconButton(
            theme,
            "delete",
            self.tr("Delete version"),
            self.tr("Delete it and its files for good, at its provider too; the log stays"),
        )
        self._delete.clicked.connect(lambda: self._emit(self.delete_requested))
        self._facts = ElidedLabel(role="note")
        self._error = label("", "bad", wrap=True, selectable=True)
        self._error.setAccessibleName(self.tr("What went wrong"))
        self._error.hide()
        self._kept_back = label("", "warning", wrap=True, selectable=True)
        self._kept_back.setAccessibleName(self.tr("Why it was not activated by itself"))
        self._kept_back.hide()
        first = row(
            self._title,
            self._state,
            self._score,
            self._life,
            stretch(),
            self._compare,
            self._roll_back,
            self._activate,
            self._delete,
        )
        return frame(
            column(first, self._facts, self._error, self._kept_back, gap=2, margins=(14, 6, 14, 6)), "alternate"
        )

    def _make_pages(self, theme: Theme) -> None:
        tr = self.tr
        self._evaluation = EvaluationView(theme, with_details=False)
        self._evaluation.opened.connect(lambda line: self._opener.open(line.qa_id, RowKind.QA))
        self._no_tests = EmptyState(theme, "evaluation", "", "")
        self._evaluations = QStackedWidget()
        self._evaluations.addWidget(self._evaluation)
        self._evaluations.addWidget(self._no_tests)
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setFont(theme.font("code"))
        self._log.setAccessibleName(tr("Build log"))
        self._log.setToolTip(tr("What the build did, and when; select to copy"))
        self._log.setPlaceholderText(tr("Nothing was logged."))
        self._curve = CalibrationCurve(theme)
        self._summary = label("", wrap=True, selectable=True)
        curve = column(self._summary, self._curve, gap=8, margins=(14, 10, 14, 10))
        curve.setStretchFactor(self._curve, 1)
        curve.addStretch()
        calibration = QWidget()
        calibration.setLayout(curve)
        self._rows: PagedRows[ManifestRow] = PagedRows(
            (
                Column(tr("Question"), self._question),
                Column(tr("From"), self._from, 132, tooltip=lambda line: f"{line.origin}: {line.model_name}"),
                Column(tr("Kind"), self._kind, 100, spare=2),
                Column(tr("Overrides"), lambda line: f"{line.shadows:,}" if line.shadows else "", 80, spare=1),
            ),
            key=lambda line: (line.row_id, line.question),
            read=self._read_rows,
            dim=lambda line: not line.question and line.kind is RowKind.QA,
            parent=self,
        )
        table = RowTable(theme, self._rows, tr("Rows of this version"), tr("Enter opens the row as it is now"))
        table.opened.connect(lambda line: self._opener.open(line.row_id, line.kind, line.model_name))
        log = QWidget()
        log.setLayout(column(self._log, margins=(14, 10, 14, 12)))
        no_rows = EmptyState(
            theme, "knowledge", tr("No rows"), tr("What a version is made of is written down once it has been built.")
        )
        self._contents = QStackedWidget()
        self._contents.addWidget(table)
        self._contents.addWidget(no_rows)
        for widget in (self._evaluations, log, calibration, self._contents):
            self._pages.addWidget(widget)

    def _question(self, line: ManifestRow) -> str:
        if line.question:
            return line.question
        if line.kind is RowKind.CONVERSATION:
            return self.tr("(what is asked in a training conversation)")
        return self.tr("(not there any more)")

    def _kind(self, line: ManifestRow) -> str:
        return self.tr("Q&A") if line.kind is RowKind.QA else self.tr("Conversation")

    def _from(self, line: ManifestRow) -> str:
        return self.tr("own") if line.origin == "own" else line.model_name

    def _read_rows(self, offset: int, limit: int) -> Outcome[Any]:
        assert self._rows_of is not None, "rows are asked for only once a version is on show"
        return self._runner.read_apart(
            (self, "rows"),
            compilations_reading.manifest,
            compilation_id=self._rows_of,
            offset=offset,
            limit=limit,
        )

    def _facts_of(self, details: CompilationDetails) -> Sequence[str]:
        line = details.line
        facts = [local_time(line.start_time_utc), line.user]
        facts.append(spent(line.start_time_utc, line.completion_time_utc))
        if line.row_count is not None:
            facts.append(plural(line.row_count, self.tr("1 row"), self.tr("{n} rows")))
        facts += [details.base_model, details.embedder, details.strategy]
        return [fact for fact in facts if fact]

    def _show_facts(self) -> None:
        if self._details is None:
            return
        facts = list(self._facts_of(self._details))
        score = self._score_of
        ends = PageBadge("")
        if score is not None and score.id == self._details.line.id:
            facts += [score.provider_name] if score.provider_name else []
            # That nothing ends is worth no badge here.
            ends = life(score) if score.days_left is not None else ends
        self._life.show_text(ends.text, ends.kind, ends.tooltip)
        self._facts.setText(" · ".join(facts))

    def _why_not_deleted(self, details: CompilationDetails) -> str:
        line = details.line
        if line.is_active:
            return self.tr("It answers now; activate another version first")
        if under_way(line):
            return self.tr("It is still being built")
        return self.tr("It is deleted already") if line.status is CompilationStatus.DELETED else ""

    def _why_no_evaluation(self, details: CompilationDetails) -> tuple[str, str]:
        if under_way(details.line):
            return self.tr("Not evaluated yet"), self.tr("The validation questions are asked once it is built.")
        if not details.line.is_successful:
            return self.tr("Not evaluated"), self.tr("It was not built to the end. The log says how far it got.")
        if details.activation_note:
            return self.tr("Not evaluated"), self.tr("The log says why. It can be evaluated on the page Evaluation.")
        return (
            self.tr("No validation questions"),
            self.tr("Add Q&As of the type Validation to this model: the next version is then measured by them."),
        )

    def _why_not(self, details: CompilationDetails) -> str:
        line = details.line
        if under_way(line):
            return self.tr("It is still being built")
        if not line.is_successful:
            return self.tr("It was not built to the end; compile again")
        return self.tr("It was deleted") if line.status is CompilationStatus.DELETED else ""

    def _show_log(self, text: str) -> None:
        if self._log.toPlainText() == text:
            return
        bar = self._log.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        self._log.setPlainText(text)
        bar.setValue(bar.maximum() if at_end else 0)

    def _on_page(self, key: str) -> None:
        self._pages.setCurrentIndex(("evaluation", "log", "calibration", "rows").index(key))
        details = self._details
        if key == "rows" and details is not None and self._rows_of != details.line.id:
            self._rows_of = details.line.id
            self._rows.clear()
            self._rows.restart()

    def _emit(self, signal: SignalInstance) -> None:
        if self._details is not None:
            signal.emit(self._details.line.id)
