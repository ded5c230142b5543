"""The whole error tree, sorted by whose fault it is.

ErpAiError
├── UserError                 shown plainly: what happened, what is safe, what to do
│   ├── InvalidInputError     a field's text, a file's row: carries `problems`, all of them at once
│   ├── NotFoundError         a name or id that leads nowhere, or to several
│   ├── ConflictError         the row was changed elsewhere since it was read: carries both versions
│   ├── NotPermittedError     the person's role does not allow it
│   ├── NoActiveVersionError  a model was asked that has no active compilation
│   └── WorkspaceError        the file or database cannot be used; it was left untouched
│       ├── NotAWorkspaceError   not ours
│       ├── NewerWorkspaceError  written by a newer version of the program
│       ├── ReadOnlyWorkspaceError
│       ├── LockedWorkspaceError
│       └── CorruptWorkspaceError
└── ServiceError              something outside failed: trying again may help
    ├── BuildError            a compilation failed; the active version stays
    └── EngineError           the answering process died or did not reply

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
        return "; ".join([super().__str__(), *map(str, self.problems)])


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
