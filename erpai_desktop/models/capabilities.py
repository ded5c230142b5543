"""What a provider can do, as far as it has been found out. Never assumed."""

from __future__ import annotations

import enum


class Capability(enum.StrEnum):
    """Something a provider may offer."""

    CHAT = "chat"
    STREAM = "stream"
    STRUCTURED = "structured output"
    IMAGES = "images"
    EMBEDDINGS = "embeddings"
    FINE_TUNING = "fine-tuning"
    MODEL_LIST = "model list"


class Support(enum.StrEnum):
    """Whether it does."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Nobody has found out, or finding out would cost something."""
