"""The open workspace in the window: makes the docks and panels, and leads what one says to where another is told."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from erpai_desktop.app.commands import Commands
from erpai_desktop.app.jobs import Jobs
from erpai_desktop.app.notices import Bell
from erpai_desktop.app.pages import Pages
from erpai_desktop.app.provider_jobs import ProviderJobs
from erpai_desktop.app.session import Session
from erpai_desktop.app.shell import Shell
from erpai_desktop.app.spending_line import SpendingLine
from erpai_desktop.app.training_jobs import TrainingJobs
from erpai_desktop.app.version_jobs import VersionJobs
from erpai_desktop.app.versions import Versions
from erpai_desktop.app.warming import Warming
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId, ProviderId, QaId, TrainingConversationId
from erpai_desktop.models.snapshots.chats import SourceLink
from erpai_desktop.models.snapshots.tree import TreeSnapshot
from erpai_desktop.settings import cache_folder, load_settings
from erpai_desktop.views.chat.dock import ChatDock
from erpai_desktop.views.findings.panel import FindingsPanel
from erpai_desktop.views.jobs.jobs_panel import JobsPanel
from erpai_desktop.views.jobs.log_panel import LogPanel
from erpai_desktop.views.jobs.notifier import Notifier
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.tree.panel import ModelTree
from erpai_desktop.workers.intentions import housekeeping
from erpai_desktop.workers.job_state import JobState

_PAGES = {"compile": "compilations", "golden": "evaluation", "evaluate": "evaluation"}
"""The sub-page of a model on which the result of a job of this kind stands."""


class Desk(QObject):
    """Built when a workspace has been opened, closed with it."""

    def __init__(self, shell: Shell, session: Session) -> None:
        super().__init__(shell.window)
        self.shell = shell
        self.session = session
        self._first_tree = True
        self._no_page = EmptyState(shell.theme, "models", self.tr("Reading the models…"), "")
        runner, theme = session.runner, shell.theme
        language = load_settings().language
        role = session.info.role
        self.jobs = Jobs(runner, session.engine, session.connections, cache_folder(), self._name_of)
        version_jobs = VersionJobs(runner, session.engine, session.connections, self._name_of)
        self.versions = Versions(shell, runner, version_jobs, self.jobs.evaluate, role=role, parent=self)
        self.pages = Pages(
            shell,
            runner,
            self.jobs,
            ProviderJobs(runner, session.connections),
            self.versions,
            user_id=session.info.user_id,
            role=role,
            language=language,
            parent=self,
        )
        self.trainings = TrainingJobs(
            runner, session.engine, session.connections, cache_folder(), self.pages.open_compile, parent=self
        )
        self.tree = ModelTree(runner, theme, role=role, language=language)
        self.chat = ChatDock(runner, theme, session.info.user_id, self.jobs.ask, role=role, language=language)
        self.jobs_panel = JobsPanel(runner, theme)
        self.findings = FindingsPanel(runner, theme)
        self.log = LogPanel(runner, theme)
        self.notifier = Notifier(runner, theme, shell.window)
        self.commands = Commands(
            shell, runner, self.pages, self.tree, self.chat, self.jobs, self.versions, role=role, parent=self
        )
        self._fill_window()
        self._connect()
        Bell(shell, self.notifier, parent=self)
        self.spending = SpendingLine(shell.window.status, runner, user_id=session.info.user_id, role=role, parent=self)
        self.spending.notice.connect(shell.window.show_notice)
        self.spending.budgets_requested.connect(lambda: self.pages.open_usage("budgets"))
        self._warming = Warming(runner, language=language, parent=self)
        self._report_interrupted()
        # Whoever holds the workspace locked now may tidy it later: no reason to bother anybody.
        runner.write(self, housekeeping.tidy).otherwise(lambda error: isinstance(error, ErpAiError), owner=self)

    def show_saved(self) -> None:
        """Say in the status line that nothing waits to be saved."""
        self._on_saving(0)

    async def close(self) -> None:
        """Save what is unsaved, end what runs, empty the window."""
        self.pages.flush()
        self.commands.close()
        self._warming.leave()
        self.shell.window.status.set_saved(self.tr("Closing: saving, ending jobs…"))
        await self.session.close()
        self.pages.close_all()
        self.shell.window.set_tree(QWidget(), title=self.tr("Models"))
        self.shell.window.set_chat(QWidget(), title=self.tr("Chat"))
        self.shell.window.set_bottom([])
        self.shell.window.tabs.set_empty(QWidget())
        self.shell.window.notices.leave_behind()
        self.spending.leave()
        self.shell.window.set_workspace("", "")
        self.deleteLater()

    # --- building -------------------------------------------------------------------------------------------------

    def _fill_window(self) -> None:
        window, info = self.shell.window, self.session.info
        window.set_tree(self.tree, title=self.tr("Models"), buttons=self.tree.header_buttons)
        window.set_chat(self.chat, title=self.tr("Chat"), buttons=self.chat.header_buttons)
        window.set_bottom(
            [
                (self.tr("Jobs"), self.jobs_panel),
                (self.tr("Findings"), self.findings),
                (self.tr("Log"), self.log),
            ]
        )
        window.tabs.set_empty(self._no_page)
        window.set_workspace(info.name, info.storage)
        window.set_person(f"{info.user_name} · {info.role.value}")
        self.show_saved()

    def _connect(self) -> None:
        window, runner = self.shell.window, self.session.runner
        tree, chat, pages = self.tree, self.chat, self.pages
        tree.loaded.connect(self._on_tree)
        tree.open_model.connect(pages.open_model)
        tree.ask_model.connect(self._ask)
        tree.compile_model.connect(pages.open_compile)
        chat.open_source.connect(self._open_source)
        chat.draft_qa.connect(pages.draft_qa)
        chat.open_conversation.connect(pages.open_conversation)
        chat.compile_model.connect(pages.open_compile)
        chat.providers_requested.connect(pages.open_providers)
        chat.title_changed.connect(window.set_chat_title)
        pages.current_model_changed.connect(self._on_current_model)
        pages.training_shown.connect(self.trainings.serve)
        self.findings.open_row.connect(pages.open_row)
        self.findings.count_changed.connect(
            lambda count: window.set_bottom_count(self.tr("Findings"), str(count) if count else "")
        )
        self.jobs_panel.open_requested.connect(self._open_job)
        self.jobs_panel.running_changed.connect(
            lambda count: window.set_bottom_count(self.tr("Jobs"), str(count) if count else "")
        )
        self.notifier.open_requested.connect(self._open_job)
        self.notifier.compare_requested.connect(lambda state: self.versions.compare_newest(state.spec.subject))
        for source in (tree, chat, pages, self.notifier, self.commands):
            source.notice.connect(window.show_notice)
        runner.saving.connect(self._on_saving)
        runner.failed.connect(self._on_failed)
        window.room_chosen.connect(self._enter_room)

    # --- what leads where -----------------------------------------------------------------------------------------

    def _on_tree(self, snapshot: TreeSnapshot) -> None:
        self.pages.show_tree(snapshot)
        self.chat.show_tree(snapshot)
        self.commands.show_tree(snapshot)
        self._say_why_no_page(any_models=bool(snapshot.nodes))
        if not snapshot.nodes:
            self.findings.show_none()
        if self._first_tree and snapshot.nodes:
            self._first_tree = False
            first = next((node for node in snapshot.nodes if node.is_default), snapshot.nodes[0])
            self.tree.select(first.id)
            self.pages.open_model(first.id)

    def _on_current_model(self, model_id: ModelId | None) -> None:
        if model_id is not None:
            self.tree.select(model_id)
            self.findings.show_model(model_id, self._name_of(model_id))

    def _ask(self, model_id: ModelId) -> None:
        self.shell.window.show_dock("chat")
        self.chat.begin(model_id)

    def _open_source(self, source: SourceLink) -> None:
        model_id = ModelId(source.model_id)
        if source.kind is RowKind.QA:
            self.pages.open_qa(model_id, QaId(source.row_id))
        else:
            self.pages.open_conversation(model_id, TrainingConversationId(source.row_id))

    def _open_job(self, state: JobState) -> None:
        if state.spec.subject is not None and state.spec.kind == "check_provider":
            self.pages.open_providers(ProviderId(state.spec.subject))
        elif state.spec.subject is not None:
            self.pages.open_model(ModelId(state.spec.subject), _PAGES.get(state.spec.kind, "qas"))

    def _enter_room(self, room: str) -> None:
        if room == "models":
            self.shell.window.show_dock("tree")
            current = self.tree.current
            if current is not None:
                self.pages.open_model(current)
        elif room == "review":
            self.pages.open_review()
        elif room == "chats":
            self.shell.window.show_dock("chat")
            self.chat.show_history()
        elif room == "usage":
            self.pages.open_usage()
        elif room == "providers":
            self.pages.open_providers()
        elif room == "settings":
            self.shell.actions.action("program.settings").trigger()

    def _on_saving(self, under_way: int) -> None:
        status = self.shell.window.status
        if under_way:
            status.set_saved(self.tr("Saving…"))
        else:
            status.set_saved(self.tr("All changes saved"))

    def _on_failed(self, error: Exception, _doing: str) -> None:
        if isinstance(error, ErpAiError):
            self.shell.window.show_notice(Notice(str(error), kind="bad"))
            return
        self.shell.mistakes.tell(error)

    def _report_interrupted(self) -> None:
        for build in self.session.interrupted:
            self.shell.window.show_notice(
                Notice(
                    self.tr(
                        "The program ended while it was building {name} v{number}. "
                        "The active version stayed as it was; compile again when you like."
                    ).format(name=build.model_name, number=build.number),
                    kind="warning",
                )
            )

    def _say_why_no_page(self, *, any_models: bool) -> None:
        if any_models:
            self._no_page.set_words(self.tr("No page is open"), self.tr("Choose a model in the tree on the left."))
        else:
            self._no_page.set_words(
                self.tr("Nothing is known here yet"),
                self.tr(
                    "Add a model (Ctrl+Shift+N), write down what people ask it and what it should answer, "
                    "then compile it and ask."
                ),
            )

    def _name_of(self, model_id: ModelId) -> str:
        node = self.pages.node(model_id)
        return node.name if node is not None else ""
