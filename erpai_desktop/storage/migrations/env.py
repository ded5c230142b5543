"""Where alembic enters: runs the revisions on the connection that `storage.schema` hands over."""

from __future__ import annotations

from alembic import context

from erpai_desktop.models.entities import Base
from erpai_desktop.storage.schema import is_mapped

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_mapped,
    # The caller's transaction holds the write lock and everything else that belongs to the upgrade.
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
