"""Sets a budget: for whom, how much a month, and from which share on to warn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator, QIntValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from erpai_desktop.models.money import sign
from erpai_desktop.models.snapshots.usage import BudgetState, BudgetSubject
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.layout import column, field, label, row, stretch
from erpai_desktop.views.usage.wording import subject_name

_MILLION = 1_000_000
_HIGHEST = 1e9


class BudgetForm(QWidget):
    """`forbidden` says why this person may not; then nothing can be filled in."""

    wanted = Signal(object, int, float)
    """(BudgetSubject, millionths of the currency, share from 0 to 1)."""

    def __init__(self, theme: Theme, *, forbidden: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        self._subjects: dict[str, BudgetSubject] = {}
        tr = self.tr
        self._for = Choice(theme, tr("Budget for"), tr("The company, a model with those below it, or a person"))
        self._amount = QLineEdit()
        validator = QDoubleValidator(0, _HIGHEST, 2, self._amount)
        validator.setNotation(QDoubleValidator.Notation.StandardNotation)
        validator.setLocale(QLocale.c())
        self._amount.setValidator(validator)
        self._amount.setPlaceholderText("50.00")
        self._amount.setMaximumWidth(110)
        self._amount.setToolTip(tr("How much may be spent in a calendar month (UTC)"))
        self._warn = QLineEdit("80")
        self._warn.setValidator(QIntValidator(1, 100, self._warn))
        self._warn.setMaximumWidth(84)
        self._warn.setToolTip(tr("From this share on it warns; at 100 % it refuses before anything is sent"))
        self._set = PrimaryButton(theme, tr("Set budget"), tr("From now on; the budget it had is replaced"))
        self._caption = label(tr("A month"), "note")
        self._caption.setBuddy(self._amount)
        self._amount.setAccessibleName(tr("Amount a month"))
        amount = column(self._caption, self._amount, gap=4)
        under = column(label(" ", "note"), self._set, gap=4)
        first = field(tr("For"), self._for)
        self.setLayout(row(first, amount, field(tr("Warn from, in %"), self._warn), under, stretch(), gap=12))
        self._for.chosen.connect(lambda _key: self._describe())
        for filled_in in (self._amount, self._warn):
            filled_in.textChanged.connect(lambda _text: self._describe())
            filled_in.returnPressed.connect(self.submit)
        self._set.clicked.connect(self.submit)
        for widget in (self._for, self._amount, self._warn):
            widget.setEnabled(not forbidden)
            if forbidden:
                widget.setToolTip(f"{widget.toolTip()}\n{forbidden}")
        self._describe()

    def show_subjects(self, subjects: Sequence[BudgetSubject], currency: str) -> None:
        """Whom a budget can be set for."""
        self._subjects = {_key(subject): subject for subject in subjects}
        self._for.set_options([(key, subject_name(subject)) for key, subject in self._subjects.items()])
        self._caption.setText(self.tr("A month, in {sign}").format(sign=sign(currency)))
        self._describe()

    def edit(self, state: BudgetState) -> None:
        """Fill in a budget that is there."""
        self._for.choose(f"{state.scope.value}:{state.subject_id}")
        self._amount.setText(f"{state.limit_micros / _MILLION:.2f}")
        self._warn.setText(f"{state.warn_share * 100:.0f}")
        self._amount.setFocus()
        self._amount.selectAll()
        self._describe()

    def clear(self) -> None:
        """It has been set."""
        self._amount.clear()

    def submit(self) -> None:
        """Ask for it."""
        subject = self._subjects.get(self._for.current)
        if subject is not None and self._set.isEnabled():
            self.wanted.emit(subject, round(float(self._amount.text()) * _MILLION), int(self._warn.text()) / 100)

    def _describe(self) -> None:
        missing = ""
        if not self._amount.hasAcceptableInput():
            missing = self.tr("How much? Fill in an amount first")
        elif not self._warn.hasAcceptableInput():
            missing = self.tr("From which share on should it warn? From 1 to 100")
        self._set.disabled_because(self._forbidden or missing)


def _key(subject: BudgetSubject) -> str:
    return f"{subject.scope.value}:{subject.subject_id or ''}"
