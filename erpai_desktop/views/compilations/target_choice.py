"""The targets of a compilation: one is chosen; each says what it costs, and those that cannot be say why."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from erpai_desktop.models.enums import Target
from erpai_desktop.views.compilations.wording import target_name, target_note
from erpai_desktop.views.parts.layout import column, label


class TargetChoice(QWidget):
    """Arrow keys move between those that can be chosen."""

    chosen = Signal(object)
    """A Target, chosen by the person."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._buttons: dict[Target, QRadioButton] = {}
        self._costs = {target: label("", "strong", wrap=True) for target in Target}
        self._notes = {target: label("", "dim", wrap=True) for target in Target}
        self._remarks: Mapping[Target, str] = {}
        self._reasons: Mapping[Target, str] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        for place, target in enumerate(Target):
            button = QRadioButton(target_name(target))
            button.setAccessibleName(target_name(target))
            button.clicked.connect(lambda _checked=False, target=target: self.chosen.emit(target))
            self._group.addButton(button)
            self._buttons[target] = button
            grid.addWidget(button, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(column(self._costs[target], self._notes[target], gap=1), place, 1)
            self._costs[target].hide()
        self.show_reasons(dict.fromkeys(Target, ""))
        self._buttons[Target.BUILT_IN].setChecked(True)

    @property
    def current(self) -> Target:
        """The target that is chosen."""
        return next((target for target, button in self._buttons.items() if button.isChecked()), Target.BUILT_IN)

    def show_reasons(self, reasons: Mapping[Target, str]) -> None:
        """Why each target cannot be chosen; an empty reason means that it can."""
        self._reasons = dict(reasons)
        for target, button in self._buttons.items():
            reason = reasons.get(target, "")
            button.setEnabled(not reason)
            self._costs[target].setVisible(bool(self._costs[target].text()) and not reason)
            self._notes[target].setText(reason or self._remarks.get(target, "") or target_note(target))
            button.setToolTip(f"{target_note(target)}\n{reason}" if reason else target_note(target))
            button.setAccessibleDescription(reason or target_note(target))
        if not self._buttons[self.current].isEnabled():
            self._buttons[Target.BUILT_IN].setChecked(True)

    def show_costs(
        self, costs: Mapping[Target, str], in_full: Mapping[Target, str], remarks: Mapping[Target, str]
    ) -> None:
        """What each target costs and takes, in a line and in full, of those that can be chosen.

        A remark stands in place of what the target is: that a price is not known, or a budget nearly spent.
        """
        self._remarks = dict(remarks)
        self.show_reasons(self._reasons)
        for target, words in self._costs.items():
            words.setText(costs.get(target, ""))
            words.setToolTip(in_full.get(target, ""))
            words.setAccessibleName(f"{target_name(target)}: {costs.get(target, '')}")
            words.setVisible(bool(words.text()) and self._buttons[target].isEnabled())
