"""Opens providers: the one place that knows which kind is which class. The openai package is imported on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.errors import NotOfferedError
from erpai_desktop.models.enums import ProviderKind

if TYPE_CHECKING:
    from erpai_desktop.ai.chat_gateway import ChatGateway
    from erpai_desktop.ai.trainer import Trainer


def load() -> None:
    """Import and read what the first call would wait for otherwise: 0.8 s. For a thread: `asyncio.to_thread(load)`."""
    for name in ("openai_gateway", "compatible_gateway", "openai_trainer"):
        importlib.import_module(f"{__package__}.{name}")
    from erpai_desktop.ai.providers.openai_client import certificates

    certificates()


def open_gateway(access: ProviderAccess, *, base_model: str | None = None) -> ChatGateway:
    """A gateway to a provider's base model, or to another model there, a trained one, say. Close it after use.

    Opening sends nothing. Raises InvalidInputError for an address that is none, NotOfferedError for the built-in
    engine, which is no service: BuiltinGateway stands in front of an answerer.
    """
    model = base_model if base_model is not None else access.base_model
    if access.kind is ProviderKind.BUILT_IN:
        raise _no_service()
    if access.kind is ProviderKind.OPENAI:
        from erpai_desktop.ai.providers.openai_gateway import OpenAiGateway

        return OpenAiGateway(access, model=model)
    from erpai_desktop.ai.providers.compatible_gateway import CompatibleGateway

    return CompatibleGateway(access, model=model)


def open_trainer(access: ProviderAccess) -> Trainer:
    """A trainer at a provider. Close it after use. Raises InvalidInputError and NotOfferedError as above."""
    if access.kind in {ProviderKind.BUILT_IN, ProviderKind.LOCAL}:
        raise _no_service()
    from erpai_desktop.ai.providers.openai_trainer import OpenAiTrainer

    return OpenAiTrainer(access)


def _no_service() -> NotOfferedError:
    return NotOfferedError(
        "This kind of provider has no such service.",
        safe="Nothing was changed.",
        advice="Choose another provider.",
    )
