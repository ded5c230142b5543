"""What is known of a Q&A besides its fields: whether it is stored, who added it, its versions, its doubles."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.snapshots.qas import QaDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, restyle, row, stretch
from erpai_desktop.views.parts.wording import local_time, plural
from erpai_desktop.views.qas.badge_button import BadgeButton


class Facts(QWidget):
    """Badges, and below them how saving goes."""

    history_requested = Signal()
    duplicates_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doubles = BadgeButton(theme, "bad", self.tr("Show the rows that ask the same"))
        self._doubles.clicked.connect(self.duplicates_requested)
        self._since = Badge(kind="warning")
        self._added = Badge()
        self._versions = BadgeButton(
            theme, "plain", self.tr("Show what was changed, by whom, and bring a version back")
        )
        self._versions.clicked.connect(self.history_requested)
        self._state_icon = IconLabel(theme, "good", "good")
        self._state = label("", "note", wrap=True)
        self._state.setAccessibleName(self.tr("Whether it is saved"))
        state = row(self._state_icon, self._state, gap=6)
        state.setStretchFactor(self._state, 1)
        state.setAlignment(self._state_icon, Qt.AlignmentFlag.AlignTop)
        self.setLayout(
            column(
                row(self._doubles, self._since, stretch(), gap=6),
                row(self._added, self._versions, stretch(), gap=6),
                state,
                gap=6,
            )
        )

    @property
    def state_text(self) -> str:
        """What is said about saving."""
        return self._state.text()

    def show_details(self, details: QaDetails, me: str) -> None:
        """A stored row; `me` is the name of the person at the keyboard."""
        doubles = plural(details.duplicates, self.tr("near-duplicate of 1 row"), self.tr("near-duplicate of {n} rows"))
        self._doubles.show_text(doubles if details.duplicates else "")
        since = details.deactivation_time_utc
        self._since.show_text(
            self.tr("off since {time}").format(time=local_time(since)) if since is not None else "", "warning"
        )
        who = self.tr("you") if details.added_by == me else details.added_by
        self._added.show_text(
            self.tr("added by {name}").format(name=who) if who else "",
            tooltip=self.tr("Added {time}").format(time=local_time(details.creation_time_utc)),
        )
        versions = plural(details.versions, self.tr("1 version"), self.tr("{n} versions"))
        self._versions.show_text(versions if details.versions > 1 else "")
        self.say_saved()

    def show_new(self) -> None:
        """A row that is not stored yet."""
        for badge in (self._doubles, self._since, self._added, self._versions):
            badge.show_text("")
        self.say_needed(self.tr("New: it is saved once it has a question and an answer"))

    def say_saved(self) -> None:
        """All is stored."""
        self._say("good", "good", self.tr("Saved"))

    def say_saving(self) -> None:
        """A save is under way."""
        self._say("refresh", "dim", self.tr("Saving…"))

    def say_needed(self, what: str) -> None:
        """What is missing before it can be stored."""
        self._say("info", "dim", what)

    def say_not_saved(self, why: str) -> None:
        """It could not be stored; the text is still in its fields."""
        self._say("bad", "bad", self.tr("Not saved, your text is kept here. {why}").format(why=why))

    def _say(self, icon: str, tone: str, text: str) -> None:
        self._state_icon.set_icon(icon, tone)  # type: ignore[arg-type]  # one of the tokens' names, given above
        self._state.setText(text)
        self._state.setProperty("role", "bad" if tone == "bad" else "note")
        restyle(self._state)
