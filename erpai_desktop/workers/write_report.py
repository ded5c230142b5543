"""Writes a parity report into a file that a person has chosen."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Workspace
from erpai_desktop.models.snapshots.comparison import Comparison
from erpai_desktop.models.snapshots.parity import Parity
from erpai_desktop.services.comparison import parity_of
from erpai_desktop.services.parity_report import write_parity_report
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.threads import in_a_thread


async def write_report(job: Job, *, found: Parity | Comparison, path: Path) -> Path:
    """Write it. Raises ServiceError when the file cannot be written."""
    job.progress("writing")
    workspace = await job.read(_name)
    written = await in_a_thread(_write, found, path, workspace)
    job.progress("done", text=str(written))
    return written


def _write(found: Parity | Comparison, path: Path, workspace: str) -> Path:
    return write_parity_report(parity_of(found) if isinstance(found, Comparison) else found, path, workspace=workspace)


def _name(session: Session) -> str:
    return session.scalar(select(Workspace.name)) or ""
