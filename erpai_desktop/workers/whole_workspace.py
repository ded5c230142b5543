"""Jobs that read the workspace from end to end: a backup, a check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from erpai_desktop.services import workspace
from erpai_desktop.workers.runner import RunningJob

T = TypeVar("T")


async def back_up(job: RunningJob, *, to: Path) -> Path:
    """Copy the workspace into a new file, checked whole, while work goes on. Raises what `workspace.backup` raises."""
    job.progress("copying")
    path = await _beside(lambda: workspace.backup(job.database, to))
    job.log(f"Backed up to {path}")
    return path


async def check(job: RunningJob) -> tuple[str, ...]:
    """What is wrong with the workspace, in words; nothing when it is whole. Changes nothing."""
    job.progress("looking")
    findings = await _beside(lambda: workspace.check(job.database))
    for finding in findings:
        job.log(str(finding))
    return tuple(str(finding) for finding in findings)


async def _beside(work: Callable[[], T]) -> T:
    # A thread of its own: it may take minutes, and neither reads nor writes of the window shall wait for it.
    executor = ThreadPoolExecutor(1, thread_name_prefix="whole")
    try:
        return await asyncio.get_running_loop().run_in_executor(executor, work)
    finally:
        executor.shutdown(wait=False)
