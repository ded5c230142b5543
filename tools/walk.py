"""What every walk through the real window needs: steps, the tree, a model's pages, a build, a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QTreeView, QWidget

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.models.snapshots.tree import ModelNode
from tests.person import NotThereError, Person


@dataclass(frozen=True, slots=True)
class Step:
    """`do` acts and answers what was observed."""

    name: str
    do: Callable[[], Awaitable[str]]


class Walk:
    """A person at the window, concerned with one model. Steps build on each other: take them in order."""

    model = ""

    def __init__(self, desk: Desk, person: Person | None = None) -> None:
        self._desk = desk
        self._person = person or Person(desk.shell.window)

    def steps(self) -> list[Step]:
        """All steps in order."""
        raise NotImplementedError

    async def _open_the_model(self) -> int:
        """Choose it in the tree; answers how many models there are."""
        person = self._person
        await person.until(lambda: self._tree_rows(), "the tree of models")
        person.click_row(self._tree(), self.model)
        await person.until(lambda: self._desk.pages.current_model == self._node().id, f"the page of {self.model}")
        return len(self._tree_rows())

    async def _plan(self) -> str:
        person = self._person
        page = self._desk.pages.open_model(self._node().id)
        person.click(person.find(QAbstractButton, "Compile", inside=page))
        await person.until(lambda: "compile:" in self._desk.shell.window.tabs.current, "the page before a compilation")
        await self._at_rest()
        return "the page shows targets, rows by origin, findings and instructions"

    async def _build(self) -> str:
        person, desk = self._person, self._desk
        before = self._node().active_version or 0
        stages: list[str] = []

        def watch(state: object) -> None:
            stage = str(getattr(state, "stage", ""))
            if stage and stage not in stages:
                stages.append(stage)

        desk.session.runner.job_changed.connect(watch)
        page = desk.shell.window.tabs.page(desk.shell.window.tabs.current)
        person.click(person.find(QAbstractButton, "Compile", inside=page))
        await person.until(lambda: (self._node().active_version or 0) > before, "a new active version", timeout_s=180)
        desk.session.runner.job_changed.disconnect(watch)
        await self._at_rest()
        if not {"reading", "evaluating", "storing"} <= set(stages):
            raise NotThereError(f"the progress was not shown by stage: {stages}")
        return f"v{self._node().active_version} is active; stages seen: {', '.join(stages)}"

    async def _begin_chat(self) -> None:
        # Ctrl+L asks the chosen model.
        self._person.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await self._person.until(lambda: self._desk.chat.model_id == self._node().id, f"a chat with {self.model}")
        await self._at_rest()

    def _tree(self) -> QTreeView:
        return self._person.find(QTreeView, "Tree of models")

    def _tree_rows(self) -> list[str]:
        return self._person.rows(self._tree())

    def _node(self) -> ModelNode:
        node = next((node for node in self._desk.pages.snapshot.nodes if node.name == self.model), None)
        if node is None:
            raise NotThereError(f"{self.model} is not in the tree")
        return node

    async def _sub_page(self, title: str) -> QWidget:
        person, desk = self._person, self._desk
        page = desk.pages.open_model(self._node().id)
        if page is None:
            raise NotThereError(f"the page of {self.model} does not open")
        tabs = (tab for tab in person.all(QAbstractButton, inside=page) if tab.text() == title and tab.isCheckable())
        person.click(next(tabs))
        await self._at_rest()
        shown = page.current_widget()
        if shown is None:
            raise NotThereError(f"nothing is shown below {title}")
        return shown

    async def _ask(self, question: str) -> ChatMessage:
        person, messages = self._person, self._desk.chat.message_list
        before = len(messages.messages)
        field = person.find(QPlainTextEdit, "Question", inside=self._desk.chat)
        person.type(field, question)
        person.press(Qt.Key.Key_Return, on=field)
        await person.until(lambda: len(messages.messages) >= before + 2, f"an answer to “{question}”", timeout_s=90)
        await self._at_rest()
        return messages.messages[-1]

    async def _at_rest(self) -> None:
        await at_rest(self._desk)
