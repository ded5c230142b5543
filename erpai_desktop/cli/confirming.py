"""Asking before what cannot be undone: in a terminal by a question, in a script by the option --yes."""

from __future__ import annotations

import argparse
import sys

from erpai_desktop.errors import UserError


def confirm(asked: argparse.Namespace, question: str, *, safe: str) -> None:
    """Go on only if the person means it. Raises UserError, with `safe`, unless they do."""
    if asked.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise UserError(f"{question} Nobody is there to be asked.", safe=safe, advice="Say --yes to go on.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise UserError("It was not confirmed.", safe=safe)
