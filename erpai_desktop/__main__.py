"""The way in: arguments, then the window or the command line. Nothing heavy is imported at module level."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from multiprocessing import freeze_support


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    from erpai_desktop.cli.main import in_one_line, run_command
    from erpai_desktop.cli.parser import make_parser

    asked = make_parser().parse_args(arguments)
    if asked.command is not None:
        return run_command(asked)
    if asked.screenshot is not None:
        from erpai_desktop.app.screenshots import save_screenshots

        return in_one_line(lambda: save_screenshots(asked.workspace, asked.screenshot))
    from erpai_desktop.app.main import main as open_window

    return in_one_line(lambda: open_window(workspace=asked.workspace))


if __name__ == "__main__":
    # A frozen program starts its child processes through this very file: they must turn off here.
    freeze_support()
    sys.exit(main())
