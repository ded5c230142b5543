"""Drives the real window offscreen through the main job; prints each step and leaves a picture of it in build/tour."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "tour"


def main() -> int:
    """Returns the exit status: 1 when a step did not happen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import SIZE, at_rest, save
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation
    from tools.main_job import MainJob

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)

    async def drive(desk: Desk) -> int:
        desk.shell.window.resize(*SIZE)
        await at_rest(desk)
        steps = MainJob(desk).steps()
        for number, step in enumerate(steps, start=1):
            try:
                seen = await step.do()
            except AssertionError as error:
                save(desk, FOLDER / f"{number:02}-failed.png")
                print(f"{number:2} {step.name}: DID NOT HAPPEN: {error}", flush=True)
                return 1
            name = f"{number:02}-{step.name.replace(' ', '-').replace('&', 'n').replace(',', '')}.png"
            save(desk, FOLDER / name)
            print(f"{number:2} {step.name}: {seen}", flush=True)
        print(f"The main job works: {len(steps)} steps, a picture of each in {FOLDER.relative_to(ROOT)}", flush=True)
        return 0

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tour.erpai"
        create_sample(WorkspaceLocation(path=path)).close()
        return open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)


if __name__ == "__main__":
    sys.exit(main())
