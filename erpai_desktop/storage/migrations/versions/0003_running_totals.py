"""Which chat a metered call belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("usages", sa.Column("conversation_id", sa.Uuid()))
    op.create_index("ix_usages_conversation_id", "usages", ["conversation_id"])
