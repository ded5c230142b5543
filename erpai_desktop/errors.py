"""The whole error tree, sorted by whose fault it is.

ErpAiError
├── UserError                 shown plainly: what happened, what is safe, what to do
│   ├── InvalidInputError     a field's text, a file's row: carries `problems`, all of them at once
│   ├── NotFoundError         a name or id that leads nowhere, or to several
│   ├── ConflictError         the row was changed elsewhere since it was read: carries both versions
│   ├── NotPermittedError     the person's role does not allow it
│   ├── NoActiveVersionError  a model was asked that has no active compilation
│   ├── BudgetExceededError   a budget would be exceeded: nothing was sent
│   ├── KeyMissingError       a provider has no key on this workstation
│   ├── KeyringError          the operating system's keyring is locked, or refuses
│   ├── OwnedElsewhereError   another window follows this training
│   └── WorkspaceError        the file or database cannot be used; it was left untouched
│       ├── NotAWorkspaceError   not ours
│       ├── NewerWorkspaceError  written by a newer version of the program
│       ├── ReadOnlyWorkspaceError
│       ├── LockedWorkspaceError
│       └── CorruptWorkspaceError
└── ServiceError              something outside failed: trying again may help
    ├── BuildError            a compilation failed; the active version stays
    ├── EngineError           the answering process died or did not reply
    └── ProviderError         an AI provider failed: carries status, whether it may be tried again, and what was sent
        ├── KeyRefusedError      401 and 403: the key is wrong or may not do this
        ├── NotOfferedError      404 and the like: this model or service does not exist there (any more)
        ├── RequestRefusedError  400, 409, 413, 422: the provider does not take this request
        ├── RateLimitedError     429: too much at once; carries how long to wait
        ├── QuotaError           429 and 402: the account at the provider is used up
        ├── UnreachableError     no connection, none in time, or broken off
        ├── OutOfOrderError      500 and up: the provider's own fault
        └── BadReplyError        what came is not what its protocol says

Anything else that is raised is our own bug: a dialog with a copyable report, and a line in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where it is (row counts from 1, header included) and what it is."""

    message: str
    field: str | None = None
    row: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        where = [
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                self.field,
            )
            if part
        ]
        return f"{', '.join(where)}: {self.message}" if where else self.message


class ErpAiError(Exception):
    """The root. `message` says what happened, `safe` what is safe, `advice` what to do next."""

    def __init__(self, message: str, *, safe: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.safe = safe
        self.advice = advice

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.safe, self.advice) if part)


class UserError(ErpAiError):
    """The person can mend it."""


class InvalidInputError(UserError):
    """Input that breaks a rule; `problems` lists every one found, and nothing was stored."""

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        safe: str = "Nothing was changed.",
        advice: str = "",
    ) -> None:
        super().__init__(message, safe=safe, advice=advice)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return f"{super().__str__()} {'; '.join(map(str, self.problems))}".rstrip()


class NotFoundError(UserError):
    """A name or id that leads to no row, or a name that leads to several."""


class ConflictError(UserError):
    """A stale save. `theirs` and `mine` map field names to texts, for the person to choose from."""

    def __init__(
        self,
        message: str,
        *,
        theirs: Mapping[str, object],
        mine: Mapping[str, object],
        current_version: int,
    ) -> None:
        super().__init__(message, safe="Both texts are kept.", advice="Choose which one to keep.")
        self.theirs = dict(theirs)
        self.mine = dict(mine)
        self.current_version = current_version


class NotPermittedError(UserError):
    """The acting user's role does not allow the action."""


class NoActiveVersionError(UserError):
    """The model has no active compilation, so it cannot converse."""


class WorkspaceError(UserError):
    """The workspace cannot be used; it was left untouched."""


class NotAWorkspaceError(WorkspaceError):
    """A file that is not a workspace of this program."""


class NewerWorkspaceError(WorkspaceError):
    """A workspace that a newer version of the program has written."""


class ReadOnlyWorkspaceError(WorkspaceError):
    """A workspace that this user may read but not write."""


class LockedWorkspaceError(WorkspaceError):
    """A workspace that another program keeps locked."""


class CorruptWorkspaceError(WorkspaceError):
    """A workspace whose file is damaged."""


class ServiceError(ErpAiError):
    """Something outside the person's input failed; trying again may help."""


class BuildError(ServiceError):
    """A compilation failed; the last successful one stays active."""


class EngineError(ServiceError):
    """The answering process died or did not reply."""


class BudgetExceededError(UserError):
    """A budget would be exceeded. Nothing was sent."""


class KeyMissingError(UserError):
    """A provider has no key on this workstation."""


class KeyringError(UserError):
    """The operating system's keyring is locked, or refuses."""


class OwnedElsewhereError(UserError):
    """Another window follows this training: only that one may act for it."""


class ProviderError(ServiceError):
    """An AI provider failed.

    `status` is the HTTP status, None where there was none. `may_retry` says that the same request may be sent again
    without doing anything twice; a request that may already have been carried out is not.
    """

    may_retry = False

    def __init__(self, message: str, *, safe: str = "", advice: str = "", status: int | None = None) -> None:
        super().__init__(message, safe=safe, advice=advice)
        self.status = status


class KeyRefusedError(ProviderError):
    """The key is wrong, or may not do this."""


class NotOfferedError(ProviderError):
    """The provider does not have this model or service, or no longer."""


class RequestRefusedError(ProviderError):
    """The provider does not take this request: it would not take it a second time either."""


class RateLimitedError(ProviderError):
    """Too much at once. `retry_after_s` is how many seconds the provider asks to wait, None where it does not say."""

    may_retry = True

    def __init__(
        self,
        message: str,
        *,
        safe: str = "",
        advice: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, safe=safe, advice=advice, status=status)
        self.retry_after_s = retry_after_s


class QuotaError(ProviderError):
    """The account at the provider is used up."""


class UnreachableError(ProviderError):
    """No connection, none in time, or broken off. `was_sent` says that the request may have been carried out."""

    def __init__(
        self,
        message: str,
        *,
        safe: str = "",
        advice: str = "",
        status: int | None = None,
        was_sent: bool = True,
    ) -> None:
        super().__init__(message, safe=safe, advice=advice, status=status)
        self.was_sent = was_sent
        self.may_retry = not was_sent


class OutOfOrderError(ProviderError):
    """The provider's own fault."""

    may_retry = True


class BadReplyError(ProviderError):
    """What came is not what the provider's protocol says."""
