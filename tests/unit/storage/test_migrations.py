"""The migrations make exactly what the mapped classes say, on both databases, and ship with the package."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from erpai_desktop.models.entities import Base
from erpai_desktop.storage import schema
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.engine import writing_engine


def test_migrated_schema_equals_the_mapped_classes(database: Database) -> None:
    engine = writing_engine(database.location)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": schema.is_mapped, "compare_type": True},
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_comparison_would_notice_a_missing_column(database: Database) -> None:
    engine = writing_engine(database.location)
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE models DROP COLUMN notes")
        context = MigrationContext.configure(connection, opts={"include_object": schema.is_mapped})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert [difference[0] for difference in differences] == ["add_column"]


def test_check_constraints_are_there(database: Database) -> None:
    engine = writing_engine(database.location)
    with engine.connect() as connection:
        checks = connection.dialect.get_check_constraints(connection, "models")
    engine.dispose()
    assert [check["name"] for check in checks] == ["ck_models_own_parent"]


def test_head_is_the_newest_revision_and_there_is_one_line_of_them() -> None:
    scripts = ScriptDirectory.from_config(schema.config())
    assert scripts.get_heads() == [schema.HEAD]
    assert schema.HEAD in schema.known_revisions()
