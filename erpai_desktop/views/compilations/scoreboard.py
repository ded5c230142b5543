"""The scoreboard: every version of a model with its score, its cost and how long it lives; one or two are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from erpai_desktop.models.enums import CompilationStatus
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.statistics import Interval, percent
from erpai_desktop.views.comparison.wording import cost, interval_words, life, milliseconds, right_of
from erpai_desktop.views.compilations.wording import target_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.days_left import days_words
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable


def _tr(text: str) -> str:
    # Not a method: the columns are named before the table is made of them.
    return QCoreApplication.translate("Scoreboard", text)


class Scoreboard(RowTable):
    """Ctrl and Shift choose a second version; `picked` follows the one under the keyboard."""

    chosen_changed = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        model = _model()
        super().__init__(
            theme,
            model,
            _tr("Scoreboard"),
            _tr("Choose a version to see its questions; Ctrl+click a second one to compare the two"),
            parent=parent,
        )
        model.setParent(self)
        self._versions = model
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.selectionModel().selectionChanged.connect(lambda _now, _before: self.chosen_changed.emit())
        model.modelReset.connect(self.chosen_changed)

    def show_versions(self, versions: Sequence[VersionScore]) -> None:
        """Replace the versions; what is chosen stays chosen where it can."""
        self._versions.show(versions)
        self.chosen_changed.emit()

    @property
    def chosen(self) -> tuple[VersionScore, ...]:
        """The versions that are selected, the newest first."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(found for row in rows if (found := self._versions.row_at(row)) is not None)


def candidates(
    versions: Sequence[VersionScore], chosen: Sequence[VersionScore]
) -> tuple[CompilationId, CompilationId] | None:
    """Which two to compare, (left, right): the two chosen, or the one chosen with the active one; None for no two.

    The active one stands on the left, for the other is to take its place; else the older one does.
    """
    active = next((version for version in versions if version.is_active), None)
    pair = list(chosen)
    if len(pair) == 1 and active is not None and active.id != pair[0].id:
        pair.append(active)
    if len(pair) != 2:
        return None
    left, right = sorted(pair, key=lambda version: (not version.is_active, version.number))
    return left.id, right.id


def _share(version: VersionScore) -> str:
    return percent(version.share) if version.share is not None else "–"


def _bar(version: VersionScore) -> tuple[float, Interval] | None:
    if version.share is None or version.interval is None:
        return None
    return version.share, version.interval


def _made_with(version: VersionScore) -> str:
    return " · ".join(part for part in (target_name(version.target), version.base_model, version.provider_name) if part)


def _ends_in(version: VersionScore) -> str:
    return days_words(version.days_left)[0] if version.days_left is not None else ""


def _ends_kind(version: VersionScore) -> str:
    return days_words(version.days_left)[1] if version.days_left is not None else ""


def _model() -> RowModel[VersionScore]:
    return RowModel(
        (
            Column(_tr("Version"), lambda version: version.name, 58),
            Column("", _state, 82, badge=_state_kind, tooltip=_state_words),
            Column(_tr("Target"), lambda version: target_name(version.target), 78, spare=2, tooltip=_made_with),
            Column(_tr("Right"), _share, 52, tooltip=_score_words),
            Column("", interval_words, bar=_bar, least=62),
            Column(_tr("Answered / refused"), right_of, 116, spare=4, tooltip=_right_words),
            Column(_tr("Median"), lambda version: milliseconds(version.median_ms), 68, tooltip=_median_words),
            Column(_tr("Cost / 1,000"), cost, 84, tooltip=_cost_words),
            Column(_tr("Ends in"), _ends_in, 58, badge=_ends_kind, tooltip=lambda version: life(version).tooltip),
            Column(_tr("Judge"), lambda version: version.judge, 90, spare=5),
        ),
        key=lambda version: version.id,
        dim=lambda version: not version.can_answer,
    )


def _state(version: VersionScore) -> str:
    if version.is_active:
        return _tr("active")
    if version.status is CompilationStatus.DELETED:
        return _tr("deleted")
    return _tr("held back") if version.activation_note else ""


def _state_kind(version: VersionScore) -> str:
    if version.is_active:
        return "accent"
    return "warning" if version.activation_note and version.can_answer else "plain"


def _state_words(version: VersionScore) -> str:
    if version.is_active:
        return _tr("It answers now")
    return version.activation_note


def _score_words(version: VersionScore) -> str:
    """All that the columns beside it say, for where there is no room for them."""
    parts = [interval_words(version)]
    if version.answered_right is not None:
        parts.append(_tr("Answered / refused rightly: {counts}").format(counts=right_of(version)))
    if version.judge:
        parts.append(_tr("Judged by {model} too").format(model=version.judge))
    return "\n".join(parts)


def _right_words(version: VersionScore) -> str:
    if version.answered_right is None:
        return _tr("Not counted when it was evaluated")
    return _tr("Rightly answered, and rightly refused")


def _median_words(version: VersionScore) -> str:
    if version.median_ms is None:
        return _tr("Not measured when it was evaluated")
    return _tr("Half of the questions took longer")


def _cost_words(version: VersionScore) -> str:
    if version.cost_micros is None:
        return _tr("Its price was not known when it was evaluated")
    return _tr("What 1,000 answers cost, as metered while it was evaluated")
