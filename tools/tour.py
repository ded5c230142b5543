"""Drives the real window through the main job; prints each step and leaves a picture of it in build/tour.

Offscreen by default. With --x on a real X server, with mouse and keyboard events that go through the server:
`xvfb-run -a -s "-screen 0 1280x800x24" .venv/bin/python -m tools.tour --x`. With --local it is the circle with a model
file on this machine instead of the main job.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("ERPAI_TOUR_FOLDER", ROOT / "build" / "tour"))


def main(*, on_x: bool = False, local: bool = False) -> int:
    """Returns the exit status: 1 when a step did not happen."""
    os.environ["QT_QPA_PLATFORM"] = "xcb" if on_x else "offscreen"
    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import SIZE, at_rest, save, without_chatter
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation
    from tests.model_file import MODEL_FILE
    from tests.person import Person
    from tools.local_circle import LocalCircle
    from tools.main_job import MainJob
    from tools.x_person import XPerson

    without_chatter()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)

    async def drive(desk: Desk) -> int:
        window = desk.shell.window
        window.resize(*SIZE)
        await at_rest(desk)
        person = Person(window)
        if on_x:
            window.move(0, 0)
            person = XPerson(window)
            person.take_the_keyboard()
            await at_rest(desk)
        steps = LocalCircle(desk, MODEL_FILE, person).steps() if local else MainJob(desk, person).steps()
        for number, step in enumerate(steps, start=1):
            try:
                seen = await step.do()
            except AssertionError as error:
                save(desk, FOLDER / f"{number:02}-failed.png")
                print(f"{number:2} {step.name}: DID NOT HAPPEN: {error}", flush=True)
                return 1
            # Pages follow a change a moment later, as they do for a person.
            await asyncio.sleep(0.3)
            await at_rest(desk)
            name = step.name.replace(" ", "-").replace("&", "n").replace(",", "")
            save(desk, FOLDER / f"{number:02}-{name}.png")
            print(f"{number:2} {step.name}: {seen}", flush=True)
        what = "circle with a model file" if local else "main job"
        print(f"The {what} works: {len(steps)} steps, a picture of each in {os.path.relpath(FOLDER)}", flush=True)
        return 0

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tour.erpai"
        create_sample(WorkspaceLocation(path=path)).close()
        return open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)


if __name__ == "__main__":
    sys.exit(main(on_x="--x" in sys.argv[1:], local="--local" in sys.argv[1:]))
