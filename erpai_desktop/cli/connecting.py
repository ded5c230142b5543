"""What a command needs that may speak through a provider: connections and an engine, ended with it."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from erpai_desktop.cli.keys import lend_key_to
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.settings import cache_folder
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.providers.connections import Connections


@asynccontextmanager
async def connected(
    asked: argparse.Namespace, database: Database, provider_ids: Sequence[ProviderId | None]
) -> AsyncIterator[tuple[EngineProcess, Connections]]:
    """Both, until the command is done. A key on standard input is lent as `lend_key_to` says."""
    engine, connections = EngineProcess(cache_folder()), Connections()
    try:
        lend_key_to(asked, connections.keys, database, provider_ids)
        yield engine, connections
    finally:
        await engine.close()
        await connections.close()
