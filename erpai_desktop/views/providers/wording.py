"""Words for providers: what kinds are called, what they can do, how the last test went."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.snapshots.providers import ProviderDetails, ProviderLine
from erpai_desktop.views.jobs.wording import duration
from erpai_desktop.views.parts.badge import BadgeKind
from erpai_desktop.views.parts.wording import local_time


def tr(text: str) -> str:
    """A text of this room in the interface's language."""
    return QCoreApplication.translate("Providers", text)


def kind_name(kind: ProviderKind) -> str:
    """What a kind is called."""
    return {
        ProviderKind.OPENAI: tr("OpenAI"),
        ProviderKind.OPENAI_COMPATIBLE: tr("OpenAI-compatible"),
        ProviderKind.LOCAL: tr("Local model"),
        ProviderKind.BUILT_IN: tr("Built-in"),
    }[kind]


def kind_note(kind: ProviderKind) -> str:
    """What a kind is for, in a line."""
    return {
        ProviderKind.OPENAI: tr("Your own account there, which bills you; everything asked goes to it."),
        ProviderKind.OPENAI_COMPATIBLE: tr("vLLM, Ollama, LM Studio, Azure, a gateway: whatever speaks its language."),
        ProviderKind.LOCAL: tr("A GGUF file on this computer, served by llama.cpp. Nothing leaves it."),
        ProviderKind.BUILT_IN: tr("Answers with the curated words. No key, no network, no chat model."),
    }[kind]


def capability_name(capability: Capability) -> str:
    """What a capability is called."""
    return {
        Capability.CHAT: tr("chat"),
        Capability.STREAM: tr("streaming"),
        Capability.STRUCTURED: tr("structured output"),
        Capability.IMAGES: tr("images"),
        Capability.EMBEDDINGS: tr("embeddings"),
        Capability.FINE_TUNING: tr("fine-tuning"),
        Capability.MODEL_LIST: tr("model list"),
    }[capability]


def capability_badge(capability: Capability, support: Support) -> tuple[str, BadgeKind, str]:
    """Words, kind and tooltip of a capability's badge."""
    name = capability_name(capability)
    if support is Support.YES:
        return f"✓ {name}", "good", tr("{what}: yes, it was tried").format(what=name)
    if support is Support.NO:
        return f"– {name}", "plain", tr("{what}: no, not with this model and key").format(what=name)
    return f"? {name}", "plain", tr("{what}: not known; finding out would cost something").format(what=name)


def state(line: ProviderLine) -> tuple[str, BadgeKind]:
    """How a provider stands, in a word."""
    if line.kind is ProviderKind.BUILT_IN:
        return tr("ready"), "good"
    if line.missing:
        return tr("incomplete"), "warning"
    if line.check is None:
        return tr("not tested"), "plain"
    return (tr("failed"), "bad") if line.check.error else (tr("works"), "good")


def check_sentence(details: ProviderDetails) -> str:
    """When it was tested, how long that took, and how it is talked to."""
    check = details.line.check
    if details.line.kind is ProviderKind.BUILT_IN:
        return tr("Always there: it needs no test.")
    if check is None:
        return tr("Not tested yet. A test asks what it offers and can do; it costs a few tokens at most.")
    parts = [tr("Tested {when}").format(when=local_time(check.checked_utc)), duration(check.elapsed_ms / 1000)]
    api = {"responses": tr("Responses API"), "chat completions": tr("chat completions")}.get(details.api, details.api)
    return " · ".join(part for part in (*parts, api) if part)
