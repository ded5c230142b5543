"""The room of providers: the list, and the chosen one in full beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import ProviderKind, Role
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import ProviderDetails, ProviderLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, PrimaryButton, QuietButton
from erpai_desktop.views.parts.clipboard_guard import ClipboardGuard
from erpai_desktop.views.parts.days_left import days_badge, days_sentence
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.undo_notice import undo_notice
from erpai_desktop.views.providers.details import ProviderView
from erpai_desktop.views.providers.jobs import ProviderJobs
from erpai_desktop.views.providers.wording import kind_name, state, tr
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import providers, providers_reading
from erpai_desktop.workers.job_state import JobPhase, JobState
from erpai_desktop.workers.runner import Runner, RunningJob

if TYPE_CHECKING:
    from erpai_desktop.views.window.memory import WindowMemory
    from erpai_desktop.workers.training.orphans import Orphan

_BESIDE: Final = 520
"""Pixels from which list and provider stand side by side."""
_SHOWN: Final = (Entity.PROVIDER, Entity.PROVIDER_CHECK, Entity.MODEL, Entity.COMPILATION)


class ProvidersPage(QWidget):
    """Reads the list, follows changes made elsewhere; the chosen provider saves itself."""

    notice = Signal(object)
    open_model = Signal(object)
    """A ModelId."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        jobs: ProviderJobs,
        guard: ClipboardGuard,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        memory: WindowMemory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._jobs = jobs
        self._guard = guard
        self._role = role
        self._language = language
        self._memory = memory
        self._forbidden = why_not(role, Role.ADMINISTRATOR)
        self._lines: tuple[ProviderLine, ...] = ()
        self._view: ProviderView | None = None
        self._job: RunningJob | None = None
        self._orphans: dict[ProviderId, tuple[str, ...]] = {}
        self._wanted: ProviderId | None = None
        self._is_placed = False
        self._rows: RowModel[ProviderLine] = RowModel(
            (
                Column(tr("Provider"), lambda line: line.name, tooltip=self._tooltip),
                Column(tr("Ends in"), self._left, 62, badge=self._left_kind, tooltip=self._left_at_length, spare=2),
                Column(tr("State"), lambda line: state(line)[0], 88, badge=lambda line: state(line)[1], spare=1),
            ),
            key=lambda line: line.id,
            parent=self,
        )
        self.table = RowTable(theme, self._rows, tr("Providers"), tr("Choose a provider to see it in full"))
        self.table.picked.connect(self._on_picked)
        self._place = QStackedWidget()
        self._place.installEventFilter(self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self._place)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setHandleWidth(1)
        self._splitter.setAccessibleName(tr("List and provider"))
        self._splitter.splitterMoved.connect(lambda *_: self._remember())
        head = self._make_head(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(EmptyState(theme, "queued", tr("Reading the providers…"), ""))
        self._stack.addWidget(self._make_empty(theme))
        self._stack.addWidget(self._splitter)
        layout = column(head, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._show_buttons()
        runner.changed.connect(self._on_changed)
        runner.job_changed.connect(self._on_job)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read((self, "list"), providers_reading.providers, language=self._language).then(self._show)

    def flush(self) -> None:
        """Start saving what is unsaved."""
        if self._view is not None:
            self._view.flush()

    def show_provider(self, provider_id: ProviderId) -> None:
        """Select a provider, now or once it has been read."""
        if not self.table.pick(provider_id):
            self._wanted = provider_id

    def test(self) -> None:
        """Test the chosen provider, or end the test that runs."""
        if self._job is not None:
            self._job.cancel()
            return
        view = self._view
        if view is not None and not self._why_no_test():
            view.flush()
            self._job = self._jobs.test(view.provider_id, view.details.line.name if view.details else "")
            self._job.outcome.then(partial(self._keep_orphans, view.provider_id), owner=self)
            self._show_buttons()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another tab comes, or this one is closed: nothing stays unsaved."""
        self.flush()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, else one above the other."""
        super().resizeEvent(event)
        wanted = Qt.Orientation.Horizontal if self.width() >= _BESIDE else Qt.Orientation.Vertical
        if self._is_placed and wanted == self._splitter.orientation():
            return
        self._splitter.setOrientation(wanted)
        stored = self._memory.bytes(self._place_key()) if self._memory is not None else None
        if stored is None or not self._splitter.restoreState(stored):
            room = self.width() if wanted == Qt.Orientation.Horizontal else self.height()
            first = min(266, room * 2 // 5) if wanted == Qt.Orientation.Horizontal else room // 4
            self._splitter.setSizes([first, max(1, room - first)])
        self._splitter.setHandleWidth(1)
        self._is_placed = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A splitter asks how much room its parts need when it is resized, not when what they show changes."""
        is_news = watched is self._place and event.type() == QEvent.Type.LayoutRequest
        if is_news and self._place.width() < self._place.minimumSizeHint().width():
            self._splitter.setSizes(self._splitter.sizes())
        return super().eventFilter(watched, event)

    # --- building -------------------------------------------------------------------------------------------------

    def _make_head(self, theme: Theme) -> PageHeader:
        self._head = PageHeader(theme, tr("Providers"))
        self._delete = IconButton(theme, "delete", tr("Delete provider"), tr("Move this provider to the bin"))
        self._delete.clicked.connect(self._on_delete)
        self._add = QuietButton(theme, tr("Provider"), tr("Add a connection to an AI service"), icon="add")
        self._add.disabled_because(self._forbidden)
        self._menu = QMenu(self._add)
        self._menu.setAccessibleName(tr("Kind of provider"))
        for kind in ProviderKind:
            action = self._menu.addAction(kind_name(kind))
            action.triggered.connect(lambda _checked=False, kind=kind: self.add(kind))
        self._add.setMenu(self._menu)
        self._test = PrimaryButton(theme, tr("Test connection"), tr("Ask what it offers and can do"), shortcut="F5")
        self._test.clicked.connect(self.test)
        for button in (self._delete, self._add, self._test):
            self._head.add_button(button)
        return self._head

    def _make_empty(self, theme: Theme) -> EmptyState:
        empty = EmptyState(
            theme,
            "providers",
            tr("No providers yet"),
            tr(
                "A provider is a connection to an AI service: OpenAI, a server of your own, or a local model, "
                "which is a file on this computer. The built-in target needs none."
            ),
            action=tr("Add a provider"),
            tooltip=tr("Choose its kind first"),
        )
        if empty.button is not None:
            empty.button.disabled_because(self._forbidden)
            empty.button.setMenu(self._menu)
        return empty

    # --- showing --------------------------------------------------------------------------------------------------

    def add(self, kind: ProviderKind) -> None:
        """Add a provider of a kind and show it."""
        self._runner.write(self, providers.add_provider, names={"en": self._new_name(kind)}, kind=kind).then(
            self._added
        )

    def _added(self, changes: Changes) -> None:
        self._wanted = ProviderId(changes.new(Entity.PROVIDER))
        self.refresh()

    def _show(self, lines: Sequence[ProviderLine]) -> None:
        self._lines = tuple(lines)
        self._rows.show(self._lines)
        self._stack.setCurrentIndex(2 if lines else 1)
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.table.pick(wanted) and self._view is not None:
            # A new one: its name is what comes first, once it has been read.
            self._view.loaded.connect(self._view.begin, Qt.ConnectionType.SingleShotConnection)
        self._show_buttons()

    def _on_picked(self, line: ProviderLine | None) -> None:
        if self._view is not None and line is not None and self._view.provider_id == line.id:
            return
        if self._view is not None:
            self._view.flush()
            self._place.removeWidget(self._view)
            self._view.deleteLater()
            self._view = None
        if line is not None:
            view = ProviderView(
                self._runner, self._theme, line.id, self._jobs, self._guard, role=self._role, language=self._language
            )
            view.open_model.connect(self.open_model)
            view.loaded.connect(self._on_loaded)
            view.check.show_orphans(self._orphans.get(line.id, ()))
            self._place.addWidget(view)
            self._place.setCurrentWidget(view)
            self._view = view
        self._show_buttons()

    def _on_loaded(self, details: ProviderDetails) -> None:
        ending = days_badge(details.line.ending)
        badges = [PageBadge(kind_name(details.line.kind))]
        if details.line.ending is not None and ending is not None:
            badges.append(PageBadge(*ending, days_sentence(details.line.ending)))
        self._head.set_badges(badges)
        self._show_buttons()

    def _show_buttons(self) -> None:
        chosen = self._view is not None
        self._delete.setVisible(chosen)
        self._test.setVisible(chosen)
        if not chosen:
            self._head.set_badges([])
        self._delete.disabled_because(self._forbidden or self._why_no_delete())
        self._test.disabled_because(self._why_no_test())
        self._test.setText(tr("Cancel test") if self._job is not None else tr("Test connection"))

    def _why_no_test(self) -> str:
        details = self._view.details if self._view is not None else None
        if self._job is not None:
            return ""
        if self._forbidden or details is None:
            return self._forbidden
        if details.line.kind is ProviderKind.BUILT_IN:
            return tr("The built-in engine needs no test")
        lacks = [part for part in details.line.missing if part != "a base model"]
        return tr("It still needs {what}").format(what=tr(" and ").join(tr(part) for part in lacks)) if lacks else ""

    def _why_no_delete(self) -> str:
        details = self._view.details if self._view is not None else None
        if details is not None and details.line.used_by:
            return tr("Models have chosen it: give them another provider first")
        return ""

    # --- following ------------------------------------------------------------------------------------------------

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if not any(changes.touches(entity) for entity in _SHOWN):
            return
        self.refresh()
        view = self._view
        if (
            view is not None
            and initiator is not view
            and view.provider_id not in changes.deleted.get(Entity.PROVIDER, frozenset())
        ):
            view.refresh()

    def _on_job(self, job_state: JobState) -> None:
        if not job_state.ended:
            return
        if self._job is not None and job_state.id == self._job.id:
            self._job = None
            self._show_buttons()
            is_shown = self._view is not None and self._view.provider_id == job_state.spec.subject
            if self._view is not None and is_shown and job_state.phase is not JobPhase.CANCELLED:
                self._view.tested(job_state.failure)

    def _keep_orphans(self, provider_id: ProviderId, orphans: Sequence[Orphan]) -> None:
        self._orphans[provider_id] = tuple(orphan.message for orphan in orphans)
        if self._view is not None and self._view.provider_id == provider_id:
            self._view.check.show_orphans(self._orphans[provider_id])

    def _on_delete(self) -> None:
        view = self._view
        if view is None or view.details is None:
            return
        details = view.details
        view.flush()
        text = tr("Deleted “{name}”; its key was taken out of the keyring").format(name=details.line.name)

        def deleted(changes: Changes) -> None:
            self._jobs.forget_entry(details.key_entry)
            notice = undo_notice(self._runner, changes, text)
            if notice is not None:
                self.notice.emit(notice)

        self._runner.write(self, providers.delete_provider, provider_id=view.provider_id).then(deleted, owner=self)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _new_name(self, kind: ProviderKind) -> str:
        taken = {line.name for line in self._lines}
        base = tr("New provider") if kind is ProviderKind.OPENAI_COMPATIBLE else kind_name(kind)
        return next(name for name in (base, *(f"{base} {n}" for n in range(2, 10_000))) if name not in taken)

    def _tooltip(self, line: ProviderLine) -> str:
        parts = [line.name, kind_name(line.kind), line.base_model_name, line.base_url or line.model_file]
        return "\n".join(part for part in parts if part)

    def _left(self, line: ProviderLine) -> str:
        badge = days_badge(line.ending)
        return badge[0] if badge is not None else ""

    def _left_kind(self, line: ProviderLine) -> str:
        badge = days_badge(line.ending)
        return badge[1] if badge is not None else ""

    def _left_at_length(self, line: ProviderLine) -> str:
        return days_sentence(line.ending) if line.ending is not None else ""

    def _place_key(self) -> str:
        beside = self._splitter.orientation() == Qt.Orientation.Horizontal
        return f"providers/{'beside' if beside else 'beneath'}"

    def _remember(self) -> None:
        if self._memory is not None:
            self._memory.set_bytes(self._place_key(), self._splitter.saveState())
