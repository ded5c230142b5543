"""What a workspace no longer needs: things past their time in the bin, parts of builds that nothing refers to."""

from __future__ import annotations

from erpai_desktop.changes import Changes
from erpai_desktop.models.enums import Role
from erpai_desktop.services.bin import purge_expired
from erpai_desktop.storage.blobs import remove_abandoned
from erpai_desktop.storage.unit_of_work import UnitOfWork


def tidy(work: UnitOfWork) -> Changes:
    """Empty the bin of what has lain there for 30 days, and remove abandoned blobs; nothing for who may not."""
    if work.actor.role is not Role.ADMINISTRATOR:
        return work.finish()
    remove_abandoned(work)
    return purge_expired(work)
