"""The window without a workspace: what stays when one workspace is closed and another opened."""

from __future__ import annotations

from dataclasses import dataclass

from erpai_desktop.app.mistakes import Mistakes
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.memory import WindowMemory


@dataclass(frozen=True, slots=True)
class Shell:
    """Made once, before the first paint."""

    window: MainWindow
    theme: Theme
    actions: Actions
    memory: WindowMemory
    mistakes: Mistakes
