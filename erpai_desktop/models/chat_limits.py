"""What OpenAI's fine-tuning takes of a chat-format file, by base model.

Sources: the guides "Supervised fine-tuning" and "Fine-tuning best practices" and the reference of the Files API at
developers.openai.com (10 examples at least; 512 MB a file) and the guide's table of context lengths of training
examples (65,536 tokens for gpt-4o and gpt-4.1 of every size, 16,385 for gpt-3.5-turbo, 8,192 for gpt-4; read November
2026). Longer examples are cut there, so that the end of the answer is never learned.
"""

from __future__ import annotations

from dataclasses import dataclass

_EXAMPLE_TOKENS = (
    ("gpt-4o", 65_536),
    ("gpt-4.1", 65_536),
    ("gpt-3.5-turbo-0613", 4_096),
    ("gpt-3.5-turbo", 16_385),
    ("gpt-4", 8_192),
)
"""By the beginning of a base model's name, the longer beginning first."""
_UNKNOWN = 65_536


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """`example_tokens` is the longest example, its messages' own marks included; `known` that it is documented."""

    base_model: str = ""
    example_tokens: int = _UNKNOWN
    known: bool = False
    least_examples: int = 10
    most_bytes: int = 512 * 1000 * 1000


def limits_of(base_model: str) -> ChatLimits:
    """The limits for a base model, also for a fine-tuned one (`ft:base:…`); of an unknown one the usual ones."""
    name = base_model.removeprefix("ft:").partition(":")[0]
    for beginning, tokens in _EXAMPLE_TOKENS:
        if name.startswith(beginning):
            return ChatLimits(base_model, tokens, known=True)
    return ChatLimits(base_model)


def likely_epochs(examples: int) -> int:
    """How often a provider that chooses by itself is likely to go through the examples.

    As in the OpenAI cookbook, "Data preparation and analysis for chat model fine-tuning": three times, more often
    through few examples (up to 25 times, towards 100 examples in all), less often through many (towards 25,000).
    """
    if examples * 3 < 100:
        return min(25, 100 // max(1, examples))
    if examples * 3 > 25_000:
        return max(1, 25_000 // examples)
    return 3
