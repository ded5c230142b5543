"""Where a workspace lies: a file, or a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from erpai_desktop.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class WorkspaceLocation:
    """Exactly one of `path` (SQLite) and `url` (PostgreSQL, never with a password) is set."""

    path: Path | None = None
    url: str | None = None

    @property
    def is_file(self) -> bool:
        """Whether the workspace is a file of this machine."""
        return self.path is not None

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else str(self.url)


def parse_location(text: str) -> WorkspaceLocation:
    """A path, or a URL `postgresql://user@host:port/database`.

    Raises InvalidInputError for a URL of another scheme or one that carries a password: arguments are visible to
    every user of the machine, while libpq reads `~/.pgpass`.
    """
    scheme = text.split("://", 1)[0] if "://" in text else ""
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        parts = urlsplit(text)
        if parts.password is not None or "password=" in parts.query:
            raise InvalidInputError(
                "The address of the database holds a password, which other users of this machine could see.",
                advice="Leave it out and put it into the PostgreSQL password file (.pgpass).",
            )
        return WorkspaceLocation(url="postgresql+psycopg://" + text.split("://", 1)[1])
    if scheme:
        raise InvalidInputError(
            f"A workspace cannot lie at a “{scheme}” address.", advice="Give a file or a postgresql:// address."
        )
    if not text.strip() or "\0" in text:
        raise InvalidInputError("The workspace's file name is empty or not a file name.")
    return WorkspaceLocation(path=Path(text).expanduser())
