"""How one message of a conversation is stored: when it is new, when it changes, and when that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from erpai_desktop.errors import ConflictError, InvalidInputError, UserError
from erpai_desktop.models.ids import TrainingConversationId, TrainingMessageId
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainingMessage
from erpai_desktop.views.conversations import storing
from erpai_desktop.views.conversations.bubble import Bubble
from erpai_desktop.views.conversations.wording import translated
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.qas.saving import Fields, RowSaves
from erpai_desktop.workers.runner import Runner

_FIELDS = frozenset({"role", "participant_name", "contents"})
First = Callable[["MessageSaves", MessageDraft], None]


class MessageSaves(QObject):
    """Belongs to a bubble. `first` stores the first message of a conversation that does not exist yet."""

    stored = Signal()
    """It was stored, for the first time or again."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        bubble: Bubble,
        conversation_id: TrainingConversationId | None,
        message: TrainingMessage | None,
        *,
        first: First,
    ) -> None:
        super().__init__(bubble)
        self._runner = runner
        self._theme = theme
        self._bubble = bubble
        self._conversation_id = conversation_id
        self._first = first
        self._saves = self._saves_of(message) if message is not None else None
        self._adding: _Adding | None = None
        self._has_failed = False
        bubble.save_requested.connect(self._save)

    @property
    def message_id(self) -> TrainingMessageId | None:
        """The message; None while it is not stored."""
        return self._saves.details.id if self._saves is not None else None

    @property
    def is_settled(self) -> bool:
        """Whether the bubble shows what is stored, so that a newer reading may replace it."""
        return not (self._has_failed or self._bubble.is_dirty or self._adding is not None) and not (
            self._saves is not None and self._saves.is_busy
        )

    def take(self, message: TrainingMessage) -> None:
        """The message was read anew: show it, unless the person is in the middle of something."""
        if self._saves is not None and self.is_settled:
            self._saves.take(message)
            self._bubble.show_message(message)

    # --- storing --------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        values = self._bubble.values()
        if self._saves is not None:
            saves = self._saves
            changed = {name: value for name, value in values.items() if value != saves.expected(name)}
            if changed:
                saves.save(changed)
            elif not saves.is_busy:
                self._has_failed = False
                self._bubble.say("")
            return
        if self._adding is not None:
            self._adding.latest = values
            return
        if not values["contents"].strip():
            return
        self._adding = _Adding(values)
        draft = MessageDraft(**values)
        if self._conversation_id is None:
            self._first(self, draft)
            return
        adding, kept = self._adding, list[TrainingMessage]()
        self._runner.write(
            self, storing.add_message, conversation_id=self._conversation_id, draft=draft, kept=kept
        ).then(lambda _changes: self.added(adding, kept[0])).otherwise(self.not_added)

    @property
    def adding(self) -> _Adding | None:
        """The first save, while it is under way."""
        return self._adding

    def added(
        self, adding: _Adding, message: TrainingMessage, conversation_id: TrainingConversationId | None = None
    ) -> None:
        """The message is stored for the first time; what was typed since is stored next, page or no page."""
        is_alive = shiboken6.isValid(self)
        self._conversation_id = conversation_id or self._conversation_id
        saves = self._saves_of(message)
        if is_alive:
            self._adding = None
            self._saves = saves
            self._bubble.show_message(message, self._untouched(adding.values))
            self._bubble.say("")
            self._has_failed = False
            self.stored.emit()
        changed = {name: value for name, value in adding.latest.items() if value != getattr(message, name)}
        if changed:
            saves.save(changed)

    def not_added(self, error: Exception) -> bool:
        """It could not be stored; the text stays."""
        self._adding = None
        return shiboken6.isValid(self) and self._tell(error)

    def saved(self, saves: RowSaves[TrainingMessage], before: TrainingMessage, fields: Fields) -> None:
        """Called by the message's saves."""
        shown = {name: fields.get(name, getattr(before, name)) for name in _FIELDS}
        self._has_failed = False
        self._bubble.say("")
        self._bubble.show_message(saves.details, self._untouched(shown))
        self.stored.emit()

    def not_saved(self, saves: RowSaves[TrainingMessage], fields: Fields, error: Exception) -> bool:
        """Called by the message's saves."""
        self._has_failed = True
        if isinstance(error, ConflictError):
            self._ask_about(saves, fields, error)
            return True
        return self._tell(error)

    def _saves_of(self, message: TrainingMessage) -> RowSaves[TrainingMessage]:
        conversation_id = self._conversation_id
        assert conversation_id is not None
        runner = self._runner

        def write(version: int | None, fields: Fields, kept: list[TrainingMessage]) -> Any:
            return runner.write(
                self,
                storing.update_message,
                conversation_id=conversation_id,
                message_id=message.id,
                version=version,
                fields=fields,
                kept=kept,
            )

        return RowSaves(message, write, self)

    def _untouched(self, shown: Fields) -> frozenset[str]:
        """The fields that nobody has touched since they held these values."""
        now = self._bubble.values()
        return frozenset(name for name in _FIELDS if now[name] == shown[name])

    def _tell(self, error: Exception) -> bool:
        self._has_failed = True
        if isinstance(error, InvalidInputError) and error.problems:
            why = "; ".join(problem.message for problem in error.problems)
        elif isinstance(error, UserError):
            why = " ".join(part for part in (error.message, error.advice) if part)
        else:
            why = ""
        self._bubble.say(translated("Not saved, your text is kept here. {why}").format(why=why))
        return isinstance(error, UserError)

    def _ask_about(self, saves: RowSaves[TrainingMessage], fields: Fields, error: ConflictError) -> None:
        self._bubble.say(translated("Not saved yet: somebody else changed it meanwhile."))
        names = {
            "role": translated("Role"),
            "participant_name": translated("Name"),
            "contents": translated("Words"),
        }
        dialog = ConflictDialog(
            self._theme,
            translated("This message was changed in another window"),
            mine=error.mine,
            theirs=error.theirs,
            labels=names,
            parent=self._bubble.window(),
        )
        dialog.resolved.connect(lambda chosen: self._decided(saves, {**fields, **chosen}, error.current_version))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _decided(self, saves: RowSaves[TrainingMessage], fields: dict[str, Any], version: int) -> None:
        self._has_failed = False
        self._bubble.say("")
        self._bubble.show_fields(fields)
        saves.save(fields, over=version)


class _Adding:
    """A message on its way to be stored for the first time."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.latest = values
