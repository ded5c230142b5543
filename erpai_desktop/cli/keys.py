"""Keys on the command line: read from standard input, never an argument or a variable of the environment."""

from __future__ import annotations

import argparse
import getpass
import sys

from pydantic import SecretStr

from erpai_desktop.credentials import KEY_LIMIT, KeyStore, key_from_text
from erpai_desktop.models.ids import ModelId
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


def lend_key_for_model(asked: argparse.Namespace, keys: KeyStore, database: Database, model_id: ModelId) -> None:
    """Use the key of this run for the providers that a model works with: its active version's and its own.

    Both get it only where they have the same address. Raises InvalidInputError, NotFoundError.
    """
    key = key_from_stdin(asked)
    if key is None:
        return
    setups = [
        database.read(providers_reading.provider_setup, provider_id=provider_id)
        for provider_id in database.read(providers_reading.providers_of_model, model_id=model_id)
    ]
    for setup in setups:
        if setup.key_address == setups[0].key_address:
            keys.lend(setup.key_entry, key, address=setup.key_address)
