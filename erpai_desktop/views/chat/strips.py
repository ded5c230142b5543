"""The strips between the messages and the question: what is ticked, what is due, and a title being edited."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, PrimaryButton, QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import row, stretch
from erpai_desktop.views.parts.wording import plural

_NARROWEST: Final = 240
_ROOMY: Final = 305


class _Strip(QFrame):
    def __init__(self, role: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()


class SelectionStrip(_Strip):
    """ "2 selected", and what can be done with them."""

    copy_requested = Signal()
    train_requested = Signal()
    clear_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__("selected", parent)
        self._count = ElidedLabel(role="strong")
        self._clear = IconButton(
            theme, "close", self.tr("Untick all"), self.tr("Untick all messages (Esc)"), size="small"
        )
        self._clear.clicked.connect(self.clear_requested)
        self._copy = QuietButton(theme, self.tr("Copy"), self.tr("Copy the ticked messages"), icon="copy")
        self._copy.setAccessibleName(self.tr("Copy"))
        self._copy.clicked.connect(self.copy_requested)
        self._train = train = PrimaryButton(
            theme,
            self.tr("Train AI"),
            self.tr("See what the model would learn from these (Ctrl+T)"),
            icon="train",
        )
        train.clicked.connect(self.train_requested)
        self.setLayout(row(self._count, self._clear, stretch(), self._copy, train, margins=(12, 7, 12, 7)))

    def forbid_training(self, why: str) -> None:
        """Say why nobody may train here; an empty reason allows it."""
        self._train.disabled_because(why)

    def show_count(self, count: int) -> None:
        """How many; the strip is hidden while there are none."""
        self._count.setText(plural(count, self.tr("1 selected"), self.tr("{n} selected")))
        self.setVisible(count > 0)

    def minimumSizeHint(self) -> QSize:
        """Ticking a message must not make the dock wider."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow dock the icon has to say enough."""
        super().resizeEvent(event)
        roomy = self.width() >= _ROOMY
        self._copy.setText(self.tr("Copy") if roomy else "")
        self._clear.setVisible(roomy)


class HintStrip(_Strip):
    """One sentence and the step that it asks for."""

    action_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__("selected", parent)
        self._text = ElidedLabel()
        self._button = QuietButton(theme, self.tr("Compile"), self.tr("Make a new version"), icon="compile")
        self._button.clicked.connect(self.action_requested)
        layout = row(self._text, self._button, margins=(12, 7, 12, 7))
        layout.setStretchFactor(self._text, 1)
        self.setLayout(layout)

    def show_hint(self, text: str, *, can_compile: bool = True) -> None:
        """Say it; an empty text hides the strip."""
        self._text.setText(text)
        self._button.setVisible(can_compile)
        self.setVisible(bool(text))


class TitleStrip(_Strip):
    """The title of the conversation, being edited: Enter keeps it, Escape does not."""

    renamed = Signal(str)
    ended = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__("bar", parent)
        self._field = QLineEdit()
        self._field.setMaxLength(256)
        self._field.setAccessibleName(self.tr("Title of the conversation"))
        self._field.setToolTip(self.tr("Enter keeps the title, Esc leaves it as it was"))
        self._field.setPlaceholderText(self.tr("Title"))
        self._field.returnPressed.connect(self._keep)
        keep = IconButton(theme, "yes", self.tr("Keep the title"), self.tr("Keep the title (Enter)"), tone="accent")
        keep.clicked.connect(self._keep)
        leave = IconButton(theme, "close", self.tr("Leave the title"), self.tr("Leave the title as it was (Esc)"))
        leave.clicked.connect(self._end)
        layout = row(self._field, keep, leave, gap=2, margins=(8, 4, 4, 4))
        layout.setStretchFactor(self._field, 1)
        self.setLayout(layout)

    def begin(self, title: str) -> None:
        """Edit this title."""
        self._field.setText(title)
        self.show()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the title as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)

    def _keep(self) -> None:
        title = self._field.text().strip()
        if title:
            self.renamed.emit(title)
        self._end()

    def _end(self) -> None:
        self.hide()
        self.ended.emit()
