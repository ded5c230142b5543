"""Who is at the keyboard: the operating system's login, joined to the workspace's users."""

from __future__ import annotations

import getpass
import os
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.errors import InvalidInputError, NotPermittedError, Problem
from erpai_desktop.models.entities import Change, Model, User, Workspace
from erpai_desktop.models.enums import Role, UserType
from erpai_desktop.models.ids import UserId
from erpai_desktop.models.snapshots.workspace import WorkspaceInfo
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.unit_of_work import Actor, UnitOfWork

LOGIN_LIMIT = 64
NAME_LIMIT = 256


@dataclass(frozen=True, slots=True)
class OsUser:
    """The person as the operating system knows them; `name` is their login where it knows no other."""

    login: str
    name: str


def os_user() -> OsUser:
    """The person this process runs as: asked of the system, since an environment variable could say anything."""
    try:
        import pwd

        entry = pwd.getpwuid(os.getuid())
    except (ImportError, KeyError):
        login = _user_without_accounts()
        return OsUser(login, login)
    full_name = entry.pw_gecos.split(",")[0].replace("&", entry.pw_name.capitalize()).strip()
    return OsUser(entry.pw_name, full_name or entry.pw_name)


def enter(database: Database, *, login: str, name: str = "") -> Actor:
    """Make this person the actor of an open workspace: looked up, and written only when they are new here.

    So a person may enter while another program is writing. Raises what `join` raises.
    """
    actor = database.read(known_actor, login=login) or database.write(join, login=login, name=name)
    database.actor = actor
    return actor


def known_actor(session: Session, *, login: str) -> Actor | None:
    """The user with this login, None when there is none yet. Raises NotPermittedError when they may not log in."""
    user = session.scalar(select(User).where(User.login == _login(login), User.deleted_utc.is_(None)))
    return None if user is None else _admitted(user)


def join(work: UnitOfWork, *, login: str, name: str = "") -> Actor:
    """The user with this login, made when there is none.

    Whoever joins a workspace that has no administrator becomes it: the person who made it. Later unknown logins
    join as staff. Raises InvalidInputError for a login that cannot be one, NotPermittedError for a login that is
    switched off or belongs to a virtual user.
    """
    actor = known_actor(work.session, login=login)
    if actor is not None:
        return actor
    login = _login(login)
    user = User(
        login=login,
        name=(_printable(name) or login)[:NAME_LIMIT],
        user_type=UserType.INTERNAL,
        role=Role.STAFF if _has_administrator(work.session) else Role.ADMINISTRATOR,
    )
    work.session.add(user)
    work.finish("Join the workspace")
    return _admitted(user)


def workspace_info(session: Session, *, actor: Actor, location: WorkspaceLocation) -> WorkspaceInfo:
    """What the title and the status bar say of the open workspace."""
    workspace = session.scalars(select(Workspace)).first()
    return WorkspaceInfo(
        name=workspace.name if workspace else "",
        is_sample=bool(workspace and workspace.is_sample),
        storage="SQLite file" if location.is_file else "PostgreSQL",
        user_id=actor.user_id,
        user_name=actor.name,
        role=actor.role,
        revision=session.scalar(select(func.max(Change.seq))) or 0,
        models=session.scalar(select(func.count()).select_from(Model).where(Model.deleted_utc.is_(None))) or 0,
    )


def _has_administrator(session: Session) -> bool:
    return bool(
        session.scalar(
            select(func.count())
            .select_from(User)
            .where(
                User.role == Role.ADMINISTRATOR,
                User.user_type == UserType.INTERNAL,
                User.active,
                User.deleted_utc.is_(None),
            )
        )
    )


def _admitted(user: User) -> Actor:
    if user.user_type is not UserType.INTERNAL:
        raise NotPermittedError(
            f"“{user.login}” is a user that a model speaks as; nobody logs in as it.", safe="Nothing was changed."
        )
    if not user.active:
        raise NotPermittedError(
            f"The user “{user.login}” is switched off in this workspace.",
            safe="Nothing was changed.",
            advice="Ask an administrator of this workspace.",
        )
    return Actor(UserId(user.id), user.login, user.name or user.login, user.role)


def _login(text: str) -> str:
    login = unicodedata.normalize("NFC", text).strip()
    problem = ""
    if not login:
        problem = "it is empty"
    elif len(login) > LOGIN_LIMIT:
        problem = f"{len(login)} characters, at most {LOGIN_LIMIT} are allowed"
    elif _printable(login) != login:
        problem = "control characters are not allowed"
    if problem:
        raise InvalidInputError("This login cannot be used.", problems=[Problem(problem, "login")])
    return login


def _printable(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"}).strip()


def _user_without_accounts() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "user"
