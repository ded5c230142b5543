"""What the contract is tested on: a gateway and what is known of the provider behind it."""

from __future__ import annotations

from dataclasses import dataclass

from erpai_desktop.ai.answerer import Turn
from erpai_desktop.ai.chat_gateway import ChatGateway, ChatRequest
from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.models.enums import ParticipantRole


@dataclass(frozen=True, slots=True)
class Subject:
    """A gateway under the contract. `question` gets an answer with some text, which `cuts` says can be cut short."""

    gateway: ChatGateway
    question: str
    api: str
    access: ProviderAccess | None = None
    bills: bool = True
    cuts: bool = True
    knows_models: bool = True


def user(text: str) -> Turn:
    return Turn(ParticipantRole.USER, text)


def asking(text: str, *, most: int | None = 24) -> ChatRequest:
    return ChatRequest((user(text),), max_output_tokens=most)
