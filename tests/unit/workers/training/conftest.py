"""A prepared version with its provider's server, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from erpai_desktop.storage.database import Database
from tests.providers.server import ProviderServer
from tests.unit.workers.training.stand import Stand


@pytest.fixture
def stand(empty: Database, tmp_path: Path) -> Iterator[Stand]:
    with ProviderServer() as server:
        yield Stand(empty, server, tmp_path)
