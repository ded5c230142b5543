"""Says beforehand what a person's role does not allow. The services decide; this only spares them the attempt."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from erpai_desktop.models.enums import Role
from erpai_desktop.views.parts.buttons import tooltip_text

_RANK: Final = {Role.STAFF: 0, Role.TRAINER: 1, Role.ADMINISTRATOR: 2}


def why_not(role: Role, needed: Role) -> str:
    """The reason for a tooltip when `role` is below the one needed; empty when it is not."""
    if _RANK[role] >= _RANK[needed]:
        return ""
    if needed is Role.ADMINISTRATOR:
        return QCoreApplication.translate("Permission", "Only an administrator of this workspace may do this")
    return QCoreApplication.translate("Permission", "Only trainers and administrators of this workspace may do this")


def forbid(widget: QWidget, reason: str) -> None:
    """With a reason, a text can be read and copied but not changed, a choice is off, and both say why."""
    if not reason:
        return
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        widget.setReadOnly(True)
    else:
        widget.setEnabled(False)
    widget.setToolTip(tooltip_text(widget.toolTip(), reason=reason))
