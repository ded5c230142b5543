"""A provider's chat model: messages in, streamed text and usage out. One file a kind implements it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Protocol

from erpai_desktop.ai.answerer import Turn, Usage
from erpai_desktop.models.capabilities import Capability, Support


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """A reply that must be JSON of this schema (JSON Schema, the subset that providers call strict)."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is sent: `instructions` as the system message, then the turns, the last of them the user's.

    `max_output_tokens` None leaves it to the provider. `temperature` None likewise.
    """

    turns: tuple[Turn, ...]
    instructions: str = ""
    max_output_tokens: int | None = None
    temperature: float | None = None
    schema: JsonSchema | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the reply.

    `complete` is False when it was cut at a limit; `model` is what the provider says answered.
    """

    usage: Usage
    complete: bool = True
    model: str = ""
    request_id: str = ""


ChatEvent = TextDelta | Finished


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model that a provider lists. `shutdown_date` is the day it stops, where the provider says so."""

    name: str
    shutdown_date: date | None = None


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector a text, all of one length, and what they cost."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a provider has found, and what looking cost.

    `api` names how it is talked to; `models` is empty where it lists none.
    """

    api: str
    models: tuple[RemoteModel, ...] = ()
    capabilities: Mapping[Capability, Support] = field(default_factory=lambda: MappingProxyType({}))
    usage: Usage = field(default_factory=Usage)


class ChatGateway(Protocol):
    """One connection to one provider with one model.

    Every method raises a ProviderError and nothing else of its own; cancelling ends the request within half a second.
    A stream ends with exactly one Finished; text that came before an error has been handed over.
    """

    @property
    def model(self) -> str:
        """The model that is asked."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Send once and hand over the reply as it comes. Never retried once text has come."""
        ...

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of texts."""
        ...

    async def list_models(self) -> tuple[RemoteModel, ...]:
        """What the provider offers."""
        ...

    async def look(self) -> Found:
        """Find out how the provider is talked to and what it can do, by asking it; costs a few tokens at most."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply."""

    text: str
    finished: Finished


async def complete(gateway: ChatGateway, request: ChatRequest) -> Reply:
    """The whole reply at once. Raises ProviderError."""
    parts: list[str] = []
    finished = Finished(Usage())
    async for event in gateway.stream(request):
        if isinstance(event, TextDelta):
            parts.append(event.text)
        else:
            finished = event
    return Reply("".join(parts), finished)
