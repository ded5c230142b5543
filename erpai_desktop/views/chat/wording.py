"""What a message says and who says it: the same words on show, on the clipboard and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import MessageState, ParticipantRole
from erpai_desktop.models.snapshots.chats import ChatMessage, NearestQuestion
from erpai_desktop.views.parts.wording import local_time

_LONGEST_QUOTE: Final = 400


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Chat", text)


def speaker(message: ChatMessage, model_name: str) -> str:
    """Who wrote it."""
    return tr("You") if message.role is ParticipantRole.USER else model_name


def heading(message: ChatMessage, model_name: str) -> str:
    """The line above a message: "Marketing AI · v7 · 10:08"."""
    version = [f"v{message.version}"] if message.version is not None else []
    return " · ".join([speaker(message, model_name), *version, local_time(message.time_utc)])


def shown_text(message: ChatMessage) -> str:
    """The message as Markdown; for a refusal or a failure without words, the words for it."""
    if message.contents.strip():
        return message.contents
    if message.conflicted:
        return _conflict(message.nearest)
    if message.refused:
        return tr("I have no curated answer for that.")
    if message.state is MessageState.STOPPED:
        return tr("You stopped this answer.")
    if message.state is MessageState.FAILED:
        return tr("The answer could not be made.")
    return tr("(empty)")


def as_text(messages: Iterable[ChatMessage], model_name: str) -> str:
    """Several messages for the clipboard, each with who said it."""
    return "\n\n".join(f"{speaker(message, model_name)}: {shown_text(message)}" for message in messages)


def can_teach(message: ChatMessage) -> bool:
    """Whether there is anything in it that a model could learn from."""
    return message.state is not MessageState.FAILED and bool(message.contents.strip() or message.refused)


def _conflict(nearest: tuple[NearestQuestion, ...]) -> str:
    """Says that answers differ, and quotes them: the rows that carry the same question."""
    words = tr("Curated answers differ here; a person has to decide which one holds.")
    if not nearest:
        return words
    same = [near for near in nearest if near.question.casefold() == nearest[0].question.casefold()]
    quotes = ["\n".join(f"> {line}" for line in near.answer[:_LONGEST_QUOTE].splitlines()) for near in same]
    return "\n\n".join([words, *quotes]) if len(same) > 1 else words
