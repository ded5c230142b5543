"""Says what happened, what is safe and what to do; the details can be copied into a report."""

from __future__ import annotations

import platform
import traceback
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from erpai_desktop import __version__
from erpai_desktop.errors import ErpAiError, InvalidInputError, ServiceError, UserError
from erpai_desktop.secrecy import masked
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import label, row

_MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """What the dialog says. `details` is for whoever mends the program, or a list of a file's problems."""

    title: str
    happened: str
    safe: str = ""
    advice: str = ""
    details: str = ""
    can_retry: bool = False


def report_of(error: BaseException) -> ErrorReport:
    """A report of an exception, by whose fault it is."""
    if isinstance(error, InvalidInputError):
        lines = [str(problem) for problem in error.problems[:_MOST_PROBLEMS]]
        if len(error.problems) > _MOST_PROBLEMS:
            lines.append(f"… and {len(error.problems) - _MOST_PROBLEMS} more")
        return ErrorReport("This cannot be used as it is", error.message, error.safe, error.advice, "\n".join(lines))
    if isinstance(error, UserError):
        return ErrorReport("This was not done", error.message, error.safe, error.advice)
    if isinstance(error, ErpAiError):
        return ErrorReport(
            "This did not work",
            error.message,
            error.safe,
            error.advice or "Trying again may help.",
            _trace(error) if error.__cause__ is not None else "",
            can_retry=isinstance(error, ServiceError),
        )
    return ErrorReport(
        "The program made a mistake",
        f"Something went wrong that should not have: {type(error).__name__}.",
        "What was saved before is safe. The window goes on.",
        "Try again. If it happens again, copy the report and send it to whoever looks after the program; "
        "where it happened is in the log too.",
        _trace(error),
    )


class ErrorDialog(PlainDialog):
    """Shows a report; `retry_requested` comes when the person wants to try again.

    `has_log` offers the folder of the program's log: `log_requested`.
    """

    retry_requested = Signal()
    log_requested = Signal()

    def __init__(
        self, theme: Theme, report: ErrorReport, *, has_log: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, report.title, parent=parent)
        self._report = report
        self.setMinimumWidth(460)
        lines: tuple[tuple[str, ColorName, str], ...] = (
            ("bad", "bad", report.happened),
            ("safe", "good", report.safe),
            ("answer", "dim", report.advice),
        )
        for icon, tone, text in lines:
            if text:
                words = label(text, wrap=True, selectable=True)
                line = row(IconLabel(theme, icon, tone), words)
                line.setStretchFactor(words, 1)
                self.body.addLayout(line)
        if report.details:
            details = QPlainTextEdit(report.details)
            details.setReadOnly(True)
            details.setFont(theme.font("code"))
            details.setAccessibleName(self.tr("Details"))
            details.setMinimumHeight(140)
            self.body.addWidget(details, 1)
        else:
            self.body.addStretch()
        self.copy_button = QuietButton(theme, self.tr("Copy report"), self.tr("Copy all of this as text"), icon="copy")
        self.copy_button.clicked.connect(self._copy)
        if has_log:
            log = QuietButton(
                theme,
                self.tr("Open log folder"),
                self.tr("Where the program writes down what it did and what failed"),
                icon="open_outside",
            )
            log.clicked.connect(self.log_requested)
            self.add_button(log, left=True)
        self.add_button(self.copy_button, left=True)
        close: QuietButton | PrimaryButton
        if report.can_retry:
            close = QuietButton(theme, self.tr("Close"), self.tr("Close and leave it (Esc)"))
            retry = PrimaryButton(theme, self.tr("Try again"), self.tr("Do the same once more"), icon="refresh")
            retry.clicked.connect(self._retry)
            self.add_button(close)
            self.add_button(retry)
        else:
            close = PrimaryButton(theme, self.tr("Close"), self.tr("Close (Esc)"))
            self.add_button(close)
        close.clicked.connect(self.reject)
        close.setFocus()

    def text(self) -> str:
        """The whole report as plain text."""
        report = self._report
        about = f"ERP AI Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}"
        parts = (report.title, report.happened, report.safe, report.advice, report.details, about)
        return "\n\n".join(part for part in parts if part)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())

    def _retry(self) -> None:
        self.accept()
        self.retry_requested.emit()


def _trace(error: BaseException) -> str:
    # It is made to be sent on.
    return masked("".join(traceback.format_exception(error)).strip())
