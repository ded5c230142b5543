"""Says which questions only one of the two versions was asked, and offers to ask the older one again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from erpai_desktop.models.snapshots.comparison import Comparison, VersionScore
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import row
from erpai_desktop.views.parts.wording import plural


class UncommonQuestions(QFrame):
    """Hidden while both were asked the same."""

    evaluate_requested = Signal(object)
    """The VersionScore of the version to evaluate again."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "alternate")
        self._comparison: Comparison | None = None
        self._words = ElidedLabel()
        self._evaluate = QuietButton(theme, "", self.tr("Ask it the validation questions of today"), icon="refresh")
        self._evaluate.clicked.connect(self._ask)
        layout = row(IconLabel(theme, "warning", "warning"), self._words, self._evaluate, margins=(14, 5, 14, 5))
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
                asked = plural(count, tr("1 question was put"), tr("{n} questions were put"))
                parts.append(tr("{asked} to {version} alone").format(asked=asked, version=version.name))
        if found.reworded:
            parts.append(plural(found.reworded, tr("1 was changed between them"), tr("{n} were changed between them")))
        self._words.setText(tr("Not compared: {what}").format(what=", ".join(parts)))
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
