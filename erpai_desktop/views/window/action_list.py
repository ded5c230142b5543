"""The one list of commands: what each is called, where it stands, by which key, and why it may be off.

Texts are English here and translated, in the context "Actions", where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MODEL_FIRST: Final = "Choose a model first"
_QA_FIRST: Final = "Open a model's Q&As first"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command. `why` is shown while nothing handles it; `group` counts up where a menu has a line."""

    id: str
    menu: str
    title: str
    tooltip: str
    icon: str = ""
    shortcut: str = ""
    group: int = 0
    checkable: bool = False
    why: str = "Nothing is open for this"


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec("workspace.new", "file", "New workspace…",
        "Begin an empty workspace", "add"),
    ActionSpec("workspace.open", "file", "Open workspace…",
        "Open another workspace file", "open", "Ctrl+O"),
    ActionSpec("workspace.backup", "file", "Back up…",
        "Write a complete copy of the workspace", "save", group=1),
    ActionSpec("workspace.check", "file", "Check workspace",
        "Look for damage; changes nothing", "safe", group=1),
    ActionSpec("qa.import", "file", "Import Q&&As…",
        "Add the rows of a CSV file to a model", "import", "Ctrl+I", 2, why=_MODEL_FIRST),
    ActionSpec("qa.export", "file", "Export Q&&As…",
        "Write a model's rows to a CSV file", "export", "Ctrl+E", 2, why=_MODEL_FIRST),
    ActionSpec("tab.close", "file", "Close tab",
        "Close the page on show", "close", "Ctrl+W", 3),
    ActionSpec("program.quit", "file", "Quit",
        "Close the window; jobs that can wait go on next time", "quit", "Ctrl+Q", 3),
    ActionSpec("edit.undo", "edit", "Undo",
        "Take the last change back", "undo", "Ctrl+Z", why="Nothing to take back"),
    ActionSpec("edit.redo", "edit", "Redo",
        "Do again what was taken back", "", "Ctrl+Shift+Z", why="Nothing was taken back"),
    ActionSpec("edit.find", "edit", "Find",
        "Search on this page", "search", "Ctrl+F", 1),
    ActionSpec("qa.new", "edit", "New Q&&A",
        "Add a question and its answer", "add", "Ctrl+N", 1, why=_QA_FIRST),
    ActionSpec("edit.delete", "edit", "Delete",
        "Move what is selected to the bin", "delete", "", 1, why="Select something first"),
    ActionSpec("bin.show", "edit", "Bin…",
        "What was deleted in the last 30 days", "restore", group=2),
    ActionSpec("view.palette", "view", "Command palette",
        "Find any command by its name", "search", "Ctrl+K"),
    ActionSpec("view.tree", "view", "Models",
        "Show or hide the tree of models", "models", "Ctrl+Shift+M", 1, checkable=True),
    ActionSpec("view.chat", "view", "Chat",
        "Show or hide the chat", "chat", "Ctrl+Shift+C", 1, checkable=True),
    ActionSpec("view.bottom", "view", "Jobs and findings",
        "Show or hide jobs, findings and log", "log", "Ctrl+J", 1, checkable=True),
    ActionSpec("tab.next", "view", "Next tab",
        "Go to the tab on the right", "", "Ctrl+Tab", 2),
    ActionSpec("tab.previous", "view", "Previous tab",
        "Go to the tab on the left", "", "Ctrl+Shift+Tab", 2),
    ActionSpec("theme.system", "view", "Colours of the system",
        "Light or dark as the system is", "theme", "", 3, checkable=True),
    ActionSpec("theme.light", "view", "Light",
        "Always light", "", "", 3, checkable=True),
    ActionSpec("theme.dark", "view", "Dark",
        "Always dark", "", "", 3, checkable=True),
    ActionSpec("model.new", "model", "New model…",
        "Add a model below the one chosen", "add", "Ctrl+Shift+N"),
    ActionSpec("model.ask", "model", "Ask",
        "Ask the chosen model in the chat", "ask", "Ctrl+L", 1, why=_MODEL_FIRST),
    ActionSpec("model.compile", "model", "Compile",
        "Make a new version of the chosen model", "compile", "F9", 1, why=_MODEL_FIRST),
    ActionSpec("model.compare", "model", "Compare versions",
        "The active version against the newest other one", "compare", "F8", 1, why=_MODEL_FIRST),
    ActionSpec("model.roll_back", "model", "Roll back",
        "Let the version answer again that answered before", "undo", "", 1, why=_MODEL_FIRST),
    ActionSpec("model.copy", "model", "Create copy",
        "Copy the chosen model with its Q&As", "duplicate", "", 1, why=_MODEL_FIRST),
    ActionSpec("model.default", "model", "Make default",
        "Rules and to-dos use the default model", "default", "", 2, why=_MODEL_FIRST),
    ActionSpec("model.delete", "model", "Delete model",
        "Move the chosen model to the bin", "delete", "", 2, why=_MODEL_FIRST),
    ActionSpec("chat.new", "tools", "New conversation",
        "Begin a chat without what was said before", "new_chat", "Ctrl+Shift+L"),
    ActionSpec("chat.train", "tools", "Train AI",
        "Make a training conversation of the ticked messages", "train", "Ctrl+T",
        why="Tick messages in the chat first"),
    ActionSpec("providers.show", "tools", "Providers",
        "Connections to AI services, their keys and base models", "providers", "Ctrl+Shift+P", 1),
    ActionSpec("program.settings", "tools", "Settings…",
        "Settings of this program", "settings", "", 1),
    ActionSpec("help.keys", "help", "Keyboard shortcuts",
        "All commands with their keys", "key", "F1"),
    ActionSpec("help.log", "help", "Open log folder",
        "The program's own log: what it did and what failed, for whoever looks after it", "open_outside", group=1),
    ActionSpec("help.about", "help", "About ERP AI Desktop",
        "Version and licences", "info", group=1),
)  # fmt: skip

MENUS: Final[tuple[tuple[str, str], ...]] = (
    ("file", "&File"),
    ("edit", "&Edit"),
    ("view", "&View"),
    ("model", "&Model"),
    ("tools", "&Tools"),
    ("help", "&Help"),
)
