"""How the active version answers the validation questions; the way from a wrong answer to the row behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import CompilationDetails, CompilationLine
from erpai_desktop.views.compilations.evaluation_view import EvaluationView
from erpai_desktop.views.compilations.freshness import Freshness
from erpai_desktop.views.compilations.row_opener import RowOpener
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.workers.intentions import compilations_reading
from erpai_desktop.workers.runner import Runner


class EvaluationPage(QWidget):
    """Follows activations and builds of its model."""

    open_row = Signal(object)
    """A FindingRow."""
    notice = Signal(object)
    compile_requested = Signal()
    page_requested = Signal(str)
    """The key of a sister page that holds the next step."""

    def __init__(self, runner: Runner, theme: Theme, model_id: ModelId, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
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
        self._inactive = EmptyState(
            theme,
            "evaluation",
            tr("No version is active"),
            tr("Activate a version that was built, or compile again."),
            action=tr("Show versions"),
            tooltip=tr("Choose one to activate"),
        )
        self._inactive.action_requested.connect(lambda: self.page_requested.emit("compilations"))
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
        self._opener = RowOpener(runner, parent=self)
        self._opener.found.connect(self.open_row)
        self._opener.notice.connect(self.notice)
        self._view = EvaluationView(theme)
        self._view.opened.connect(lambda line: self._opener.open(line.qa_id, RowKind.QA))
        self._score = Badge()
        self._version = Badge()
        self._view.header.addWidget(self._version)
        self._view.header.addWidget(self._score)
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._never, self._inactive, self._untested, self._view):
            self._stack.addWidget(widget)
        self.setLayout(column(self._stack))
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read again."""
        self._runner.read((self, "versions"), compilations_reading.compilations_of, model_id=self._model_id).then(
            self._show_versions
        )

    def _show_versions(self, lines: tuple[CompilationLine, ...]) -> None:
        active = next((line for line in lines if line.is_active), None)
        if active is None:
            self._stack.setCurrentWidget(self._inactive if any(line.is_successful for line in lines) else self._never)
            return
        self._runner.read((self, "details"), compilations_reading.compilation_details, compilation_id=active.id).then(
            self._show_details
        )

    def _show_details(self, details: CompilationDetails) -> None:
        lines = details.evaluation
        self._view.show_lines(lines)
        right = sum(line.right for line in lines)
        self._version.show_text(f"v{details.line.number}", "plain", self.tr("The active version"))
        if lines:
            score = right / len(lines)
            kind = "good" if score >= 0.9 else "warning"
            self._score.show_text(
                self.tr("{share} right").format(share=percent(score)),
                "good" if kind == "good" else "warning",
                self.tr("{right} of {all} validation questions").format(right=right, all=len(lines)),
            )
        self._stack.setCurrentWidget(self._view if lines else self._untested)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self._model_id in changes.owners and (changes.touches(Entity.COMPILATION) or changes.touches(Entity.MODEL)):
            self._fresh.spoil()
