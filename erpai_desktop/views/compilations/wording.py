"""Words for targets, versions and findings: short, in the user's terms."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import CompilationStatus, Target
from erpai_desktop.models.snapshots.compilations import CompilationLine, FindingLine
from erpai_desktop.models.snapshots.training import NOT_TRAINED
from erpai_desktop.models.statistics import percent
from erpai_desktop.views.jobs.wording import duration
from erpai_desktop.views.parts.badge import BadgeKind

__all__ = [
    "finding_badge",
    "percent",
    "spent",
    "status",
    "target_name",
    "target_note",
    "under_way",
    "was_cancelled",
    "was_not_trained",
]

_LOUD = frozenset({"contradiction"})
_QUIET = frozenset({"duplicate", "corrected"})


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compilations", text)


def target_name(target: Target) -> str:
    """What a target is called."""
    return {
        Target.BUILT_IN: _tr("Built-in"),
        Target.GROUNDED: _tr("Grounded"),
        Target.FINE_TUNE: _tr("Fine-tune"),
        Target.EXPORT: _tr("Files"),
    }[target]


def target_note(target: Target) -> str:
    """What a target makes and needs, in a line."""
    return {
        Target.BUILT_IN: _tr("offline; answers with the curated words"),
        Target.GROUNDED: _tr("the same knowledge in front of a chat model"),
        Target.FINE_TUNE: _tr("trains a provider's model on it"),
        Target.EXPORT: _tr("the dataset and its manifest, to take away"),
    }[target]


def status(line: CompilationLine) -> tuple[str, BadgeKind]:
    """How a version stands, in a word, and the badge for it."""
    if line.is_active:
        return _tr("active"), "accent"
    if line.status is CompilationStatus.NEW:
        return _tr("queued"), "plain"
    if line.status is CompilationStatus.RUNNING:
        return _tr("building"), "warning"
    if line.status is CompilationStatus.DELETED:
        return _tr("deleted"), "plain"
    if line.is_successful:
        return (_tr("held back"), "warning") if line.is_held_back else (_tr("ready"), "good")
    if was_cancelled(line):
        return _tr("cancelled"), "plain"
    if was_not_trained(line):
        return _tr("not trained"), "warning"
    if line.error_message.startswith("Interrupted"):
        return _tr("interrupted"), "warning"
    return _tr("failed"), "bad"


def was_cancelled(line: CompilationLine) -> bool:
    """Whether a person has ended the build."""
    return line.error_message.startswith("Cancelled")


def was_not_trained(line: CompilationLine) -> bool:
    """Whether its provider does not train (any more), which is nobody's fault."""
    return line.error_message.startswith(NOT_TRAINED)


def under_way(line: CompilationLine) -> bool:
    """Whether the version is still being built."""
    return line.status in (CompilationStatus.NEW, CompilationStatus.RUNNING)


def spent(start: datetime, end: datetime | None) -> str:
    """How long a build took: "3.1 s", "2 min 5 s"; empty while it runs."""
    if end is None:
        return ""
    return duration(max(0.0, (end - start).total_seconds()))


def finding_badge(finding: FindingLine) -> BadgeKind:
    """How loud a finding is."""
    if finding.blocks or finding.kind in _LOUD:
        return "bad"
    return "plain" if finding.kind in _QUIET else "warning"
