"""Lets the window's commands act on the open workspace: menus, shortcuts and the palette share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog

from erpai_desktop.app.jobs import Jobs
from erpai_desktop.app.pages import Pages
from erpai_desktop.app.shell import Shell
from erpai_desktop.app.undo_list import Entry, UndoList
from erpai_desktop.app.versions import Versions
from erpai_desktop.changes import Changes
from erpai_desktop.logs.program_log import set_log_level
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import TreeSnapshot
from erpai_desktop.settings import Settings, cache_folder, data_folder, load_settings, log_folder, save_settings
from erpai_desktop.views.chat.dock import ChatDock
from erpai_desktop.views.look.theme import Mode
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.palette import Command
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.settings.about import AboutDialog, KeysDialog
from erpai_desktop.views.settings.dialog import SettingsDialog
from erpai_desktop.views.tree.panel import ModelTree
from erpai_desktop.workers.intentions import history
from erpai_desktop.workers.runner import Runner

_ON_A_MODEL = (
    "model.ask",
    "model.compile",
    "model.compare",
    "model.roll_back",
    "model.copy",
    "model.default",
    "model.delete",
)
_ON_QAS = ("qa.new", "qa.import", "qa.export", "edit.delete")
# The roles that the services ask for.
_NEEDS: dict[str, Role] = {
    "model.new": Role.ADMINISTRATOR,
    "model.copy": Role.ADMINISTRATOR,
    "model.roll_back": Role.ADMINISTRATOR,
    "model.default": Role.ADMINISTRATOR,
    "model.delete": Role.ADMINISTRATOR,
    "qa.import": Role.ADMINISTRATOR,
    "qa.new": Role.TRAINER,
    "edit.delete": Role.TRAINER,
    "chat.train": Role.TRAINER,
}
_SCHEMES: dict[str, Mode] = {"system": "system", "light": "light", "dark": "dark"}


@runtime_checkable
class Searchable(Protocol):
    """A page with a search field."""

    def focus_search(self) -> None:
        """Put the cursor into it."""


class Commands(QObject):
    """Enables each command exactly while there is something for it to act on."""

    notice = Signal(object)
    reopen_requested = Signal()
    """Close the workspace and open it again, so that a setting takes effect."""

    def __init__(
        self,
        shell: Shell,
        runner: Runner,
        pages: Pages,
        tree: ModelTree,
        chat: ChatDock,
        jobs: Jobs,
        versions: Versions,
        *,
        role: Role,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._shell = shell
        self._runner = runner
        self._pages = pages
        self._tree = tree
        self._chat = chat
        self._jobs = jobs
        self._versions = versions
        self._role = role
        self._snapshot = TreeSnapshot(())
        self._done = UndoList()
        self._handlers: list[tuple[str, Callable[[], object]]] = [
            ("workspace.backup", self._back_up),
            ("workspace.check", self._check),
            ("qa.new", lambda: self._on_qas("new_qa")),
            ("qa.import", lambda: self._on_qas("import_file")),
            ("qa.export", lambda: self._on_qas("export_file")),
            ("edit.delete", lambda: self._on_qas("delete_selected")),
            ("edit.undo", self.undo),
            ("edit.redo", self.redo),
            ("edit.find", self._find),
            ("bin.show", pages.open_bin),
            ("providers.show", pages.open_providers),
            ("model.new", lambda: tree.add_model(tree.current)),
            ("model.ask", lambda: tree.do("ask")),
            ("model.compile", lambda: self._on_model(pages.open_compile)),
            ("model.compare", lambda: self._on_model(versions.compare_newest)),
            ("model.roll_back", lambda: self._on_model(versions.roll_back)),
            ("model.copy", lambda: tree.do("copy")),
            ("model.default", lambda: tree.do("default")),
            ("model.delete", lambda: tree.do("delete")),
            ("chat.new", self._new_chat),
            ("chat.train", chat.train),
            ("program.settings", self._settings),
            ("help.keys", self._keys),
            ("help.about", self._about),
        ]
        self._off = [shell.actions.lend(name, handler) for name, handler in self._handlers]
        shell.actions.add_commands(self._palette_commands)
        runner.changed.connect(self._remember)
        pages.current_model_changed.connect(lambda _model_id: self.refresh())
        chat.selection_changed.connect(lambda _count: self.refresh())
        self.refresh()

    def close(self) -> None:
        """The workspace closes: its commands are off."""
        self._shell.actions.remove_commands(self._palette_commands)
        for disconnect in self._off:
            disconnect()

    def show_tree(self, snapshot: TreeSnapshot) -> None:
        """Which models the palette can open."""
        self._snapshot = snapshot
        self.refresh()

    def refresh(self) -> None:
        """Enable what can be done now; say why the rest cannot."""
        actions = self._shell.actions
        has_model = self._tree.current is not None
        for name in _ON_A_MODEL:
            _switch(actions.enable, actions.disable, name, has_model, self.tr("Choose a model first"))
        for name in _ON_QAS:
            on = self._pages.current_model is not None
            _switch(actions.enable, actions.disable, name, on, self.tr("Open a model first"))
        _switch(
            actions.enable,
            actions.disable,
            "chat.train",
            bool(self._chat.message_list.ticked),
            self.tr("Tick messages in the chat first"),
        )
        undo, redo = self._done.undo_label, self._done.redo_label
        _switch(actions.enable, actions.disable, "edit.undo", bool(undo), self.tr("Nothing to take back"))
        _switch(actions.enable, actions.disable, "edit.redo", bool(redo), self.tr("Nothing was taken back"))
        actions.action("edit.undo").setText(_named(self.tr("Undo: {what}"), undo) if undo else self.tr("Undo"))
        actions.action("edit.redo").setText(_named(self.tr("Redo: {what}"), redo) if redo else self.tr("Redo"))
        for name, needed in _NEEDS.items():
            forbidden = why_not(self._role, needed)
            if forbidden:
                actions.disable(name, forbidden)

    def undo(self) -> None:
        """Take the newest change of this window back."""
        self._take_back(self._done.take_undo(), self.tr("Taken back: {what}"))

    def redo(self) -> None:
        """Do again what was taken back last, unless something new was done since."""
        self._take_back(self._done.take_redo(), self.tr("Done again: {what}"))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _remember(self, changes: Changes, initiator: object) -> None:
        own = initiator is not None and initiator is not self and initiator is not self.parent()
        self._done.note(changes, own=own)
        if changes.undoes is not None:
            self._shell.window.notices.withdraw(changes.undoes)
        self.refresh()

    def _take_back(self, entry: Entry | None, said: str) -> None:
        if entry is None:
            return
        action_id, label = entry
        self._runner.write(self, history.undo, action_id=action_id).then(
            lambda _changes: self.notice.emit(Notice(said.format(what=label), kind="plain", seconds=8)), owner=self
        )
        self.refresh()

    def _on_qas(self, what: str) -> None:
        model_id = self._pages.current_model or self._tree.current
        if model_id is None:
            return
        page = self._pages.qa_page()
        if page is None:
            opened = self._pages.open_model(model_id)
            if opened is not None:
                opened.show_page("qas")
            page = self._pages.qa_page()
        if page is not None:
            getattr(page, what)()

    def _find(self) -> None:
        window = self._shell.window
        page = window.tabs.page(window.tabs.current)
        inner = getattr(page, "current_widget", None)
        target = inner() if callable(inner) else page
        if isinstance(target, Searchable):
            target.focus_search()
        else:
            self._tree.focus_filter()

    def _on_model(self, do: Callable[[ModelId], object]) -> None:
        # Where the keyboard is decides: in the tree one walks past models whose pages are not on show.
        keyboard = QApplication.focusWidget()
        in_tree = keyboard is not None and self._tree.isAncestorOf(keyboard)
        shown, chosen = self._pages.current_model, self._tree.current
        model_id = (chosen or shown) if in_tree else (shown or chosen)
        if model_id is not None:
            do(model_id)

    def _new_chat(self) -> None:
        self._shell.window.show_dock("chat")
        self._chat.new_conversation()

    def _back_up(self) -> None:
        dialog = QFileDialog(self._shell.window, self.tr("Back up"), "", self.tr("Workspaces (*.erpai)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("erpai")
        dialog.fileSelected.connect(lambda name: self._jobs.back_up(Path(name)))
        dialog.open()

    def _check(self) -> None:
        self._jobs.check().outcome.then(self._checked, owner=self)

    def _checked(self, findings: tuple[str, ...]) -> None:
        if not findings:
            self.notice.emit(Notice(self.tr("The workspace is whole; nothing was changed"), kind="good", seconds=12))
        for text in findings:
            self.notice.emit(Notice(text, kind="bad"))

    def _settings(self) -> None:
        settings = load_settings()
        dialog = SettingsDialog(
            self._shell.theme,
            color_scheme=self._shell.theme.mode,
            language=settings.language,
            log_level=settings.log_level,
            folders=(
                (self.tr("Workspace"), str(self._runner.database.location)),
                (self.tr("Data"), str(data_folder())),
                (self.tr("Cache"), str(cache_folder())),
                (self.tr("Log"), str(log_folder())),
            ),
            parent=self._shell.window,
        )
        dialog.color_scheme_chosen.connect(lambda mode: self._shell.actions.action(f"theme.{_SCHEMES[mode]}").trigger())
        dialog.language_chosen.connect(self._choose_language)
        dialog.log_level_chosen.connect(_choose_log_level)
        dialog.log_folder_requested.connect(self._shell.mistakes.open_log_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_language(self, language: str) -> None:
        settings: Settings = load_settings().model_copy(update={"language": language})
        save_settings(settings)
        self.notice.emit(
            Notice(
                self.tr("Names are shown in this language once the workspace is opened again"),
                action=self.tr("Open again"),
                callback=self.reopen_requested.emit,
                seconds=30,
            )
        )

    def _keys(self) -> None:
        dialog = KeysDialog(self._shell.theme, self._shell.actions.commands(), parent=self._shell.window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _about(self) -> None:
        dialog = AboutDialog(self._shell.theme, parent=self._shell.window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _palette_commands(self) -> Iterable[Command]:
        for node in self._snapshot.nodes:
            yield Command(
                id=f"open.{node.id}",
                title=self.tr("Open {name}").format(name=node.name),
                callback=self._opener(node.id),
                hint=self.tr("Show this model's page"),
                icon="model",
            )
            if node.compilation_count > 1:
                yield Command(
                    id=f"compare.{node.id}",
                    title=self.tr("Compare versions of {name}").format(name=node.name),
                    callback=self._comparer(node.id),
                    hint=self.tr("The active version against the newest other one"),
                    icon="compare",
                )

    def _comparer(self, model_id: ModelId) -> Callable[[], object]:
        return lambda: self._versions.compare_newest(model_id)

    def _opener(self, model_id: ModelId) -> Callable[[], object]:
        return lambda: self._pages.open_model(model_id)


def _choose_log_level(level: str) -> None:
    save_settings(load_settings().model_copy(update={"log_level": level}))
    set_log_level(level)


def _named(text: str, what: str) -> str:
    return text.format(what=what.replace("&", "&&"))


def _switch(enable: Callable[[str], None], disable: Callable[[str, str], None], name: str, on: bool, why: str) -> None:
    if on:
        enable(name)
    else:
        disable(name, why)
