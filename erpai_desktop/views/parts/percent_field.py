"""A share as whole per cents in a small field."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


class PercentField(QLineEdit):
    """Typed, or moved by Up and Down; the sign stands beside it. An empty field goes back to what it showed."""

    changed = Signal()
    """The person has changed it; setting it from code is silent."""

    def __init__(self, name: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        self.setValidator(QIntValidator(0, 100, self))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(44)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.editingFinished.connect(self._take)

    @property
    def share(self) -> float:
        """From 0 to 1; a share between two whole per cents stays what it was until the person changes it."""
        return self._share

    def show_share(self, share: float) -> None:
        """Show a share without a signal."""
        self._share = share
        self.setText(str(round(share * 100)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move it by one."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self.isReadOnly():
            super().keyPressEvent(event)
            return
        self.setText(str(max(0, min(100, round(self._share * 100) + step))))
        self._take()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is not a number any more goes back to the one before."""
        super().focusOutEvent(event)
        if not self.hasAcceptableInput():
            self.show_share(self._share)

    def _take(self) -> None:
        if self.hasAcceptableInput() and int(self.text()) != round(self._share * 100):
            self._share = int(self.text()) / 100
            self.changed.emit()
