"""The option by which commands take a provider's key."""

from __future__ import annotations

from typing import Protocol


class _TakesOptions(Protocol):
    def add_argument(self, name: str, *, action: str, help: str) -> object: ...  # noqa: A002 - argparse's own name


def key_option(parser: _TakesOptions, *, stores: bool = False) -> None:
    """Let a command take a key from standard input: to keep it, or for one run."""
    parser.add_argument(
        "--key-stdin",
        action="store_true",
        help="read the key from standard input and keep it in the keyring"
        if stores
        else "read the provider's key from standard input and use it for this run only",
    )
