"""What everybody wants to know of the open workspace."""

from __future__ import annotations

from dataclasses import dataclass

from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import UserId


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """For the title and the status bar. `revision` is the newest `Change.seq`."""

    name: str
    is_sample: bool
    storage: str
    user_id: UserId
    user_name: str
    role: Role
    revision: int
    models: int
