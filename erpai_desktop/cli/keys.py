"""Keys on the command line: read from standard input, never an argument or a variable of the environment."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from contextlib import suppress

from pydantic import SecretStr

from erpai_desktop.credentials import KEY_LIMIT, KeyStore, key_from_text
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import ProviderSetup
from erpai_desktop.services import providers_reading
from erpai_desktop.storage.database import Database


def key_from_stdin(asked: argparse.Namespace) -> SecretStr | None:
    """The key that was handed over for this run, None where `--key-stdin` was not given.

    In a terminal it is asked for and not shown; else the first line is taken. Raises InvalidInputError.
    """
    if not getattr(asked, "key_stdin", False):
        return None
    if sys.stdin is not None and sys.stdin.isatty():
        return key_from_text(getpass.getpass("Key: "))
    return key_from_text(sys.stdin.readline(2 * KEY_LIMIT))


def lend_key(asked: argparse.Namespace, keys: KeyStore, setup: ProviderSetup) -> None:
    """Use the key of this run, if one was handed over, for a provider. Raises InvalidInputError."""
    key = key_from_stdin(asked)
    if key is not None:
        keys.lend(setup.key_entry, key, address=setup.key_address)


def lend_key_to(
    asked: argparse.Namespace, keys: KeyStore, database: Database, provider_ids: Sequence[ProviderId | None]
) -> None:
    """Use the key of this run for the providers that a command speaks to, the one that it is for in front.

    The others get it only where they have the same address. None and providers without an address are passed over.
    Raises InvalidInputError.
    """
    key = key_from_stdin(asked)
    if key is None:
        return
    setups: list[ProviderSetup] = []
    for provider_id in provider_ids:
        # That one is gone is told by whatever is about to speak to it, if that cannot do without.
        with suppress(NotFoundError):
            if provider_id is not None:
                setups.append(database.read(providers_reading.provider_setup, provider_id=provider_id))
    addressed = [setup for setup in setups if setup.key_address]
    for setup in addressed:
        if setup.key_address == addressed[0].key_address:
            keys.lend(setup.key_entry, key, address=setup.key_address)
