"""A share as whole per cents in a small field."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget


class PercentField(QSpinBox):
    """Typed, or moved by Up and Down; the wheel does not change it while a page is scrolled past it."""

    changed = Signal()
    """The person has changed it; setting it from code is silent."""

    def __init__(self, name: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 100)
        self.setSuffix(" %")
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(64)
        for widget in (self, self.lineEdit()):
            widget.setAccessibleName(name)
            widget.setToolTip(tooltip)
        self.setKeyboardTracking(False)
        self._share = 0.0
        self.valueChanged.connect(lambda _value: self.changed.emit())

    @property
    def share(self) -> float:
        """From 0 to 1; a share between two whole per cents stays what it was until the person changes it."""
        return self._share if self.value() == round(self._share * 100) else self.value() / 100

    def show_share(self, share: float) -> None:
        """Show a share without a signal."""
        self._share = share
        with QSignalBlocker(self):
            self.setValue(round(share * 100))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the field was focused on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
