"""Commands as QActions, which menus, shortcuts, buttons and the palette share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import WHY_DISABLED, tooltip_text
from erpai_desktop.views.parts.palette import Command
from erpai_desktop.views.window.action_list import ACTIONS, ActionSpec


class Actions(QObject):
    """Makes a QAction of every spec; each is disabled, and says why, until something handles it."""

    def __init__(self, theme: Theme, specs: Iterable[ActionSpec] = ACTIONS, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.specs = tuple(specs)
        self._actions: dict[str, QAction] = {}
        self._unhandled: dict[str, str] = {}
        self._tooltips: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        self._sources: list[Callable[[], Iterable[Command]]] = []
        for spec in self.specs:
            action = QAction(translated(spec.title), self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            if spec.icon:
                action.setIcon(theme.icon(spec.icon))
            if spec.shortcut:
                action.setShortcut(QKeySequence(spec.shortcut))
            self._actions[spec.id] = action
            self._tooltips[spec.id] = translated(spec.tooltip)
            self._icons[spec.id] = spec.icon
            self._unhandled[spec.id] = translated(spec.why)
            self.disable(spec.id, self._unhandled[spec.id])

    def action(self, name: str) -> QAction:
        """The action of that id. Raises KeyError when there is none."""
        return self._actions[name]

    def handle(self, name: str, callback: Callable[[], object], *, enabled: bool = True) -> QAction:
        """Let `callback` do the work of an action, which is enabled unless said otherwise."""
        action = self._actions[name]
        action.triggered.connect(lambda _checked=False: callback())
        if enabled:
            self.enable(name)
        return action

    def lend(self, name: str, callback: Callable[[], object]) -> Callable[[], None]:
        """Let `callback` do the work of an action for a while; calling what is returned ends that and disables it."""
        action = self._actions[name]
        connection = action.triggered.connect(lambda _checked=False: callback())
        self.enable(name)

        def take_back() -> None:
            action.triggered.disconnect(connection)
            self.disable(name, self._unhandled[name])

        return take_back

    def enable(self, name: str) -> None:
        """The action can be done now."""
        action = self._actions[name]
        action.setProperty(WHY_DISABLED, "")
        action.setToolTip(tooltip_text(self._tooltips[name], action.shortcut()))
        action.setEnabled(True)

    def disable(self, name: str, why: str) -> None:
        """The action cannot be done now, and why."""
        action = self._actions[name]
        action.setProperty(WHY_DISABLED, why)
        action.setToolTip(tooltip_text(self._tooltips[name], action.shortcut(), why))
        action.setEnabled(False)

    def add_commands(self, source: Callable[[], Iterable[Command]]) -> None:
        """More commands for the palette, asked for each time it opens, e.g. "Open Marketing AI"."""
        self._sources.append(source)

    def remove_commands(self, source: Callable[[], Iterable[Command]]) -> None:
        """The palette asks this source no more."""
        self._sources.remove(source)

    def commands(self) -> list[Command]:
        """All commands as the palette lists them."""
        own = [
            Command(
                id=name,
                title=action.text().replace("&&", "&"),
                callback=action.trigger,
                hint=self._tooltips[name],
                shortcut=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                icon=self._icons[name],
                enabled=action.isEnabled(),
                why_disabled=str(action.property(WHY_DISABLED) or ""),
            )
            for name, action in self._actions.items()
            if name != "view.palette"
        ]
        return own + [command for source in self._sources for command in source()]


def translated(text: str) -> str:
    """A text of this module in the interface's language."""
    return QCoreApplication.translate("Actions", text)
