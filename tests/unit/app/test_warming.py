"""What the first call and the first plot need is imported beforehand, where there is a provider to call."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from erpai_desktop.ai.providers import gateways
from erpai_desktop.app.warming import Warming
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.services import providers
from erpai_desktop.views.usage import plotting
from erpai_desktop.workers.runner import Runner
from tests.waiting import settled


async def test_a_workspace_with_a_provider_is_warmed(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(gateways, "load", lambda: loaded.append("gateways"))
    monkeypatch.setattr(plotting, "load", lambda: loaded.append("plots"))
    parent = QObject()
    warming = Warming(runner, language="en", parent=parent)
    assert warming._timer.isActive()
    warming.begin()
    await settled(runner)
    assert not loaded
    runner.database.write(providers.add_provider, names={"en": "Main"}, kind=ProviderKind.OPENAI)
    warming.begin()
    await settled(runner)
    assert loaded == ["gateways", "plots"]
    warming.leave()
    assert not warming._timer.isActive()
