"""Renders the dock's states into build/chat/, light and dark: python -m tests.views.chat.pictures."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from erpai_desktop.ai.answerer import Source
from erpai_desktop.errors import EngineError
from erpai_desktop.models.enums import Grounding
from erpai_desktop.services.users import join
from erpai_desktop.services.workspace import create_sample
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.views.look.theme import Mode, Theme
from erpai_desktop.workers.runner import Runner
from tests.views.chat.stage import Stage, answered, refused, some_source
from tests.views.gallery import window
from tests.waiting import settled

CORRECTION = "That is Instagram. LinkedIn is twice a week, one thought-leadership and one case study."


async def _ask(stage: Stage, text: str) -> None:
    stage.dock.ask(text)
    await settled(stage.runner)


async def _marks(stage: Stage, source: Source) -> None:
    stage.dock.new_conversation()
    text = "LinkedIn is twice a week: one thought-leadership post and one case study."
    stage.answering.answers.update(
        {
            "Cited?": answered(text, sources=[source], grounding=Grounding.CITED),
            "Uncited?": answered(text, grounding=Grounding.UNCITED, note="It names no row of the curated knowledge."),
            "Doubted?": answered(text, sources=[source], grounding=Grounding.UNCITED, note="They do not say “2”."),
            "Failed?": answered(text, sources=[source], grounding=Grounding.FALLBACK, note="The provider failed."),
            "Learned?": answered(text, grounding=Grounding.LEARNED),
        }
    )
    for question in ("Cited?", "Uncited?", "Doubted?", "Failed?", "Learned?"):
        await _ask(stage, question)


async def _draw(app: QApplication, mode: Mode, folder: Path, out: Path) -> None:
    database = create_sample(WorkspaceLocation(path=folder / f"{mode}.erpai"))
    database.actor = database.write(join, login="tester", name="Tester")
    runner = Runner(database)
    theme = Theme(app, mode=mode)
    theme.icons.load()

    async def shot(stage: Stage, name: str, width: int = 1280, height: int = 800) -> None:
        shell.resize(width, height)
        shell.reset_layout()
        await settled(runner)
        for _ in range(8):
            await asyncio.sleep(0.01)
        shell.grab().save(str(out / f"{name}-{mode}-{width}.png"))

    stage = Stage(runner, theme, compiled=False, model="Marketing AI")
    shell = window(theme, folder)
    shell.set_chat(stage.dock, title="Chat", buttons=stage.dock.header_buttons)
    stage.dock.title_changed.connect(shell.set_chat_title)
    stage.show_tree()
    shell.show()
    await shot(stage, "uncompiled")
    compiled = Stage(runner, theme, model="Marketing AI")
    shell.set_chat(compiled.dock, title="Chat", buttons=compiled.dock.header_buttons)
    compiled.dock.title_changed.connect(shell.set_chat_title)
    stage = compiled
    stage.show_tree()
    await shot(stage, "welcome")
    source = database.read(some_source, model_id=stage.model_id)
    stage.answering.answers.update(
        {
            "How often should we post on LinkedIn?": answered(
                "Instagram four times a week: two lifestyle, one educational, one product.", sources=[source]
            ),
            CORRECTION: refused(
                "Which metrics decide if a campaign went well?",
                "What is our rule about hashtags in a caption, and who decides it in the end?",
                "Who approves a post about a recall?",
            ),
            "Explain it with a table": answered(
                "# Plan\n\nWe post **often**, see `plan.csv`:\n\n| Channel | Posts |\n|---|---|\n| Instagram | 4 |\n"
                "| LinkedIn | 2 |\n\n- never on Sunday\n- *always* with a picture\n\n"
                "```\npython -m plan --week 14\n```\n",
                confidence=0.62,
                sources=[source, source],
            ),
            "What about TikTok?": EngineError("The answering process did not reply.", advice="Ask again."),
        }
    )
    for text in ("How often should we post on LinkedIn?", CORRECTION):
        await _ask(stage, text)
    await shot(stage, "conversation")
    await shot(stage, "conversation", 1024, 700)
    ids = [message.id for message in stage.dock.message_list.messages]
    stage.dock.message_list.tick(ids[0])
    stage.dock.message_list.tick(ids[2])
    await shot(stage, "ticked")
    stage.dock.train()
    await shot(stage, "train")
    await shot(stage, "train", 1024, 700)
    stage.dock.train_panel._add_turn()
    await shot(stage, "train-problem")
    stage.dock.train_panel._remove(stage.dock.train_panel.rows[-1])
    stage.dock.train_panel._on_confirm()
    await settled(runner)
    stage.show_tree()
    await shot(stage, "taught")
    await _ask(stage, "Explain it with a table")
    await shot(stage, "markdown")
    await _ask(stage, "What about TikTok?")
    stage.dock._composer.set_text("A question that is long enough to need several lines in the field, so that it grows")
    await shot(stage, "failed")
    await _marks(stage, source)
    await shot(stage, "marks")
    stage.answering.gate = asyncio.Event()
    stage.dock.new_conversation()
    stage.answering.says = (
        "Posting follows a **plan**:\n\n- Instagram four times a week\n- LinkedIn twice\n\nAnd the plan is"
    )
    stage.dock.ask("How often do we post?")
    for _ in range(30):
        await asyncio.sleep(0.01)
    shell.grab().save(str(out / f"streaming-{mode}-1280.png"))
    stage.dock.stop()
    await settled(runner)
    stage.answering.says = ""
    stage.dock.new_conversation()
    stage.dock.ask("How long does it take?")
    for _ in range(30):
        await asyncio.sleep(0.01)
    shell.grab().save(str(out / f"waiting-{mode}-1280.png"))
    stage.dock.stop()
    await shot(stage, "stopped")
    for text in ("Колко често пускаме публикации?", "Who signs a 20 % discount for a dealer in the north?"):
        stage.answering.gate = None
        stage.dock.new_conversation()
        await _ask(stage, text)
    stage.dock.show_history()
    await shot(stage, "history")
    await runner.close()
    shell.close()
    database.close()


def main() -> None:
    """Draw both schemes."""
    app = QApplication(sys.argv)
    out = Path("build/chat")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, QEventLoop(app) as loop:
        for mode in ("light", "dark"):
            loop.run_until_complete(_draw(app, mode, Path(folder), out))


if __name__ == "__main__":
    main()
