"""The domain's closed lists, with the codes the ERP stores. No SQLAlchemy here."""

from __future__ import annotations

import enum


class ProviderKind(enum.StrEnum):
    """Provider.provider_field: what kind of service a provider is."""

    OPENAI = "OpenAI"
    OPENAI_COMPATIBLE = "OpenAI-compatible"
    LOCAL = "Local model"
    BUILT_IN = "Built-in"


class QaType(enum.StrEnum):
    """Training rows teach; validation rows only test a compilation."""

    TRAINING = "T"
    VALIDATION = "V"


class Origin(enum.StrEnum):
    """Where a training conversation was captured."""

    USER_ENTERED = "USR"
    CHAT = "CHT"
    CALENDAR = "CAL"
    CASE = "CAS"
    TODO = "TOD"


class ReviewState(enum.StrEnum):
    """What a reviewer said of a training conversation."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class ParticipantRole(enum.StrEnum):
    """Who speaks in a conversation."""

    SYSTEM = "S"
    USER = "U"
    ASSISTANT = "A"


class CompilationStatus(enum.StrEnum):
    """Compilation.status."""

    NEW = "N"
    RUNNING = "R"
    COMPLETED = "C"
    DELETED = "D"


class Target(enum.StrEnum):
    """What a compilation makes."""

    BUILT_IN = "built-in"
    GROUNDED = "grounded"
    FINE_TUNE = "fine-tune"
    EXPORT = "export"


class MessageState(enum.StrEnum):
    """How far a chat message got."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    STOPPED = "stopped"
    FAILED = "failed"


class UserType(enum.StrEnum):
    """User.user_type."""

    INTERNAL = "INT"
    VIRTUAL_NO_LOGIN = "VIR"
    SYSTEM_NO_LOGIN = "SYS"


class Role(enum.StrEnum):
    """What a user may do: administrators everything, trainers knowledge, staff their own chats."""

    ADMINISTRATOR = "administrator"
    TRAINER = "trainer"
    STAFF = "staff"


class JobState(enum.StrEnum):
    """How far a job's intention got."""

    INTENDED = "intended"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class RowKind(enum.StrEnum):
    """What a resolved row of knowledge was made from."""

    QA = "qa"
    CONVERSATION = "conversation"


class Grounding(enum.StrEnum):
    """What an answer rests on."""

    CURATED = "curated"
    """A curated answer word for word."""
    CITED = "cited"
    """Words of a chat model, which names the curated rows that they rest on, and these bear it out."""
    UNCITED = "uncited"
    """Words of a chat model that name no curated row, or that the rows named do not bear out."""
    FALLBACK = "fallback"
    """The provider failed: the curated answer word for word in its place."""
    LEARNED = "learned"
    """Words of a fine-tuned model, which has no sources to name."""


class Purpose(enum.StrEnum):
    """What a metered call was for."""

    CHAT = "chat"
    EVALUATION = "evaluation"
    JUDGE = "judge"
    GOLDEN = "golden answers"
    TRAINING = "training"
    EMBEDDING = "embedding"
    CHECK = "connection check"


class UsageState(enum.StrEnum):
    """Whether a metered call's figures are an estimate still, or what the provider reported."""

    OPEN = "open"
    SETTLED = "settled"
    FAILED = "failed"
    """It failed; what it cost stays the estimate unless the provider reported better."""


class BudgetScope(enum.StrEnum):
    """Whose spending a budget limits."""

    COMPANY = "company"
    MODEL = "model"
    USER = "user"
