"""What cannot be saved, told at its field."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QLabel

from erpai_desktop.views.parts.layout import label


class FieldProblems:
    """One line a field, hidden while there is nothing to say; `main` is where what has no field of its own goes."""

    def __init__(self, main: str) -> None:
        self._main = main
        self._labels: dict[str, QLabel] = {}

    def line(self, name: str) -> QLabel:
        """The line of a field, to be laid out below it."""
        made = self._labels[name] = label("", "bad", wrap=True, selectable=True)
        made.hide()
        return made

    def at(self, name: str) -> QLabel:
        """The line that was made for a field."""
        return self._labels[name]

    def show(self, problems: Mapping[str, str]) -> None:
        """Show each at its field; an empty mapping takes all away."""
        for name, shown in self._labels.items():
            shown.setText(problems.get(name, ""))
            shown.setVisible(name in problems)
        unknown = [text for name, text in problems.items() if name not in self._labels]
        if unknown:
            self._labels[self._main].setText(" ".join(unknown))
            self._labels[self._main].show()
