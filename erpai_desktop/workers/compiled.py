"""How a build ended well, in words for people and as an object for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import compilations_reading
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.job_state import HELD_BACK, NEEDS_A_LOOK


@dataclass(frozen=True, slots=True)
class Compiled:
    """`unchanged` means that nothing differed from version `number`, which stands as it was."""

    compilation_id: CompilationId
    number: int
    unchanged: bool
    active: bool
    rows: int = 0
    right: int = 0
    total: int = 0
    target: Target = Target.BUILT_IN
    note: str = ""
    """Why it was not activated by itself, where that is not the model's own wish."""
    not_made: str = ""
    """Why there is no version to ask, where that is nobody's fault."""

    def sentence(self) -> str:
        """For people."""
        if self.not_made:
            return f"v{self.number}: {self.not_made}"
        if self.unchanged:
            waits = "" if self.active or self.target is Target.EXPORT else f" It waits to be activated. {self.note}"
            return f"Nothing has changed since v{self.number}.{waits}".rstrip()
        if self.is_held_back:
            # The reason tells the score.
            return f"v{self.number} is held back. {self.note}"
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        score = f", {self.right} of {self.total} validation questions right" if self.total else ""
        waiting = "is written" if self.target is Target.EXPORT else "waits to be activated"
        state = "is active" if self.active else waiting
        return f"v{self.number} {state}: {rows}{score}."

    @property
    def is_held_back(self) -> bool:
        """Whether it was made and not activated by itself, for the reason in `note`."""
        return bool(self.note) and not self.active and not self.not_made

    @property
    def stage(self) -> str:
        """What the job's last progress is called."""
        if self.is_held_back and self.total:
            return HELD_BACK
        return NEEDS_A_LOOK if self.is_held_back or self.not_made else "done"

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "event": "compiled",
            "compilation_id": str(self.compilation_id),
            "version": self.number,
            "unchanged": self.unchanged,
            "not_made": self.not_made,
            "active": self.active,
            "rows": self.rows,
            "validation": {"right": self.right, "total": self.total},
            **({"target": self.target.value} if self.target is not Target.BUILT_IN else {}),
            **({"activation_note": self.note} if self.note else {}),
        }


async def compiled(job: Job, compilation_id: CompilationId, *, unchanged: bool = False, not_made: str = "") -> Compiled:
    """The version as it stands, which the job's last progress tells too. Raises NotFoundError."""
    line = await job.read(compilations_reading.version_line, compilation_id=compilation_id)
    ended = Compiled(
        compilation_id,
        line.number,
        unchanged=unchanged,
        active=line.is_active,
        rows=line.row_count or 0,
        right=line.right,
        total=line.total,
        target=line.target,
        note=line.activation_note,
        not_made=not_made,
    )
    job.progress(ended.stage, text=ended.sentence())
    return ended
