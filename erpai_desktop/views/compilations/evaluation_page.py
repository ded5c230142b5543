"""How the versions of a model answer the validation questions: the scoreboard, and each question of the one chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.compilations import CompilationDetails
from erpai_desktop.views.compilations.evaluation_view import EvaluationView
from erpai_desktop.views.compilations.scoreboard import Scoreboard, candidates
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.golden.section import GoldenSection
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.rows.list_over_details import ListOverDetails
from erpai_desktop.views.rows.row_opener import RowOpener
from erpai_desktop.workers.intentions import compilations_reading, scoreboard
from erpai_desktop.workers.runner import Runner

_THEN_MS = 30
"""The other half of the page is made once this one is painted: both at once would keep the window waiting."""


class EvaluationPage(QWidget):
    """Follows activations, builds and evaluations of its model.

    `tools` is the bar above the scoreboard: what else is done with the version on show goes to its right end.
    """

    open_row = Signal(object)
    """A FindingRow."""
    notice = Signal(object)
    compile_requested = Signal()
    page_requested = Signal(str)
    """The key of a sister page that holds the next step."""
    compare_requested = Signal(object, object)
    """Two CompilationIds: the one on the left, and its rival on the right."""
    version_chosen = Signal(object)
    """The VersionScore whose questions are on show."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        *,
        make_golden: Callable[[], GoldenSection] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
        self._versions: tuple[VersionScore, ...] = ()
        self._shown: CompilationId | None = None
        self._opener = RowOpener(runner, parent=self)
        self._opener.found.connect(self.open_row)
        self._opener.notice.connect(self.notice)
        self._make_empty_states(theme)
        tr = self.tr
        self._scores = Scoreboard(theme)
        self._scores.picked.connect(self._read_details)
        self._scores.chosen_changed.connect(self._offer)
        self._scores.opened.connect(lambda _version: self.compare())
        self._compare = QuietButton(
            theme,
            tr("Compare"),
            tr("Question by question: the two chosen, or the one chosen with the active one"),
            icon="compare",
        )
        self._compare.clicked.connect(self.compare)
        self._note = ElidedLabel(role="note")
        self.tools = row(self._note, self._compare)
        self.tools.setStretchFactor(self._note, 1)
        self._view = EvaluationView(theme)
        self._view.opened.connect(lambda line: self._opener.open(line.qa_id, RowKind.QA))
        self._score, self._version, self._judge = Badge(), Badge(), Badge()
        for badge in (self._version, self._score, self._judge):
            self._view.header.addWidget(badge)
        self._questions = QStackedWidget()
        self._questions.addWidget(self._view)
        self._questions.addWidget(self._untested)
        self._make_golden = make_golden
        self._golden: GoldenSection | None = None
        shown = QWidget()
        shown.setLayout(self._make_sections(theme, ListOverDetails(self._scores, self._questions)))
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._never, shown):
            self._stack.addWidget(widget)
        self.setLayout(column(self._stack))
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        self.refresh()

    @property
    def current(self) -> VersionScore | None:
        """The version whose questions are on show."""
        found: VersionScore | None = self._scores.current
        return found

    def refresh(self) -> None:
        """Read again."""
        self._runner.read((self, "versions"), scoreboard.scoreboard, model_id=self._model_id).then(self._show_versions)

    def compare(self) -> None:
        """Ask for the chosen two side by side."""
        pair = candidates(self._versions, self._scores.chosen)
        if pair is not None:
            self.compare_requested.emit(*pair)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_sections(self, theme: Theme, scores: QWidget) -> QVBoxLayout:
        tr = self.tr
        tools = QWidget()
        tools.setLayout(self.tools)
        if self._make_golden is None:
            layout = column(frame(row(tools, margins=(14, 6, 14, 6)), "bar"), scores, gap=0)
            layout.setStretchFactor(scores, 1)
            return layout
        self.sections = strip = TabStrip(
            theme,
            [
                TabItem("versions", tr("Versions"), tr("The scoreboard, and every question of one version")),
                TabItem("golden", tr("Golden answers"), tr("What a version said, as the measure for its successor")),
            ],
            look="segments",
        )
        self._bars, self._sections = QStackedWidget(), QStackedWidget()
        self._bars.addWidget(tools)
        self._sections.addWidget(scores)
        self._bars.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        strip.selected.connect(self._choose_section)
        QTimer.singleShot(_THEN_MS, self, self._add_golden)
        layout = column(frame(row(strip, self._bars, gap=12, margins=(14, 6, 14, 6)), "bar"), self._sections, gap=0)
        layout.setStretchFactor(self._sections, 1)
        return layout

    def _add_golden(self) -> None:
        if self._golden is not None or self._make_golden is None:
            return
        golden = self._golden = self._make_golden()
        golden.notice.connect(self.notice)
        golden.count_changed.connect(lambda count: self.sections.set_count("golden", f"{count:,}" if count else ""))
        self._bars.addWidget(golden.tools)
        self._sections.addWidget(golden)
        if self._versions:
            golden.show_versions(self._versions)

    def _choose_section(self, key: str) -> None:
        self._add_golden()
        place = ("versions", "golden").index(key)
        self._bars.setCurrentIndex(place)
        self._sections.setCurrentIndex(place)

    def _make_empty_states(self, theme: Theme) -> None:
        tr = self.tr
        self._waiting = EmptyState(theme, "queued", tr("Reading…"), "")
        self._never = EmptyState(
            theme,
            "evaluation",
            tr("Never compiled"),
            tr("Compile the model once, and each validation question is asked: what came out right, what wrong, why."),
            action=tr("Compile"),
            tooltip=tr("Plan and build the first version"),
        )
        self._never.action_requested.connect(self.compile_requested)
        self._untested = EmptyState(
            theme,
            "evaluation",
            tr("No validation questions"),
            tr(
                "Add some Q&As of the type Validation: the questions people really ask, phrased differently from "
                "those that teach. They prove what a version knows before anybody relies on it."
            ),
            action=tr("Add validation Q&&As"),
            tooltip=tr("Go to the model's Q&As"),
        )
        self._untested.action_requested.connect(lambda: self.page_requested.emit("qas"))

    def _show_versions(self, versions: tuple[VersionScore, ...]) -> None:
        built = tuple(version for version in versions if version.is_successful)
        is_first = not self._versions
        before = next((version.id for version in self._versions if version.is_active), None)
        self._versions = built
        if not built:
            self._stack.setCurrentWidget(self._never)
            return
        active = next((version for version in built if version.is_active), None)
        self._note.setText("" if active is not None else self.tr("No version is active: activate one in Compilations"))
        self._scores.show_versions(built)
        if self._golden is not None:
            self._golden.show_versions(built)
        if is_first or (active is not None and active.id != before and self._shown == before):
            # Who looks at the active version goes on doing so when another becomes it.
            self._scores.pick((active or built[0]).id)
        self._read_details(self._scores.current)
        self._offer()
        self._stack.setCurrentIndex(2)

    def _read_details(self, version: VersionScore | None) -> None:
        if version is None:
            return
        self._shown = version.id
        self._runner.read((self, "details"), compilations_reading.compilation_details, compilation_id=version.id).then(
            self._show_details
        )
        self.version_chosen.emit(version)

    def _show_details(self, details: CompilationDetails) -> None:
        lines = details.evaluation
        self._view.show_lines(lines, judge=details.judge, rubric=details.rubric)
        right = sum(line.right for line in lines)
        active = self.tr("The active version") if details.line.is_active else ""
        self._version.show_text(f"v{details.line.number}", "plain", active)
        self._judge.show_text(
            self.tr("judge {model}").format(model=details.judge) if details.judge else "",
            "plain",
            self.tr("It marked the answers beside the usual rule"),
        )
        if lines:
            score = right / len(lines)
            self._score.show_text(
                self.tr("{share} right").format(share=percent(score)),
                "good" if score >= 0.9 else "warning",
                self.tr("{right} of {all} validation questions").format(right=right, all=len(lines)),
            )
        self._questions.setCurrentWidget(self._view if lines else self._untested)

    def _offer(self) -> None:
        chosen = self._scores.chosen
        if candidates(self._versions, chosen) is not None:
            self._compare.disabled_because("")
        elif len(self._versions) < 2:
            self._compare.disabled_because(self.tr("There is only one version"))
        else:
            self._compare.disabled_because(self.tr("Choose two versions (Ctrl+click), or one that is not active"))

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self._model_id in changes.owners and any(
            changes.touches(entity) for entity in (Entity.COMPILATION, Entity.MODEL, Entity.ASSET)
        ):
            self._fresh.spoil()
