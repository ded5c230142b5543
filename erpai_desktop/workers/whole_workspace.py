"""Jobs that read the workspace from end to end: a backup, a check."""

from __future__ import annotations

from pathlib import Path

from erpai_desktop.services import workspace
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.threads import in_a_thread


async def back_up(job: Job, *, to: Path) -> Path:
    """Copy the workspace into a new file, checked whole, while work goes on. Raises what `workspace.backup` raises."""
    job.progress("copying")
    path = await in_a_thread(workspace.backup, job.database, to)
    job.log(f"Backed up to {path}")
    return path


async def check(job: Job) -> tuple[str, ...]:
    """What is wrong with the workspace, in words; nothing when it is whole. Changes nothing."""
    job.progress("looking")
    findings = await in_a_thread(workspace.check, job.database)
    for finding in findings:
        job.log(str(finding))
    return tuple(str(finding) for finding in findings)
