"""Opens comparisons of versions in tabs, and carries out what a model's pages ask to be done with versions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.app.shell import Shell
from erpai_desktop.app.version_jobs import VersionJobs
from erpai_desktop.changes import Changes
from erpai_desktop.errors import ErpAiError, ProviderError, UserError
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ActionId, CompilationId, ModelId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.views.comparison.page import ComparisonPage
from erpai_desktop.views.compilations.delete_dialog import DeleteVersionDialog
from erpai_desktop.views.compilations.evaluate_again import Evaluate, EvaluateAgain
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.views.compilations.scoreboard import candidates
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.intentions import history, rolling_back, scoreboard
from erpai_desktop.workers.runner import Runner

COMPARE = "compare"
"""The kind of a comparison's tab key: `compare:MODEL:LEFT:RIGHT`."""


class Versions(QObject):
    """One for each open workspace."""

    notice = Signal(object)
    open_row = Signal(object)
    """A FindingRow."""
    scoreboard_requested = Signal(object)
    """The ModelId of a model that has no two versions to compare: its scoreboard says why."""

    def __init__(
        self, shell: Shell, runner: Runner, jobs: VersionJobs, evaluate: Evaluate, *, role: Role, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self._evaluate = evaluate
        self._shell = shell
        self._runner = runner
        self._role = role

    def connect_page(self, model_id: ModelId, page: QWidget) -> None:
        """Let a sub-page of a model lead to comparisons and deletions."""
        if isinstance(page, CompilationsPage | EvaluationPage):
            page.compare_requested.connect(lambda left, right: self.compare(model_id, left, right))
        if isinstance(page, EvaluationPage):
            again = EvaluateAgain(self._runner, self._shell.theme, self._evaluate, role=self._role)
            page.tools.addWidget(again)
            page.version_chosen.connect(again.show_version)
        if isinstance(page, CompilationsPage):
            page.delete_requested.connect(lambda compilation_id, name: self._ask(model_id, compilation_id, name))

    def compare(self, model_id: ModelId, left: CompilationId, right: CompilationId) -> None:
        """Show two versions side by side."""
        key = f"{COMPARE}:{model_id}:{left}:{right}"
        tabs = self._shell.window.tabs
        page = tabs.page(key)
        if page is None:
            page = ComparisonPage(self._runner, self._shell.theme, left, right, role=self._role)
            page.notice.connect(self.notice)
            page.open_row.connect(self.open_row)
            page.report_requested.connect(self.jobs.write_report)
            page.evaluate_requested.connect(
                lambda version: self._evaluate(version.model_id, version.id, version.number, None)
            )
            page.titled.connect(lambda title: tabs.set_title(key, title, "compare"))
        self._shell.window.open_tab(key, page, self.tr("Compare"), "compare")

    def compare_newest(self, model_id: ModelId) -> None:
        """Show the active version against the newest other one that was evaluated."""

        def show(versions: tuple[VersionScore, ...]) -> None:
            rival = next((one for one in versions if one.total and one.can_answer and not one.is_active), None)
            pair = candidates(versions, [rival] if rival is not None else [])
            if pair is None:
                self.scoreboard_requested.emit(model_id)
            else:
                self.compare(model_id, *pair)

        self._runner.read((self, "versions"), scoreboard.scoreboard, model_id=model_id).then(show, owner=self)

    def roll_back(self, model_id: ModelId) -> None:
        """Let the version answer again that answered before."""
        self._runner.write(self, rolling_back.roll_back, model_id=model_id).then(self._tell_rolled_back).otherwise(
            self._explain
        )

    # --- inside ---------------------------------------------------------------------------------------------------

    def _ask(self, model_id: ModelId, compilation_id: CompilationId, name: str) -> None:
        dialog = DeleteVersionDialog(self._shell.theme, name, parent=self._shell.window)
        dialog.accepted.connect(lambda: self._delete(model_id, compilation_id, name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _delete(self, model_id: ModelId, compilation_id: CompilationId, name: str, *, only_here: bool = False) -> None:
        def offer(error: Exception) -> bool:
            if isinstance(error, ProviderError | UserError) and not only_here:
                self._offer_only_here(
                    name, lambda: self._delete(model_id, compilation_id, name, only_here=True), str(error)
                )
            # The job's row tells every failure that was to be expected.
            return isinstance(error, ErpAiError)

        job = self.jobs.delete_version(model_id, compilation_id, name, only_here=only_here)
        job.outcome.otherwise(offer, owner=self)

    def _offer_only_here(self, name: str, delete: Callable[[], object], why: str) -> None:
        self.notice.emit(
            Notice(
                self.tr("{version} was not deleted. {why}").format(version=name, why=why),
                kind="warning",
                action=self.tr("Delete only here"),
                callback=lambda: delete(),
            )
        )

    def _tell_rolled_back(self, changes: Changes) -> None:
        action_id = changes.action_id
        if action_id is None:
            return
        self.notice.emit(
            Notice(
                self.tr("{done}: it answers from now on").format(done=changes.label),
                kind="good",
                action=self.tr("Undo"),
                callback=lambda: self._runner.write(self, history.undo, action_id=ActionId(action_id)),
                seconds=20,
                about=action_id,
            )
        )

    def _explain(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self.notice.emit(Notice(str(error), kind="warning", seconds=12))
            return True
        return False
