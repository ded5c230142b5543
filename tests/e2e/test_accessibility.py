"""Every control of the real window says what it is, what it does and why it is off, and the keyboard reaches it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.ids import ModelId
from tests.e2e.driving import at_the_window
from tests.e2e.walking import everywhere, name_of, visible_controls

# Reached by another key than Tab: the arrows move between tabs, Ctrl+W closes a page, the palette's field leads its
# list, and a message is opened for editing by its own button.
_BY_OTHER_KEYS = ("_Tab", "IconButton Close", "QListView Commands", "QToolButton", "MarkdownView Words of the message")


def _faults(widget: QWidget) -> list[str]:
    faults = []
    if not name_of(widget):
        faults.append("no name")
    if not widget.toolTip():
        faults.append("no tooltip")
    if not widget.isEnabled() and "\n" not in widget.toolTip():
        faults.append(f"off without a reason: {widget.toolTip()!r}")
    kind = f"{type(widget).__name__} {name_of(widget)}"
    if (
        widget.isEnabled()
        and not (widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not kind.startswith(_BY_OTHER_KEYS)
    ):
        faults.append("the keyboard does not reach it")
    return [f"{kind}: {fault}" for fault in faults]


async def test_each_control_has_a_name_a_tooltip_and_a_reason_when_it_is_off(
    qtbot: Any, sample_file: Path, tmp_path: Path
) -> None:
    faults: set[str] = set()
    seen: set[str] = set()

    def look(_place: str) -> None:
        for widget in visible_controls():
            seen.add(f"{type(widget).__name__} {name_of(widget)}")
            faults.update(_faults(widget))

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        assert desk.tree.current is not None
        await everywhere(desk, ModelId(desk.tree.current), look)
        for action in desk.shell.actions.commands():
            if not action.enabled and not action.why_disabled:
                faults.add(f"command {action.id}: off without a reason")

    await at_the_window(sample_file, tmp_path, drive)
    assert faults == set()
    assert len(seen) > 80


async def test_tab_goes_round_through_everything_on_the_overview(qtbot: Any, sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        window = desk.shell.window
        window.activateWindow()
        # Of a group of which one is chosen, Tab reaches that one and the arrows the others.
        wanted = [
            widget
            for widget in visible_controls()
            if widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not (isinstance(widget, QAbstractButton) and widget.group() is not None and not widget.isChecked())
        ]
        order: list[QWidget] = []
        for _ in range(2 * len(wanted)):
            window.focusNextPrevChild(True)
            focused = QApplication.focusWidget()
            assert focused is not None
            order.append(focused)
        missed = [widget for widget in wanted if widget not in order]
        assert not missed, [(name_of(widget), widget.parentWidget()) for widget in missed]
        names = [name_of(widget) for widget in order]
        start = names.index("Overview")
        assert names[start + 1 : start + 4] == ["Name (en)", "Name (bg)", "Assistant for private chats and forms"]

    await at_the_window(sample_file, tmp_path, drive)
