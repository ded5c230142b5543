"""A dock on the sample company."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.chat.stage import Stage
from tests.waiting import settled


@pytest.fixture
async def stage(runner: Runner, theme: Theme) -> AsyncIterator[Stage]:
    """The dock on show, on a model that can answer."""
    made = Stage(runner, theme)
    made.dock.show()
    await settled(runner)
    yield made
    await settled(runner)
    made.dock.close()
    made.dock.deleteLater()
