"""A real PostgreSQL cluster for tests: on loopback, as an ordinary user, one for a session, thrown away after."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from erpai_desktop.storage.location import WorkspaceLocation

_FORGETFUL = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
"""Nothing needs to outlive the tests."""


@dataclass
class PostgresServer:
    """A running cluster. Everybody on this machine may log in: it holds nothing but test rows."""

    port: int
    _made: int = 0
    _template: str | None = None

    def new_database(self, template: str = "template1") -> WorkspaceLocation:
        """A database of its own for one test: empty, or a copy of another one."""
        import psycopg
        from psycopg import sql

        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(f"postgresql://app@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            # Copying the files takes a third of the time of writing every page into the log.
            strategy = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy)
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return WorkspaceLocation(url=f"postgresql+psycopg://app@127.0.0.1:{self.port}/{name}")

    def new_workspace(self) -> WorkspaceLocation:
        """A database with an empty workspace, copied from one that is made once."""
        if self._template is None:
            from erpai_desktop.services import workspace

            location = self.new_database()
            workspace.create(location, name="Test company").close()
            self._template = str(location.url).rsplit("/", 1)[1]
        return self.new_database(self._template)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The cluster; tests that ask for it are skipped, saying so, where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed (Debian package: postgresql)")
    identity = _ordinary_user()
    if identity is None:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
    folder = Path(tempfile.mkdtemp(prefix="erpai-pg-"))
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        with _running(binaries, folder, identity) as port:
            yield PostgresServer(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(binaries: Path, folder: Path, identity: dict[str, Any]) -> Iterator[int]:
    def run(*command: str) -> None:
        # Into a file: the server would keep a pipe open for as long as it runs.
        with (folder / "output").open("ab") as output:
            done = subprocess.run(
                [str(binaries / command[0]), *command[1:]],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", "")},
                check=False,
                **identity,
            )
        assert done.returncode == 0, (folder / "output").read_text(errors="replace")

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    for tries_left in reversed(range(5)):
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} {_FORGETFUL}"
        try:
            run("pg_ctl", "-w", "-t", "300", "-D", data, "-l", str(folder / "log"), "-o", options, "start")
            break
        except AssertionError:
            # Somebody else may have taken the port meanwhile.
            if not tries_left:
                raise
    try:
        yield port
    finally:
        run("pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    if on_path is not None:
        folders.insert(0, Path(on_path).parent)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _ordinary_user() -> dict[str, Any] | None:
    """How to run as somebody who is not root: nothing to do for an ordinary user, None when there is nobody."""
    if os.name != "posix" or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
