"""Says which questions only one of the two versions was asked, and offers to ask the older one again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.snapshots.comparison import Comparison, VersionScore
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import row


class UncommonQuestions(QWidget):
    """Stands beside the filter of the questions; hidden while both were asked the same."""

    evaluate_requested = Signal(object)
    """The VersionScore of the version to evaluate again."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._words = ElidedLabel()
        self._evaluate = QuietButton(theme, "", self.tr("Ask it the validation questions of today"))
        self._evaluate.clicked.connect(self._ask)
        layout = row(IconLabel(theme, "warning", "warning"), self._words, self._evaluate)
        layout.setStretchFactor(self._words, 1)
        self.setLayout(layout)
        self.hide()

    def show_comparison(self, found: Comparison) -> None:
        """Show what is not common to the two, if anything is not."""
        self._comparison = found
        tr = self.tr
        parts = []
        for count, version in ((found.left_only, found.left), (found.right_only, found.right)):
            if count:
                parts.append(tr("{n} put to {version} alone").format(n=f"{count:,}", version=version.name))
        if found.reworded:
            parts.append(tr("{n} changed between them").format(n=f"{found.reworded:,}"))
        count = found.left_only + found.right_only + found.reworded
        self._words.setText(tr("{n} not compared: {what}").format(n=f"{count:,}", what=", ".join(parts)))
        self._words.set_tooltip(tr("Only questions with the same words and the same desired outcome are compared"))
        older = self._older(found)
        self._evaluate.setText(tr("Evaluate {version} again").format(version=older.name))
        self._evaluate.setVisible(older.can_answer)
        self.setVisible(not found.is_common)

    def _older(self, found: Comparison) -> VersionScore:
        by_age = sorted((found.left, found.right), key=lambda version: (version.evaluated_utc, version.number))
        return by_age[0]

    def _ask(self) -> None:
        if self._comparison is not None:
            self.evaluate_requested.emit(self._older(self._comparison))
