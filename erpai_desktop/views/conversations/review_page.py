"""The room Review: conversations of all models that wait for a decision, with the same editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.conversations import ConversationLine
from erpai_desktop.views.conversations.line_model import Entry
from erpai_desktop.views.conversations.list_panel import ConversationList
from erpai_desktop.views.conversations.page import ListAndEditor
from erpai_desktop.views.conversations.wording import translated
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import line
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.workers.intentions import conversations_reading
from erpai_desktop.workers.runner import Runner

if TYPE_CHECKING:
    from erpai_desktop.views.window.memory import WindowMemory


class ReviewPage(ListAndEditor):
    """What is decided leaves the list, and the next one comes."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        memory: WindowMemory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._language = language
        empty = EmptyState(
            theme,
            "review",
            translated("Nothing waits for review"),
            translated(
                "Conversations that somebody has put back for review are listed here, whichever model they teach."
            ),
        )
        forbidden = why_not(role, Role.TRAINER)
        entries = ConversationList(theme, empty, forbidden=forbidden, can_filter=False)
        super().__init__(runner, theme, entries, forbidden=forbidden, memory=memory, parent=parent)
        self._header = PageHeader(theme, self.tr("Review"))
        self._body.insertWidget(0, self._header)
        self._body.insertWidget(1, line())
        self.refresh()

    def refresh(self) -> None:
        """Read what waits."""
        self._runner.read((self, "list"), conversations_reading.waiting_for_review, language=self._language).then(
            self._show
        )

    def focus_search(self) -> None:
        """There is nothing to search: go to the list."""
        self.list.view.setFocus()

    def _show(self, waiting: Sequence[tuple[ModelId, str, ConversationLine]]) -> None:
        text = plural(len(waiting), self.tr("1 waits"), self.tr("{n} wait")) if waiting else self.tr("nothing waits")
        self._header.set_badges([PageBadge(text, "warning" if waiting else "good")])
        self.list.show_entries([Entry(line, model_id, name) for model_id, name, line in waiting])

    def _is_concerned(self, changes: Changes) -> bool:
        return True
