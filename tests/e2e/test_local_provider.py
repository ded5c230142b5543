"""A model file as a provider, in the real window: added, tested, crashed, tested again, gone with the window."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import keyring
import psutil
import pytest
from keyring.backends import fail

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.views.providers.page import ProvidersPage
from tests.e2e.driving import at_the_window
from tests.model_file import MODEL_FILE, needs_llama
from tests.views.compilations.stand import button, words_in
from tests.waiting import eventually

Fail: Any = fail.Keyring


@needs_llama
async def test_a_model_file_from_the_rail_to_the_end(
    qtbot: Any, sample_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Fail)
    served: list[int] = []

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        desk.shell.window.room_chosen.emit("providers")
        page = desk.shell.window.tabs.page("providers")
        assert isinstance(page, ProvidersPage)
        await at_rest(desk)
        page.add(ProviderKind.LOCAL)
        await at_rest(desk)
        assert page._view is not None and page._view.provider_id == page.table.current.id
        page._view.form._take_file(str(MODEL_FILE))
        await at_rest(desk)
        servers = desk.session.connections.servers
        for _ in range(2):
            button(page, "Test connection").click()
            await at_rest(desk)
            assert "works" in words_in(page._view.check) and "MB of memory" in words_in(page._view.check)
            pid = servers.pid(str(MODEL_FILE))
            assert pid is not None and pid not in served
            served.append(pid)
            if len(served) == 1:
                # It crashes; nobody is told until it is needed, and then it starts anew.
                os.kill(pid, signal.SIGKILL)
                await eventually(lambda: servers.pid(str(MODEL_FILE)) is None)

    await at_the_window(sample_file, tmp_path, drive)
    assert len(served) == 2 and not any(psutil.pid_exists(pid) for pid in served)
