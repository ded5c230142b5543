"""The notice after an action that can be taken back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from erpai_desktop.changes import Changes
from erpai_desktop.models.ids import ActionId
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.intentions import history
from erpai_desktop.workers.runner import Runner

SECONDS: Final = 20.0
"""How long it stays; the history and the bin keep it far longer."""


def undo_notice(runner: Runner, changes: Changes, text: str) -> Notice | None:
    """Says `text` and offers Undo, also when the page has been closed by then; None when nothing was changed."""
    if changes.action_id is None or not changes:
        return None
    action_id = ActionId(changes.action_id)
    return Notice(
        text,
        action=QCoreApplication.translate("Undo", "Undo"),
        callback=lambda: runner.write(None, history.undo, action_id=action_id),
        seconds=SECONDS,
        about=action_id,
    )
