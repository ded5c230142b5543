"""One of two versions in a card: its score with the interval, what it costs, how long it lives."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from erpai_desktop.models.enums import CompilationStatus
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.statistics import percent
from erpai_desktop.views.comparison.wording import cost, full_name, interval_words, life, milliseconds, right_of
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.days_left import days_words
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.interval import IntervalBar
from erpai_desktop.views.parts.layout import label, row
from erpai_desktop.views.parts.wording import plural

_NARROW = 290
"""Pixels of width below which a card says things more shortly."""


class VersionCard(Card):
    """`show_version` fills it."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent=parent)
        self._version: VersionScore | None = None
        self._is_low = False
        tr = self.tr
        self._state, self._life = Badge(), Badge()
        self.add_to_header(self._state)
        self.add_to_header(self._life, right=True)
        self._share = label("", "figure", selectable=True)
        self._of = ElidedLabel(role="dim")
        self._bar = IntervalBar(theme)
        score = row(self._share, self._of, gap=10)
        score.setStretchFactor(self._of, 1)
        score.setAlignment(self._of, Qt.AlignmentFlag.AlignBottom)
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(12)
        self._figures.setVerticalSpacing(4)
        self._figures.setColumnStretch(0, 1)
        self._right = self._add(tr("answered / refused rightly"), tr("Of the questions that should be, and should not"))
        self._median = self._add(tr("median time to answer"), tr("Half of the questions took longer"))
        self._cost = self._add(tr("cost of 1,000 answers"), tr("As metered while it was evaluated"))
        self._judge = ElidedLabel(role="note")
        self.body.addLayout(score)
        self.body.addWidget(self._bar)
        self.body.addLayout(self._figures)
        self.body.addWidget(self._judge)
        self.body.addStretch()

    def show_version(self, version: VersionScore) -> None:
        """Show a version, or the same one as it is now."""
        tr = self.tr
        self.set_title(full_name(version))
        if version.is_active:
            self._state.show_text(tr("active"), "accent", tr("It answers now"))
        elif version.can_answer:
            self._state.show_text(tr("candidate"), "warning", version.activation_note or tr("It could answer"))
        elif version.status is not CompilationStatus.DELETED:
            self._state.show_text(tr("cannot answer"), "plain", tr("It was made to be taken away, not to answer"))
        else:
            self._state.show_text(tr("deleted"), "plain", tr("It cannot be activated any more"))
        self._version = version
        self._fit()
        share = version.share
        self._share.setText(percent(share) if share is not None else "–")
        self._bar.show_share(share, version.interval, interval_words(version))
        self._right.setText(right_of(version))
        self._median.setText(milliseconds(version.median_ms))
        self._cost.setText(cost(version))
        parts = [version.base_model, version.provider_name]
        parts.append(tr("judged by {model} too").format(model=version.judge) if version.judge else "")
        made_with = " · ".join(part for part in parts if part)
        self._judge.setText(made_with)
        self._judge.setVisible(bool(made_with) and not self._is_low)

    def set_low(self, is_low: bool) -> None:
        """Say less where there is little height; the tooltip of the score tells the interval too."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._bar.setVisible(not is_low)
            self._judge.setVisible(bool(self._judge.text()) and not is_low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorter words where there is little width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        version = self._version
        if version is None:
            return
        tr = self.tr
        is_narrow = self.width() < _NARROW
        ends = life(version)
        short = days_words(version.days_left)[0] if version.days_left is not None else ""
        self._life.show_text(short if is_narrow else ends.text, ends.kind, ends.tooltip)
        if version.share is None:
            words = tr("not evaluated")
        elif is_narrow:
            words = tr("of {questions} right").format(
                questions=plural(version.total, tr("1 question"), tr("{n} questions"))
            )
        else:
            words = tr("of {questions} right").format(
                questions=plural(version.total, tr("1 validation question"), tr("{n} validation questions"))
            )
        self._of.setText(words)
        self._of.set_tooltip(interval_words(version))

    def _add(self, words: str, tooltip: str) -> QLabel:
        place = self._figures.rowCount()
        name, value = ElidedLabel(words, role="dim"), label("–", "strong", selectable=True)
        name.set_tooltip(tooltip)
        value.setAccessibleName(words)
        value.setToolTip(tooltip)
        self._figures.addWidget(name, place, 0)
        self._figures.addWidget(value, place, 1, Qt.AlignmentFlag.AlignRight)
        return value
