"""Says on the page before a compilation that the provider it would work with failed its last test, and what follows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from erpai_desktop.models.enums import Target
from erpai_desktop.models.snapshots.providers import ProviderLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, row
from erpai_desktop.views.parts.wording import local_time

_SPEAK: Final = (Target.GROUNDED, Target.FINE_TUNE)


class ProviderTrouble(QFrame):
    """Hidden while there is none, and for targets that need no provider."""

    open_requested = Signal(object)
    """A ProviderId."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: ProviderLine | None = None
        self._target = Target.BUILT_IN
        self._happened = label("", "bad", wrap=True, selectable=True)
        self._follows = label("", "dim", wrap=True)
        self._open = QuietButton(
            theme, _tr("Open provider"), _tr("See its test, its key and its address"), icon="providers"
        )
        self._open.clicked.connect(self._ask)
        icon = IconLabel(theme, "bad", "bad")
        words = column(self._happened, self._follows, gap=4)
        layout = row(icon, words, self._open)
        layout.setStretchFactor(words, 1)
        layout.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)
        self.hide()

    def show_provider(self, line: ProviderLine | None) -> None:
        """The provider in effect."""
        self._line = line
        self._show()

    def show_target(self, target: Target) -> None:
        """What would be made."""
        self._target = target
        self._show()

    def _show(self) -> None:
        check = self._line.check if self._line is not None else None
        if self._line is None or check is None or not check.error or self._target not in _SPEAK:
            self.hide()
            return
        when = local_time(check.checked_utc)
        self._happened.setText(
            _tr("The last test of “{name}” failed ({when}): {why}").format(
                name=self._line.name, when=when, why=check.error
            )
        )
        self._follows.setText(
            _tr("Until it works a grounded version can be made but not measured, and answers in the curated words.")
            if self._target is Target.GROUNDED
            else _tr("Until it works no training can be started there. The files for it can be prepared: target Files.")
        )
        self.show()

    def _ask(self) -> None:
        if self._line is not None:
            self.open_requested.emit(self._line.id)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compilations", text)
