"""What the conversation pages call origins, roles and review states."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import Origin, ParticipantRole, ReviewState
from erpai_desktop.views.parts.badge import BadgeKind


def translated(text: str) -> str:
    """A text of these pages in the interface's language."""
    return QCoreApplication.translate("Conversations", text)


def origin_name(origin: Origin) -> str:
    """Where a conversation was captured."""
    return {
        Origin.USER_ENTERED: translated("Written here"),
        Origin.CHAT: translated("Chat"),
        Origin.CALENDAR: translated("Calendar"),
        Origin.CASE: translated("Case"),
        Origin.TODO: translated("To-do"),
    }[origin]


def review_name(state: ReviewState) -> str:
    """What a reviewer said."""
    return {
        ReviewState.PENDING: translated("to review"),
        ReviewState.APPROVED: translated("approved"),
        ReviewState.REJECTED: translated("rejected"),
    }[state]


REVIEW_KINDS: dict[ReviewState, BadgeKind] = {
    ReviewState.PENDING: "warning",
    ReviewState.APPROVED: "good",
    ReviewState.REJECTED: "bad",
}


def role_name(role: ParticipantRole) -> str:
    """Who speaks."""
    return {
        ParticipantRole.SYSTEM: translated("System"),
        ParticipantRole.USER: translated("User"),
        ParticipantRole.ASSISTANT: translated("Assistant"),
    }[role]


ROLE_KINDS: dict[ParticipantRole, BadgeKind] = {
    ParticipantRole.SYSTEM: "warning",
    ParticipantRole.USER: "accent",
    ParticipantRole.ASSISTANT: "plain",
}


def next_role(last: ParticipantRole | None) -> ParticipantRole:
    """Who speaks after this one."""
    return ParticipantRole.ASSISTANT if last is ParticipantRole.USER else ParticipantRole.USER
