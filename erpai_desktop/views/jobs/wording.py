"""How a job's state reads: short, in the user's terms."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.workers.job_state import JobPhase, JobState


def _tr(text: str) -> str:
    return QCoreApplication.translate("Jobs", text)


def duration(seconds: float) -> str:
    """E.g. "3.1 s", "2 min 5 s"."""
    if round(seconds, 1) < 60:
        return _tr("{seconds} s").format(seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    return _tr("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def sentence(state: JobState) -> str:
    """What stands beside the bar."""
    if state.phase is JobPhase.QUEUED:
        return _tr("waits for the job before it")
    if state.phase is JobPhase.RUNNING:
        if state.total:
            return _tr("{stage} {done} of {total}").format(
                stage=state.stage, done=f"{state.done:,}", total=f"{state.total:,}"
            )
        return state.text or state.stage or _tr("starting")
    if state.needs_a_look:
        return state.text
    if state.phase is JobPhase.DONE:
        spent = duration(state.elapsed_s)
        return f"{spent} · {state.text}" if state.text else spent
    if state.phase is JobPhase.CANCELLED:
        return _tr("cancelled; nothing was changed")
    return state.error or _tr("failed")
