"""The way in: arguments, then the window or the command line. Nothing heavy is imported at module level."""

from __future__ import annotations

import sys
from multiprocessing import freeze_support


def main() -> int:
    """Run the program; returns the exit status."""
    from erpai_desktop.cli import main as run

    return run()


if __name__ == "__main__":
    # A frozen program starts its child processes through this very file: they must turn off here.
    freeze_support()
    sys.exit(main())
