"""Makes the pictures of the documents: the sample company after the main job, light and dark, into docs/images."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images"


def main() -> int:
    """Returns the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLineEdit

    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import SIZE, at_rest, save, without_chatter
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation
    from erpai_desktop.views.look.theme import Mode
    from tests.person import Person
    from tools.main_job import MODEL, MainJob

    async def drive(desk: Desk) -> int:
        window = desk.shell.window
        window.resize(*SIZE)
        await at_rest(desk)
        for step in MainJob(desk).steps():
            await step.do()
            if step.name.startswith("tick"):
                save(desk, FOLDER / "train-ai.png")
            if step.name.startswith("plan"):
                save(desk, FOLDER / "compile-plan.png")
        model_id = next(node.id for node in desk.pages.snapshot.nodes if node.name == MODEL)
        modes: tuple[Mode, ...] = ("light", "dark")
        for mode in modes:
            desk.shell.theme.set_mode(mode)
            while window.notices.current is not None:
                window.notices.dismiss()
            for page in ("overview", "qas", "conversations", "compilations", "evaluation", "knowledge"):
                opened = desk.pages.open_model(model_id, page)
                await at_rest(desk)
                if page == "qas" and opened is not None:
                    person = Person(window)
                    search = person.find(QLineEdit, inside=opened.current_widget())
                    person.type(search, "post")
                    person.press(Qt.Key.Key_Return, on=search)
                    await at_rest(desk)
                save(desk, FOLDER / f"{page}-{mode}.png")
            desk.pages.open_compile(model_id)
            await at_rest(desk)
            save(desk, FOLDER / f"compile-{mode}.png")
        return 0

    without_chatter()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.erpai"
        create_sample(WorkspaceLocation(path=path)).close()
        return open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
