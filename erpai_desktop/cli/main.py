"""Parses, opens the workspace, runs one command, and turns every failure into one line and exit status 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from erpai_desktop.cli.parser import make_parser
from erpai_desktop.errors import ErpAiError

if TYPE_CHECKING:
    from erpai_desktop.storage.location import WorkspaceLocation

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments say; returns the exit status."""
    asked = make_parser().parse_args(arguments)
    try:
        if asked.command is None:
            return _window(asked)
        from erpai_desktop.cli.commands import run

        run(asked, _location(asked.workspace))
    except (ErpAiError, OSError) as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("stopped; nothing half done is kept")
        return FAILED
    return 0


def _window(asked: argparse.Namespace) -> int:
    if asked.screenshot is not None:
        import os

        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from erpai_desktop.app.screenshots import save_screenshots

        return save_screenshots(asked.workspace, asked.screenshot)
    from erpai_desktop.app import main as open_window

    return open_window(workspace=asked.workspace)


def _location(workspace: str | None) -> WorkspaceLocation:
    from erpai_desktop.settings import data_folder, load_settings
    from erpai_desktop.storage.location import parse_location

    return parse_location(workspace or load_settings().workspace or str(data_folder() / "workspace.erpai"))


def _complain(text: str) -> None:
    # One line, whatever a file's name or a row's text brings in.
    sys.stderr.write("erpai-desktop: " + " ".join(text.split()) + "\n")
