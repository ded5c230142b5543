"""Opens the pages in the centre and connects what they say to where it leads."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.app.jobs import Jobs
from erpai_desktop.app.provider_jobs import ProviderJobs
from erpai_desktop.app.shell import Shell
from erpai_desktop.app.versions import COMPARE, Versions
from erpai_desktop.models.enums import Role, RowKind
from erpai_desktop.models.ids import ModelId, ProviderId, QaId, TrainingConversationId, UserId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.bin.page import BinPage
from erpai_desktop.views.compilations.compile_page import CompilePage
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.views.conversations.page import ConversationsPage
from erpai_desktop.views.conversations.review_page import ReviewPage
from erpai_desktop.views.golden.section import GoldenSection
from erpai_desktop.views.knowledge.page import KnowledgePage
from erpai_desktop.views.model_editor.overview import OverviewPage
from erpai_desktop.views.model_editor.page import ModelPage, SubPage
from erpai_desktop.views.parts.clipboard_guard import ClipboardGuard
from erpai_desktop.views.providers.page import ProvidersPage
from erpai_desktop.views.qas.page import QaPage
from erpai_desktop.views.usage.page import UsagePage
from erpai_desktop.workers.runner import Runner

BIN, REVIEW, USAGE, PROVIDERS = "bin", "review", "usage", "providers"
_ROOMS = frozenset({REVIEW, USAGE, PROVIDERS})


class Pages(QObject):
    """One page a model, one for each compilation being planned, and the rooms Review, Usage, Providers and Bin."""

    notice = Signal(object)
    current_model_changed = Signal(object)
    """The ModelId whose page is on show, or None."""
    training_shown = Signal(object)
    """A TrainingBar that was made, for whoever does what it asks for."""

    def __init__(
        self,
        shell: Shell,
        runner: Runner,
        jobs: Jobs,
        provider_jobs: ProviderJobs,
        versions: Versions,
        *,
        user_id: UserId,
        role: Role,
        language: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._shell = shell
        self._runner = runner
        self._jobs = jobs
        self._provider_jobs = provider_jobs
        self._clipboard = ClipboardGuard(parent=self)
        self._versions = versions
        versions.notice.connect(self.notice)
        versions.open_row.connect(self.open_row)
        versions.scoreboard_requested.connect(lambda model_id: self.open_model(model_id, "evaluation"))
        self._user_id = user_id
        self._role = role
        self._language = language
        self._snapshot = TreeSnapshot(())
        shell.window.current_tab_changed.connect(self._on_tab)

    def show_tree(self, snapshot: TreeSnapshot) -> None:
        """Keep headers and titles true; pages of models that are gone are closed."""
        self._snapshot = snapshot
        nodes = {node.id: node for node in snapshot.nodes}
        for key in self._shell.window.tabs.keys:
            page = self._shell.window.tabs.page(key)
            model_id = _model_of(key)
            if model_id is None:
                continue
            node = nodes.get(model_id)
            if node is None:
                self._shell.window.tabs.close_page(key)
            elif isinstance(page, ModelPage):
                page.show_node(node, snapshot)
                self._shell.window.tabs.set_title(key, node.name, _icon(node))

    @property
    def snapshot(self) -> TreeSnapshot:
        """The newest tree."""
        return self._snapshot

    def node(self, model_id: ModelId) -> ModelNode | None:
        """A model of the newest tree."""
        return next((node for node in self._snapshot.nodes if node.id == model_id), None)

    @property
    def current_model(self) -> ModelId | None:
        """Whose page is on show."""
        return _model_of(self._shell.window.tabs.current)

    def open_model(self, model_id: ModelId, sub_page: str = "") -> ModelPage | None:
        """Show a model's page, and one of its sub-pages if named; None when the model is gone."""
        node = self.node(model_id)
        if node is None:
            return None
        key = f"model:{model_id}"
        page = self._shell.window.tabs.page(key)
        if not isinstance(page, ModelPage):
            page = self._make_model_page(node)
            page.show_page(sub_page or "overview")
        self._shell.window.open_tab(key, page, node.name, _icon(node))
        if sub_page:
            page.show_page(sub_page)
        return page

    def open_compile(self, model_id: ModelId) -> None:
        """Show what a compilation would use, before it is begun."""
        node = self.node(model_id)
        if node is None:
            return
        key = f"compile:{model_id}"
        if self._shell.window.tabs.page(key) is not None:
            # What is planned may have changed since: plan anew.
            self._shell.window.tabs.close_page(key)
        page = CompilePage(
            self._runner, self._shell.theme, model_id, self._jobs.compile, role=self._role, user_id=self._user_id
        )
        page.open_row.connect(self.open_row)
        page.open_provider.connect(self.open_providers)
        page.started.connect(lambda _job: self._on_compile_started(model_id))
        title = self.tr("Compile {name}").format(name=node.name)
        self._shell.window.open_tab(key, page, title, "compile")

    def open_row(self, row: FindingRow) -> None:
        """Show a Q&A or a training conversation in its model's page."""
        if row.kind is RowKind.QA:
            self.open_qa(row.model_id, QaId(row.id))
        else:
            self.open_conversation(row.model_id, TrainingConversationId(row.id))

    def open_qa(self, model_id: ModelId, qa_id: QaId) -> None:
        """Show a Q&A in its model's table."""
        page = self.open_model(model_id)
        if page is not None:
            table = page.show_page("qas")
            if isinstance(table, QaPage):
                table.show_qa(qa_id)

    def open_conversation(self, model_id: ModelId, conversation_id: TrainingConversationId) -> None:
        """Show a training conversation of a model."""
        page = self.open_model(model_id)
        if page is not None:
            editor = page.show_page("conversations")
            if isinstance(editor, ConversationsPage):
                editor.show_conversation(conversation_id)

    def draft_qa(self, model_id: ModelId, question: str) -> None:
        """Begin a Q&A whose question is known and whose answer is missing."""
        page = self.open_model(model_id)
        if page is not None:
            table = page.show_page("qas")
            if isinstance(table, QaPage):
                table.draft_qa(question)

    def qa_page(self) -> QaPage | None:
        """The Q&A table on show, for commands that act on it."""
        page = self._shell.window.tabs.page(self._shell.window.tabs.current)
        if isinstance(page, ModelPage) and page.current == "qas":
            table = page.show_page("qas")
            return table if isinstance(table, QaPage) else None
        return None

    def open_review(self) -> None:
        """Show what waits for a decision."""
        page = self._shell.window.tabs.page(REVIEW)
        if page is None:
            page = ReviewPage(
                self._runner, self._shell.theme, role=self._role, language=self._language, memory=self._shell.memory
            )
            page.notice.connect(self.notice)
        self._shell.window.open_tab(REVIEW, page, self.tr("Review"), "review")

    def open_bin(self) -> None:
        """Show what was deleted."""
        page = self._shell.window.tabs.page(BIN)
        if page is None:
            page = BinPage(self._runner, self._shell.theme, self._user_id, role=self._role)
            page.notice.connect(self.notice)
        self._shell.window.open_tab(BIN, page, self.tr("Bin"), "delete")

    def open_providers(self, provider_id: ProviderId | None = None) -> None:
        """Show the connections to AI services, and one of them if named."""
        page = self._shell.window.tabs.page(PROVIDERS)
        if not isinstance(page, ProvidersPage):
            page = ProvidersPage(
                self._runner,
                self._shell.theme,
                self._provider_jobs,
                self._clipboard,
                role=self._role,
                language=self._language,
                memory=self._shell.memory,
            )
            page.notice.connect(self.notice)
            page.open_model.connect(self.open_model)
        self._shell.window.open_tab(PROVIDERS, page, self.tr("Providers"), "providers")
        if provider_id is not None:
            page.show_provider(provider_id)

    def open_usage(self, sub_page: str = "") -> None:
        """Show what was spent, and one of the room's pages if named."""
        page = self._shell.window.tabs.page(USAGE)
        if not isinstance(page, UsagePage):
            page = UsagePage(
                self._runner, self._shell.theme, user_id=self._user_id, role=self._role, language=self._language
            )
            page.notice.connect(self.notice)
        self._shell.window.open_tab(USAGE, page, self.tr("Usage"), "usage")
        if sub_page:
            page.show_page(sub_page)

    def flush(self) -> None:
        """Start saving every edit that is not saved yet."""
        for key in self._shell.window.tabs.keys:
            page = self._shell.window.tabs.page(key)
            if isinstance(page, ModelPage | ProvidersPage | ReviewPage):
                page.flush()

    def close_all(self) -> None:
        """Close every page of the workspace."""
        self._clipboard.clear_now()
        for key in self._shell.window.tabs.keys:
            self._shell.window.tabs.close_page(key)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_model_page(self, node: ModelNode) -> ModelPage:
        runner, theme, tr = self._runner, self._shell.theme, self.tr
        language, role, memory = self._language, self._role, self._shell.memory
        makers: tuple[tuple[str, str, str, Callable[[ModelId], QWidget]], ...] = (
            ("overview", tr("Overview"), tr("Settings and what takes effect"),
             lambda model_id: OverviewPage(runner, theme, model_id, role=role, language=language)),
            ("qas", tr("Q&As"), tr("Questions and their curated answers"),
             lambda model_id: QaPage(runner, theme, model_id, role=role, memory=memory)),
            ("conversations", tr("Conversations"), tr("Training conversations"),
             lambda model_id: ConversationsPage(runner, theme, model_id, role=role, memory=memory)),
            ("compilations", tr("Compilations"), tr("Versions: log, evaluation, activate"),
             lambda model_id: CompilationsPage(runner, theme, model_id, role=role)),
            ("evaluation", tr("Evaluation"), tr("How each version answers the validation questions"),
             lambda model_id: EvaluationPage(runner, theme, model_id, make_golden=lambda: GoldenSection(
                 runner, theme, model_id, self._versions.jobs, self._user_id, role=role))),
            ("knowledge", tr("Knowledge"), tr("Everything the model knows, and from where"),
             lambda model_id: KnowledgePage(runner, theme, model_id)),
        )  # fmt: skip
        page = ModelPage(theme, node.id, tuple(SubPage(*maker) for maker in makers))
        page.compile_requested.connect(self.open_compile)
        page.page_made.connect(self._connect_sub_page)
        page.page_made.connect(lambda _key, widget: self._versions.connect_page(node.id, widget))
        page.show_node(node, self._snapshot)
        return page

    def _connect_sub_page(self, _key: str, widget: QWidget) -> None:
        if isinstance(widget, OverviewPage | QaPage | ConversationsPage | CompilationsPage | EvaluationPage):
            widget.notice.connect(self.notice)
        if isinstance(widget, CompilationsPage | EvaluationPage | KnowledgePage):
            widget.open_row.connect(self.open_row)

        if isinstance(widget, CompilationsPage):
            self.training_shown.emit(widget.training)

    def _on_compile_started(self, model_id: ModelId) -> None:
        self._shell.window.tabs.close_page(f"compile:{model_id}")
        self.open_model(model_id, "compilations")

    def _on_tab(self, key: str) -> None:
        # The rail shows the room one is in, however one came there.
        self._shell.window.rail.choose(key if key in _ROOMS else "models")
        self.current_model_changed.emit(_model_of(key))


def _model_of(key: str) -> ModelId | None:
    kind, _, rest = key.partition(":")
    return ModelId(UUID(rest.partition(":")[0])) if kind in {"model", "compile", COMPARE} else None


def _icon(node: ModelNode) -> str:
    return "master" if node.parent_id is None else "arbiter" if node.is_arbiter else "assistant"
