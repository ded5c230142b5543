"""Keys of providers, in the operating system's keyring and nowhere else; without one, in memory for the session."""

from __future__ import annotations

import contextlib
import enum
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from pydantic import SecretStr

from erpai_desktop.errors import InvalidInputError, KeyMissingError, KeyringError, Problem
from erpai_desktop.secrecy import keep_secret

SERVICE: Final = "erpai-desktop"
"""What the keyring files our entries under; the entry itself is called by the provider's id."""

KEY_LIMIT: Final = 4_096
"""Characters of a key; longer ones are something else that was pasted by mistake."""

_SHOWN: Final = 4
_SHORTEST_SHOWN: Final = 12
"""Characters from which on a key's last four may be seen: of a shorter one they would be too much of it."""

# By module and class: a back end that merely looks like one of these is none. keyrings.alt, which keeps keys in
# plain files, and keyring's own null and fail are not among them.
_KNOWN: Final = {
    ("keyring.backends.SecretService", "Keyring"): "Secret Service",
    ("keyring.backends.libsecret", "Keyring"): "Secret Service",
    ("keyring.backends.kwallet", "DBusKeyring"): "KWallet",
    ("keyring.backends.kwallet", "DBusKeyringKWallet4"): "KWallet",
    ("keyring.backends.macOS", "Keyring"): "macOS Keychain",
    ("keyring.backends.Windows", "WinVaultKeyring"): "Windows Credential Manager",
}
_CHAINER: Final = ("keyring.backends.chainer", "ChainerBackend")


class Backend(Protocol):
    """The part of a `keyring` back end that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, None when there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a secret over the one before."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a secret."""
        ...


class Keeping(enum.StrEnum):
    """How long keys are kept."""

    KEYRING = "keyring"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class KeyringState:
    """Where keys lie. `name` is the keyring's, empty without one."""

    keeping: Keeping
    name: str = ""


class KeyStore:
    """Keys by entry, each bound to the address it was pasted for. Every method may block: call it in a thread.

    The keyring is looked for at the first use. A key is handed out for its own address only: a workspace that comes
    from elsewhere, or was changed by somebody else, cannot send it to another server. A locked keyring raises
    KeyringError; nothing is then kept anywhere else in its place, and nothing overwritten.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_found = False
        self._backend: Backend | None = None
        self._name = ""
        self._session: dict[str, _Kept] = {}
        self._versions: dict[str, int] = {}

    @property
    def state(self) -> KeyringState:
        """Where keys are kept."""
        with self._lock:
            self._find()
            return KeyringState(Keeping.KEYRING, self._name) if self._backend else KeyringState(Keeping.SESSION)

    def version(self, entry: str) -> int:
        """Counts up whenever an entry is written or removed in this program. Never blocks."""
        return self._versions.get(entry, 0)

    def get(self, entry: str, *, address: str) -> SecretStr | None:
        """The key of an entry, None when there is none here.

        Raises KeyMissingError when it was pasted for another address, KeyringError.
        """
        with self._lock:
            kept = self._session.get(entry) or self._read(entry)
        if kept is None:
            return None
        if kept.address != address:
            raise KeyMissingError(
                f"The key kept here was pasted for {kept.address}, but the provider's address is now {address}.",
                safe="It was not sent there.",
                advice="Paste the key again if you trust the new address.",
            )
        return kept.key

    def set(self, entry: str, key: SecretStr, *, address: str) -> None:
        """Keep a key for this address, instead of the one before. Raises KeyringError."""
        kept = _Kept(key, address)
        with self._lock:
            self._find()
            if self._backend is None:
                self._session[entry] = kept
            else:
                with _translated():
                    self._backend.set_password(SERVICE, entry, kept.packed())
                self._session.pop(entry, None)
            self._count(entry)

    def lend(self, entry: str, key: SecretStr, *, address: str) -> None:
        """Use a key until the program ends, without storing it; it goes before the one in the keyring."""
        with self._lock:
            self._session[entry] = _Kept(key, address)
            self._count(entry)

    def delete(self, entry: str) -> None:
        """Forget a key; one that is not there is no error. Raises KeyringError."""
        with self._lock:
            self._session.pop(entry, None)
            self._count(entry)
            self._find()
            if self._backend is not None:
                with _translated():
                    # Asked first: some back ends say "no such entry" and "cancelled" by the same error.
                    if self._backend.get_password(SERVICE, entry) is not None:
                        self._backend.delete_password(SERVICE, entry)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _read(self, entry: str) -> _Kept | None:
        self._find()
        if self._backend is None:
            return None
        with _translated():
            packed = self._backend.get_password(SERVICE, entry)
        return None if packed is None else _unpacked(packed)

    def _count(self, entry: str) -> None:
        self._versions[entry] = self._versions.get(entry, 0) + 1

    def _find(self) -> None:
        if not self._is_found:
            self._backend, self._name = _os_keyring()
            self._is_found = True


def key_from_text(text: str) -> SecretStr:
    """A pasted key, without the spaces around it. Raises InvalidInputError, which never holds the text."""
    key = text.strip()
    problem = ""
    if not key:
        problem = "is empty"
    elif len(key) > KEY_LIMIT:
        problem = f"has {len(key):,} characters: this is no key"
    elif not (key.isascii() and key.isprintable()) or " " in key:
        problem = "has spaces, line breaks or letters that no key has: copy it again"
    if problem:
        raise InvalidInputError("This key cannot be used.", problems=[Problem(problem, "key")])
    secret = SecretStr(key)
    keep_secret(secret)
    return secret


def masked(key: SecretStr) -> str:
    """What may be seen of a key: its last four characters."""
    text = key.get_secret_value()
    return "••••" + (text[-_SHOWN:] if len(text) >= _SHORTEST_SHOWN else "")


@dataclass(frozen=True, slots=True)
class _Kept:
    key: SecretStr
    address: str

    def __post_init__(self) -> None:
        keep_secret(self.key)

    def packed(self) -> str:
        return json.dumps({"address": self.address, "key": self.key.get_secret_value()})


def _unpacked(packed: str) -> _Kept | None:
    """None for an entry that this program has not written: which address it is for is not known."""
    try:
        value = json.loads(packed)
        return _Kept(SecretStr(str(value["key"])), str(value["address"]))
    except (ValueError, KeyError, TypeError):
        return None


def _os_keyring() -> tuple[Backend | None, str]:
    """The operating system's keyring and its name, or none."""
    import keyring

    try:
        chosen: Any = keyring.get_keyring()
    except Exception:  # A back end named in a person's configuration that does not exist or work: anything.
        return None, ""
    # The chainer would pass a key on to whichever of its members takes it.
    for member in chosen.backends if _kind(chosen) == _CHAINER else (chosen,):
        name = _KNOWN.get(_kind(member))
        if name is not None:
            return cast("Backend", member), name
    return None, ""


def _kind(backend: object) -> tuple[str, str]:
    return type(backend).__module__, type(backend).__qualname__


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turns whatever a back end raises into a KeyringError; each raises errors of its own, some undocumented."""
    try:
        yield
    except Exception as error:
        raise KeyringError(
            "The keyring of this computer is locked, or did not answer.",
            safe="Nothing in it was changed.",
            advice="Unlock it (sign in, or open the system's password manager) and try again.",
        ) from error
