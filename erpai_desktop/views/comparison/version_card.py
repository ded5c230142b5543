"""One of two versions in a card: its score with the interval, what it costs, how long it lives."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.statistics import percent
from erpai_desktop.views.comparison.wording import cost, full_name, interval_words, life, milliseconds, right_of
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.interval import IntervalBar
from erpai_desktop.views.parts.layout import label, row
from erpai_desktop.views.parts.wording import plural


class VersionCard(Card):
    """`show_version` fills it."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent=parent)
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
        else:
            self._state.show_text(tr("deleted"), "plain", tr("It cannot be activated any more"))
        ends = life(version)
        self._life.show_text(ends.text, ends.kind, ends.tooltip)
        share = version.share
        self._share.setText(percent(share) if share is not None else "–")
        self._of.setText(
            tr("of {questions} right").format(
                questions=plural(version.total, tr("1 validation question"), tr("{n} validation questions"))
            )
            if share is not None
            else tr("not evaluated")
        )
        self._bar.show_share(share, version.interval, interval_words(version))
        self._right.setText(right_of(version))
        self._median.setText(milliseconds(version.median_ms))
        self._cost.setText(cost(version))
        parts = [version.base_model, version.provider_name]
        parts.append(tr("judged by {model} too").format(model=version.judge) if version.judge else "")
        made_with = " · ".join(part for part in parts if part)
        self._judge.setText(made_with)
        self._judge.setVisible(bool(made_with))

    def _add(self, words: str, tooltip: str) -> QLabel:
        place = self._figures.rowCount()
        name, value = ElidedLabel(words, role="dim"), label("–", "strong", selectable=True)
        name.set_tooltip(tooltip)
        value.setAccessibleName(words)
        value.setToolTip(tooltip)
        self._figures.addWidget(name, place, 0)
        self._figures.addWidget(value, place, 1, Qt.AlignmentFlag.AlignRight)
        return value
