"""Where keys are kept: which back ends are trusted, what happens without one, and what a key shows of itself."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from pydantic import SecretStr

from erpai_desktop.credentials import KEY_LIMIT, SERVICE, Keeping, KeyStore, key_from_text, masked
from erpai_desktop.errors import InvalidInputError, KeyMissingError, KeyringError

# keyring annotates no constructor.
SecretService: Any = SecretServiceKeyring
Chainer: Any = chainer.ChainerBackend
Fail: Any = fail.Keyring
Null: Any = null.Keyring

KEY = SecretStr("sk-test-0123456789abcdef")
HERE, ELSEWHERE = "https://api.example.com", "https://attacker.example"


class _PlainFile(KeyringBackend):
    """What keyrings.alt offers: a back end that works, and keeps secrets in the open."""

    priority: ClassVar[float] = 9
    kept: ClassVar[dict[str, str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


PlainFile: Any = _PlainFile


def use(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


@pytest.mark.parametrize("backend", [PlainFile(), Null(), Fail()], ids=lambda b: type(b).__module__)
def test_only_known_keyrings_get_a_key(monkeypatch: pytest.MonkeyPatch, backend: KeyringBackend) -> None:
    use(monkeypatch, backend)
    store = KeyStore()
    store.set("entry", KEY, address=HERE)
    assert store.state.keeping is Keeping.SESSION
    assert store.get("entry", address=HERE) == KEY
    assert PlainFile.kept == {}
    # Another run of the program knows nothing of it.
    assert KeyStore().get("entry", address=HERE) is None


def test_of_a_chain_only_the_known_member_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: dict[str, str] = {}
    known = SecretService()
    monkeypatch.setattr(
        SecretService, "set_password", lambda _self, _service, entry, text: stored.update({entry: text})
    )
    monkeypatch.setattr(SecretService, "get_password", lambda _self, _service, entry: stored.get(entry))
    chain = Chainer()
    monkeypatch.setattr(Chainer, "backends", [PlainFile(), known])
    use(monkeypatch, chain)
    store = KeyStore()
    store.set("entry", KEY, address=HERE)
    assert (store.state.keeping, store.state.name) == (Keeping.KEYRING, "Secret Service")
    assert list(stored) == ["entry"] and PlainFile.kept == {}
    monkeypatch.setattr(Chainer, "backends", [PlainFile()])
    assert KeyStore().state.keeping is Keeping.SESSION


def test_a_configured_back_end_that_does_not_exist_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise ModuleNotFoundError("no such back end")

    monkeypatch.setattr(keyring, "get_keyring", missing)
    assert KeyStore().state.keeping is Keeping.SESSION


def test_a_key_is_handed_out_for_its_own_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Fail())
    store = KeyStore()
    store.set("entry", KEY, address=HERE)
    with pytest.raises(KeyMissingError) as caught:
        store.get("entry", address=ELSEWHERE)
    assert HERE in str(caught.value) and ELSEWHERE in str(caught.value)
    assert KEY.get_secret_value() not in str(caught.value)
    store.delete("entry")
    store.delete("entry")
    assert store.get("entry", address=ELSEWHERE) is None


def test_a_lent_key_is_not_stored_and_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"entry": json.dumps({"address": HERE, "key": "from the keyring"})}
    monkeypatch.setattr(SecretService, "get_password", lambda _self, _service, entry: stored.get(entry))
    use(monkeypatch, SecretService())
    store = KeyStore()
    assert store.version("entry") == 0
    store.lend("entry", KEY, address=HERE)
    assert store.version("entry") == 1
    assert store.get("entry", address=HERE) == KEY and KEY.get_secret_value() not in str(stored)
    assert KeyStore().get("entry", address=HERE) == SecretStr("from the keyring")


@pytest.mark.parametrize("foreign", ["sk-put-here-by-hand", "[]", '{"key": "k"}', "null"])
def test_an_entry_that_somebody_else_wrote_is_no_key(monkeypatch: pytest.MonkeyPatch, foreign: str) -> None:
    monkeypatch.setattr(SecretService, "get_password", lambda *_: foreign)
    use(monkeypatch, SecretService())
    assert KeyStore().get("entry", address=HERE) is None


def test_a_locked_keyring_is_an_error_and_nothing_is_kept_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> None:
        raise keyring.errors.KeyringLocked("locked")

    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(SecretService, name, locked)
    use(monkeypatch, SecretService())
    store = KeyStore()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: store.set("entry", KEY, address=HERE),
        lambda: store.get("entry", address=HERE),
        lambda: store.delete("entry"),
    )
    for attempt in attempts:
        with pytest.raises(KeyringError, match="Unlock it"):
            attempt()


@pytest.mark.parametrize("text", ["", "  \n", "two words", "line\nbreak", "кey", "x" * (KEY_LIMIT + 1), "a\x00b"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        key_from_text(text)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_key_shows_its_last_four_at_most(caplog: pytest.LogCaptureFixture) -> None:
    key = key_from_text("  sk-0123456789abcdef\n")
    assert masked(key) == "••••cdef"
    assert masked(SecretStr("short")) == "••••"
    with caplog.at_level(logging.DEBUG):
        logging.getLogger().debug("%s %r", key, KeyStore())
    assert "0123456789" not in caplog.text


# --- a real Secret Service ----------------------------------------------------------------------------------------

_SESSION = shutil.which("dbus-run-session")
_DAEMON = shutil.which("gnome-keyring-daemon")
needs_secret_service = pytest.mark.skipif(
    not (_SESSION and _DAEMON), reason="dbus-run-session and gnome-keyring-daemon are not installed"
)
# The usual one would start an installed keyring by itself, which then asks for a password.
_BUS_WITHOUT_SERVICES = """<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/></policy>
</busconfig>"""
_CHECKS = Path(__file__).parent / "secret_service_checks.py"


@needs_secret_service
@pytest.mark.parametrize("case", ["unlocked", "locked"])
def test_with_a_real_secret_service(tmp_path: Path, case: str) -> None:
    unlocked = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
    assert _run(["dbus-run-session", "--", "sh", "-c", unlocked, "sh"], tmp_path, case) == f"{case}: as it should be"


def test_without_a_bus(tmp_path: Path) -> None:
    assert _run([], tmp_path, "absent") == "absent: as it should be"


@needs_secret_service
def test_on_a_bus_without_a_secret_service(tmp_path: Path) -> None:
    (tmp_path / "bus.conf").write_text(_BUS_WITHOUT_SERVICES)
    bus = ["dbus-run-session", f"--config-file={tmp_path / 'bus.conf'}", "--"]
    assert _run(bus, tmp_path, "absent") == "absent: as it should be"


def _run(prefix: list[str], home: Path, case: str) -> str:
    """Run a check in a process with a home and a bus of its own."""
    environment: dict[str, Any] = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [*prefix, sys.executable, "-W", "ignore", str(_CHECKS), case, SERVICE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
