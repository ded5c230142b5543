"""The log of a build or an evaluation, as it is stored and as its job tells it meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

from erpai_desktop.workers.job import Job

_MOST_LINES, _FIRST_LINES = 5_000, 500
_LEFT_OUT = "… lines left out here …"


class BuildLog:
    """Lines with the time (UTC) before them. `before` is what an earlier part of the same build has logged.

    Of more than 5,000 lines the first 500 and the newest are kept: a provider may have any amount to say.
    """

    def __init__(self, job: Job, before: str = "") -> None:
        self._job = job
        self._lines: list[str] = before.splitlines()

    def add(self, line: str) -> None:
        """Add a line and tell the job."""
        self._lines.append(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z {line}")
        if len(self._lines) > _MOST_LINES:
            # A tenth at once: rarely.
            self._lines[_FIRST_LINES : _FIRST_LINES + _MOST_LINES // 10] = [_LEFT_OUT]
        self._job.log(line)

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)
