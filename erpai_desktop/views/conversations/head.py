"""What stands above and below the messages of a training conversation: origin, review, notes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from erpai_desktop.models.enums import Origin, ReviewState
from erpai_desktop.models.snapshots.conversations import ConversationDetails
from erpai_desktop.views.conversations.wording import REVIEW_KINDS, origin_name, review_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton, QuietButton, tooltip_text
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import row
from erpai_desktop.views.parts.wording import local_time

_NARROWEST: Final = 330
_NARROW: Final = 500
_ROOMY: Final = 560


class ConversationHead(QWidget):
    """Badges at the left, what a reviewer can do at the right."""

    review_requested = Signal(object)
    """A ReviewState."""
    delete_requested = Signal()
    origin_chosen = Signal(object)
    """An Origin."""

    def __init__(self, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        tr = self.tr
        self._state = Badge()
        self._origin = Choice(theme, tr("Origin"), tr("Where this conversation comes from"))
        self._origin.set_options([(origin.value, origin_name(origin)) for origin in Origin])
        self._origin.chosen.connect(lambda key: self.origin_chosen.emit(Origin(key)))
        self._when = ElidedLabel(role="note")
        self._labels = (tr("Approve"), tr("Reject"))
        self._approve = QuietButton(theme, tr("Approve"), tr("It goes into the next version (Ctrl+Enter)"), icon="yes")
        self._reject = QuietButton(theme, tr("Reject"), tr("No version will know it (Ctrl+Backspace)"), icon="cancel")
        self._approve.setAccessibleName(tr("Approve"))
        self._reject.setAccessibleName(tr("Reject"))
        self._delete = IconButton(
            theme, "delete", tr("Delete conversation"), tr("Put the whole conversation into the bin")
        )
        self._approve.clicked.connect(lambda: self.review_requested.emit(ReviewState.APPROVED))
        self._reject.clicked.connect(lambda: self.review_requested.emit(ReviewState.REJECTED))
        self._delete.clicked.connect(self.delete_requested)
        layout = row(
            self._state, self._origin, self._when, self._approve, self._reject, self._delete, margins=(14, 5, 10, 5)
        )
        layout.setStretchFactor(self._when, 1)
        layout.insertStretch(3)
        for button in (self._approve, self._reject):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setLayout(layout)

    def show_details(self, details: ConversationDetails) -> None:
        """A stored conversation."""
        by = self.tr("by {name}").format(name=details.reviewer) if details.reviewer else ""
        self._state.show_text(review_name(details.review_state), REVIEW_KINDS[details.review_state], by)
        self._origin.choose(details.origin.value)
        self._origin.setEnabled(not self._forbidden)
        self._origin.setToolTip(tooltip_text(self.tr("Where this conversation comes from"), reason=self._forbidden))
        self._when.setText(self.tr("changed {time}").format(time=local_time(details.last_update_time_utc)))
        self._when.set_tooltip(
            self.tr("Added {time}").format(time=local_time(details.creation_time_utc))
            + (f"\n{details.origin_object}" if details.origin_object else "")
        )
        is_approved = details.review_state is ReviewState.APPROVED
        is_rejected = details.review_state is ReviewState.REJECTED
        self._approve.disabled_because(self._forbidden or (self.tr("It is approved") if is_approved else ""))
        self._reject.disabled_because(self._forbidden or (self.tr("It is rejected") if is_rejected else ""))
        self._delete.disabled_because(self._forbidden)

    def show_new(self) -> None:
        """A conversation that is not stored yet."""
        self._state.show_text(self.tr("new"), "accent", self.tr("It is stored with its first message"))
        self._origin.choose(Origin.USER_ENTERED.value)
        self._when.setText(self.tr("stored with its first message"))
        why = self.tr("Write the first message")
        self._origin.setEnabled(False)
        self._origin.setToolTip(why)
        for button in (self._approve, self._reject, self._delete):
            button.disabled_because(why)

    def minimumSizeHint(self) -> QSize:
        """Labels give way before anything else does."""
        return QSize(240, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels give way first, then the origin."""
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        for button, text in zip((self._approve, self._reject), self._labels, strict=True):
            button.setText("" if is_narrow else text)
        self._when.setVisible(self.width() >= _ROOMY)
        # Where a conversation comes from matters least, and half a word says nothing.
        self._origin.setVisible(self.width() >= _NARROWEST)
