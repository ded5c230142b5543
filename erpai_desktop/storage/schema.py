"""The schema's revision: which one this program needs, which one a database has, how to bring it forward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.sql.schema import SchemaItem

SCRIPTS = Path(__file__).resolve().parent / "migrations"
VERSIONS = [SCRIPTS / "versions"]

HEAD = "0003"
"""The newest revision in `migrations/versions`; kept here because finding it out would need alembic."""

APPLICATION_ID = 0x45525041
"""SQLite's `application_id` of our files ("ERPA"), at byte 68 of the file."""

FORMAT = 1
"""SQLite's `user_version` of our files: rises when an older program must not open them at all, at byte 60."""


def config() -> Config:
    """Alembic's configuration, without any file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(str(folder).replace("%", "%%") for folder in VERSIONS))
    return made


def known_revisions() -> frozenset[str]:
    """Every revision this program knows how to come from."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def upgrade(connection: Connection) -> None:
    """Bring the schema to HEAD on a connection in a transaction, which the caller commits."""
    from alembic import command

    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, HEAD)
    if connection.dialect.name == "sqlite":
        # Both are part of the transaction, like everything else in SQLite's file.
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")


def present_revision(connection: Connection) -> str | None:
    """What the database says of itself; None when it has no alembic table or an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return revisions[0] if len(revisions) == 1 else None


def is_mapped(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """For alembic's comparison: everything but full text, which no mapped class describes."""
    return not (kind in {"table", "column", "index"} and (name or "").startswith(("model_qas_fts", "search"))) and (
        name != "ix_model_qas_search"
    )
