"""Findings as rows of words with a button that leads to what each speaks of; a few at a time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.snapshots.compilations import FindingLine, FindingRow
from erpai_desktop.views.compilations.wording import finding_badge
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.wording import plural

STEP = 20
"""Findings shown at once; more on demand, for a careless import makes thousands."""
_IN_A_MENU = 20


class FindingList(QWidget):
    """What blocks comes first, as the findings are ordered."""

    open_row = Signal(object)
    """A FindingRow."""

    def __init__(self, theme: Theme, *, step: int = STEP, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._step = step
        self._shown = step
        self._findings: tuple[FindingLine, ...] = ()
        self._widgets: list[QWidget] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._more = QuietButton(theme, "", self.tr("Show more findings"))
        self._more.clicked.connect(self._show_more)
        self.setLayout(column(self._grid, row(self._more, stretch())))
        self._more.hide()

    def show_findings(self, findings: Sequence[FindingLine]) -> None:
        """Replace all; nothing is rebuilt when they are the same as before."""
        findings = tuple(findings)
        if findings == self._findings:
            return
        self._findings = findings
        self._shown = self._step
        for widget in self._widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self._add(0)

    def _show_more(self) -> None:
        first = self._shown
        self._shown += self._step
        self._add(first)

    def _add(self, first: int) -> None:
        for place, finding in enumerate(self._findings[first : self._shown], first):
            badge = Badge(finding.kind, finding_badge(finding))
            badge.setToolTip(
                self.tr("Must be mended before it leaves this machine") if finding.blocks else self.tr("Worth a look")
            )
            words = label(finding.message, wrap=True, selectable=True)
            words.setAccessibleName(finding.message)
            middle = Qt.AlignmentFlag.AlignVCenter
            self._grid.addWidget(badge, place, 0, middle | Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(words, place, 1, middle)
            self._widgets += [badge, words]
            if finding.rows:
                button = self._button(finding)
                self._grid.addWidget(button, place, 2, middle)
                self._widgets.append(button)
        rest = len(self._findings) - self._shown
        self._more.setVisible(rest > 0)
        self._more.setText(plural(rest, self.tr("1 more"), self.tr("{n} more")))

    def _button(self, finding: FindingLine) -> QuietButton:
        tip = plural(len(finding.rows), self.tr("Open the row"), self.tr("Choose which of {n} rows to open"))
        button = QuietButton(self._theme, self.tr("Show"), tip)
        button.setProperty("size", "row")
        button.setAccessibleName(self.tr("Show: {message}").format(message=finding.message))
        button.clicked.connect(lambda: self._open(finding, button))
        return button

    def _open(self, finding: FindingLine, button: QWidget) -> None:
        if len(finding.rows) == 1:
            self.open_row.emit(finding.rows[0])
            return
        menu = rows_menu(finding.rows, self)
        menu.triggered.connect(lambda action: self.open_row.emit(action.data()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def rows_menu(rows: Sequence[FindingRow], parent: QWidget) -> QMenu:
    """A menu of the rows a finding speaks of; each action's data is its FindingRow."""
    menu = QMenu(parent)
    for number, found in enumerate(rows[:_IN_A_MENU], 1):
        kind = parent.tr("Q&A") if found.kind is RowKind.QA else parent.tr("Conversation")
        text = parent.tr("{number}. {kind} in {model}").format(number=number, kind=kind, model=found.model_name)
        menu.addAction(text.replace("&", "&&")).setData(found)
    if len(rows) > _IN_A_MENU:
        rest = menu.addAction(parent.tr("… and {n} more").format(n=f"{len(rows) - _IN_A_MENU:,}"))
        rest.setEnabled(False)
    return menu
