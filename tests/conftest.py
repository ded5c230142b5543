"""What every test stands on: no leftovers, Qt's loop for views, real workspace files."""

from __future__ import annotations

import asyncio
import atexit
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")


import hypothesis
import pytest
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

# Here and nowhere else: each folder that named it for itself would start a cluster of its own.
from tests.postgres import postgres_server

__all__ = ["postgres_server"]

if TYPE_CHECKING:
    from erpai_desktop.storage.database import Database
    from erpai_desktop.views.look.theme import Theme
    from erpai_desktop.workers.runner import Runner


def _own_folders() -> None:
    """Nothing of whoever runs the tests, of an earlier run or of the worker beside is read or written, or logged."""
    folder = Path(tempfile.mkdtemp(prefix="erpai-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())


_own_folders()

# A shell lets what it runs in the background ignore Ctrl+C, and the programs that are tested would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, however slow the machine is: nobody's change fails by chance.
hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")

_LONG_S = 0.02
_LEAVING_S = 10
_PATIENCE_MS = 60_000
_QT_FOLDERS = ("views", "e2e", "workers", "app")


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from erpai_desktop.workers.qt_loop import make_loop

    application = QApplication.instance()
    return make_loop(application if isinstance(application, QApplication) else QApplication([]))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Coroutines that meet widgets or the runner get Qt's loop, as in the program; the others asyncio's own."""
    if any(part in _QT_FOLDERS for part in item.path.relative_to(Path(__file__).parent).parts):
        return {"qt": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays for good: without it, looking for leftovers after each test is cheap."""
    _leave_out_what_stays()


def _leave_out_what_stays() -> None:
    started = time.thread_time()
    gc.collect()
    if time.thread_time() - started > _LONG_S:
        gc.freeze()


class PatientQtBot(QtBot):
    """Five seconds, as pytest-qt has it, can be too short on a machine that has much else to do."""

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE_MS, **more: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> QtBot:
    """As pytest-qt's, with more patience."""
    return PatientQtBot(request)


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    """A test that leaves a thread, a child process or a window behind has failed."""
    threads = set(threading.enumerate())
    yield
    # Tests import more as they go (openai, numpy, pyqtgraph), and what they share grows.
    _leave_out_what_stays()
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in threads
        and not thread.name.startswith("QThread")
        # Hypothesis and pytest-timeout keep helpers of their own.
        and not thread.name.startswith("pytest_timeout")
    ]
    for thread in left:
        # One that has done its work may not have had its turn to end.
        thread.join(_LEAVING_S)
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    children = multiprocessing.active_children()
    assert not children, f"processes left behind: {children}"
    _assert_no_windows()


def _assert_no_windows() -> None:
    if "PySide6.QtWidgets" not in sys.modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    visible = [widget for widget in app.topLevelWidgets() if widget.isVisible()]
    for widget in visible:
        widget.close()
        widget.deleteLater()
    assert not visible, f"windows left behind: {visible}"


@pytest.fixture(scope="session")
def sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's workspace, made once; copy it."""
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation

    path = tmp_path_factory.mktemp("sample") / "sample.erpai"
    create_sample(WorkspaceLocation(path=path)).close()
    return path


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, made once; copy it."""
    from erpai_desktop.services.workspace import create
    from erpai_desktop.storage.location import WorkspaceLocation

    path = tmp_path_factory.mktemp("empty") / "empty.erpai"
    create(WorkspaceLocation(path=path), name="Test company").close()
    return path


@pytest.fixture
def sample_file(sample_template: Path, tmp_path: Path) -> Path:
    """A workspace file of one's own with the sample company."""
    return Path(shutil.copy(sample_template, tmp_path / "sample.erpai"))


@pytest.fixture
def empty_file(empty_template: Path, tmp_path: Path) -> Path:
    """A workspace file of one's own with nothing in it."""
    return Path(shutil.copy(empty_template, tmp_path / "empty.erpai"))


def _joined(path: Path) -> Database:
    from erpai_desktop.services.users import join
    from erpai_desktop.storage.location import WorkspaceLocation
    from erpai_desktop.storage.opening import open_database

    database = open_database(WorkspaceLocation(path=path))
    database.actor = database.write(join, login="tester", name="Tester")
    return database


@pytest.fixture
def sample(sample_file: Path) -> Iterator[Database]:
    """The sample company, open; the tester is its administrator."""
    database = _joined(sample_file)
    yield database
    database.close()


@pytest.fixture
def empty(empty_file: Path) -> Iterator[Database]:
    """An empty workspace, open; the tester is its administrator."""
    database = _joined(empty_file)
    yield database
    database.close()


@pytest.fixture
async def runner(sample: Database) -> AsyncIterator[Runner]:
    """A runner on the sample company. Use in coroutines: `await settled(runner)` waits until all is done."""
    from erpai_desktop.workers.runner import Runner

    made = Runner(sample)
    problems: list[tuple[Any, str]] = []
    made.failed.connect(lambda error, doing: problems.append((error, doing)))
    yield made
    await made.close()
    assert not problems, f"failures nobody dealt with: {problems}"


@pytest.fixture
async def empty_runner(empty: Database) -> AsyncIterator[Runner]:
    """A runner on an empty workspace."""
    from erpai_desktop.workers.runner import Runner

    made = Runner(empty)
    yield made
    await made.close()


@pytest.fixture
def theme(qapp: Any) -> Theme:
    """The light look, applied."""
    from erpai_desktop.views.look.theme import Theme

    return Theme(qapp, mode="light")
