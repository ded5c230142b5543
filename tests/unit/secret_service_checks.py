"""Checks of the key store that need a session bus of their own; run as a script by test_credentials.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from erpai_desktop.credentials import Keeping, KeyStore
from erpai_desktop.errors import KeyringError

ADDRESS = "https://api.example.com"
FIRST, SECOND = SecretStr("sk-first-0123456789"), SecretStr("sk-second-0123456789")


def unlocked() -> None:
    """A key outlives the program, is replaced, and goes."""
    store = KeyStore()
    assert (store.state.keeping, store.state.name) == (Keeping.KEYRING, "Secret Service")
    assert store.get("a", address=ADDRESS) is None
    store.set("a", FIRST, address=ADDRESS)
    store.set("b", SECOND, address=ADDRESS)
    assert KeyStore().get("a", address=ADDRESS) == FIRST
    store.set("a", SECOND, address=ADDRESS)
    assert KeyStore().get("a", address=ADDRESS) == SECOND
    store.delete("a")
    store.delete("a")
    assert KeyStore().get("a", address=ADDRESS) is None
    assert KeyStore().get("b", address=ADDRESS) == SECOND


def locked() -> None:
    """A locked keyring gives nothing, takes nothing, and holds afterwards what it held before."""
    KeyStore().set("a", FIRST, address=ADDRESS)
    _lock()
    store = KeyStore()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: store.get("a", address=ADDRESS),
        lambda: store.set("a", SECOND, address=ADDRESS),
        lambda: store.delete("a"),
    )
    for attempt in attempts:
        try:
            attempt()
        except KeyringError as error:
            assert "Unlock it" in str(error)
        else:
            raise AssertionError("a locked keyring answered")
    _unlock()
    assert KeyStore().get("a", address=ADDRESS) == FIRST


def absent() -> None:
    """Without a keyring the key lives as long as the program, and the store says so."""
    store = KeyStore()
    store.set("a", FIRST, address=ADDRESS)
    assert store.state.keeping is Keeping.SESSION
    assert store.get("a", address=ADDRESS) == FIRST
    assert KeyStore().get("a", address=ADDRESS) is None
    for path in Path.home().rglob("*"):
        assert not path.is_file() or FIRST.get_secret_value().encode() not in path.read_bytes(), path


def _lock() -> None:
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.get_default_collection(connection).lock()


def _unlock() -> None:
    """As a person's sign-in does it: by the keyring's password, which is empty here."""
    import subprocess

    subprocess.run(
        ["gnome-keyring-daemon", "--replace", "--unlock", "--components=secrets"],
        input=b"\n",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    {"unlocked": unlocked, "locked": locked, "absent": absent}[sys.argv[1]]()
    sys.stdout.write(f"{sys.argv[1]}: as it should be\n")
