"""The main job without a mouse: every step by keys, from choosing the model to the answer after Train AI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.snapshots.tree import ModelNode
from tests.e2e.driving import at_the_window
from tests.e2e.walking import name_of
from tests.person import Person
from tools.main_job import CORRECTION, KNOWN, KNOWN_ANSWER, MODEL, QUESTION

_CTRL = Qt.KeyboardModifier.ControlModifier
_MOST_TABS = 200


class _Keys:
    """Presses keys where the keyboard is, and nothing else."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.person = Person(desk.shell.window)
        self.window = desk.shell.window

    @property
    def here(self) -> QWidget:
        """What has the keyboard."""
        return QApplication.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key."""
        QTest.keyClick(self.here, key, modifiers)

    def type(self, text: str) -> None:
        """A text, where the keyboard is."""
        for letter in text:
            QTest.sendKeyEvent(
                QTest.KeyAction.Click, self.here, Qt.Key.Key_unknown, letter, Qt.KeyboardModifier.NoModifier
            )

    def tab_to(self, name: str, inside: QWidget | None = None) -> None:
        """Tab until the control of that name has the keyboard."""
        seen = []
        for _ in range(_MOST_TABS):
            self.press(Qt.Key.Key_Tab)
            seen.append(name_of(self.here))
            if seen[-1] == name and (inside is None or inside.isAncestorOf(self.here)):
                return
        raise AssertionError(f"Tab does not reach {name!r}: {seen}")

    async def command(self, name: str) -> None:
        """Run a command from the palette."""
        self.press(Qt.Key.Key_K, _CTRL)
        await at_rest(self.desk)
        self.type(name)
        self.press(Qt.Key.Key_Return)
        await at_rest(self.desk)

    def node(self) -> ModelNode:
        """The model of the tour."""
        return next(node for node in self.desk.pages.snapshot.nodes if node.name == MODEL)

    async def compile(self) -> None:
        """Plan with F9, start with Ctrl+Enter."""
        before = self.node().active_version or 0
        self.press(Qt.Key.Key_F9)
        await at_rest(self.desk)
        self.press(Qt.Key.Key_Return, _CTRL)
        await self.person.until(lambda: (self.node().active_version or 0) > before, "a version")
        await at_rest(self.desk)

    async def ask(self, question: str) -> str:
        """Ask in the chat; the answer."""
        shown = self.desk.chat.message_list
        before = len(shown.messages)
        self.type(question)
        self.press(Qt.Key.Key_Return)
        await self.person.until(lambda: len(shown.messages) >= before + 2, f"an answer to {question}")
        await at_rest(self.desk)
        return shown.messages[-1].contents


async def test_the_main_job_with_keys_alone(qtbot: Any, sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        keys = _Keys(desk)
        keys.window.activateWindow()
        await keys.command(f"Open {MODEL}")
        assert desk.pages.current_model == keys.node().id
        await keys.compile()

        keys.press(Qt.Key.Key_L, _CTRL)
        await at_rest(desk)
        assert isinstance(keys.here, QPlainTextEdit)
        assert await keys.ask(KNOWN) == KNOWN_ANSWER
        await keys.ask(QUESTION)
        await keys.ask(CORRECTION)

        # Tab reaches one message, the arrows the others, Space ticks.
        messages = desk.chat.message_list
        for _ in range(_MOST_TABS):
            if any(view.hasFocus() for view in messages.shown):
                break
            keys.press(Qt.Key.Key_Tab)
        keys.press(Qt.Key.Key_End)
        for text in (CORRECTION, QUESTION):
            view = next(view for view in messages.shown if view.message.contents == text)
            for _ in messages.shown:
                if view.hasFocus():
                    break
                keys.press(Qt.Key.Key_Up)
            keys.press(Qt.Key.Key_Space)
            assert view.message.id in messages.ticked
        keys.press(Qt.Key.Key_T, _CTRL)
        await at_rest(desk)
        before = keys.node().conversation_count
        keys.tab_to("Train AI", inside=desk.chat.train_panel)
        keys.press(Qt.Key.Key_Space)
        await keys.person.until(lambda: keys.node().conversation_count == before + 1, "what was taught")
        await at_rest(desk)

        await keys.compile()
        keys.press(Qt.Key.Key_L, _CTRL)
        await at_rest(desk)
        assert await keys.ask(QUESTION) == CORRECTION

    await at_the_window(sample_file, tmp_path, drive)
