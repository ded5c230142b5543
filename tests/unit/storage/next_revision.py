"""A revision 0004 that the program does not have, for the tests of upgrading."""

from __future__ import annotations

from pathlib import Path

import pytest

from erpai_desktop.storage import schema

REVISION = '''"""For a test."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("later_things", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("models", sa.Column("later", sa.Integer()))
    op.execute("UPDATE models SET later = 7")
    {last_line}
'''


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, last_line: str = "pass") -> None:
    """Make the program one revision younger than it is."""
    folder.mkdir(exist_ok=True)
    (folder / "0004_later.py").write_text(REVISION.format(last_line=last_line), encoding="utf-8")
    monkeypatch.setattr(schema, "VERSIONS", [*schema.VERSIONS, folder])
    monkeypatch.setattr(schema, "HEAD", "0004")
