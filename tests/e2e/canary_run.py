"""One full run with a canary for a key, in a process of its own; test_canary_key.py then looks for the canary.

Called with a folder and the provider's address; the right key and a wrong one come as two lines on standard input.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QCoreApplication

from erpai_desktop.changes import Entity
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output
from erpai_desktop.credentials import key_from_text
from erpai_desktop.errors import ErpAiError
from erpai_desktop.logs.program_log import program_log
from erpai_desktop.models.enums import ProviderKind, QaType, Target
from erpai_desktop.models.ids import ChatId, ModelId, ProviderId
from erpai_desktop.services import chats, providers, providers_reading, qa_transfer, qas, tree, workspace
from erpai_desktop.services.users import enter
from erpai_desktop.settings import load_settings, save_settings
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.views.parts.error_dialog import report_of
from erpai_desktop.workers.ask import ask
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.providers.check_provider import check_provider
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.providers.provider_keys import keep_key, key_state
from erpai_desktop.workers.threads import in_a_thread


class Run:
    """What the run works on; everything that it leaves behind lies in `folder`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        # As one of the program's own: what it says at DEBUG is written into the program's log too.
        self.log = logging.getLogger("erpai_desktop.canary")
        self.database: Database = workspace.create(WorkspaceLocation(path=folder / "canary.erpai"), name="Canary")
        enter(self.database, login="tester")
        self.job = ConsoleJob(self.database, Output(as_json=True))
        self.connections = Connections()
        self.engine = EngineProcess(folder / "cache")
        self.model_id = self._model()
        fields: dict[str, Any] = {"kind": ProviderKind.OPENAI, "base_model_name": "gpt-test", "base_url": url}
        added = self.database.write(providers.add_provider, names={"en": "Lab"}, **fields)
        self.provider_id = ProviderId(added.new(Entity.PROVIDER))
        self.database.write(
            tree.update_model, model_id=self.model_id, object_version=None, provider_id=self.provider_id
        )

    def _model(self) -> ModelId:
        model_id = ModelId(self.database.write(tree.add_model, names={"en": "Shop"}).new(Entity.MODEL))
        for question, answer, kind in (
            ("What are your opening hours?", "Nine to five.", QaType.TRAINING),
            ("Where is the office?", "In Plovdiv.", QaType.TRAINING),
            ("When do you open?", "Nine to five.", QaType.VALIDATION),
        ):
            self.database.write(
                qas.add_qa, model_id=model_id, section="Shop", question=question, answer=answer, qa_type=kind
            )
        return model_id

    async def go(self, right: str, wrong: str) -> None:
        await keep_key(self.job, connections=self.connections, provider_id=self.provider_id, text=right)
        self.say(await key_state(self.job, connections=self.connections, provider_id=self.provider_id))
        await check_provider(self.job, connections=self.connections, provider_id=self.provider_id)
        await self.compile(Target.GROUNDED)
        await self.ask("What are your opening hours?")
        trainer = await self.connections.trainer(self.job, provider_id=self.provider_id)
        file = self.folder / "training.jsonl"
        file.write_text('{"messages": []}\n')
        self.say(await trainer.upload(file, name="training.jsonl"))
        await trainer.close()
        await in_a_thread(self.look_at_processes)
        # A key that the provider refuses, and repeats in its answer.
        await keep_key(self.job, connections=self.connections, provider_id=self.provider_id, text=wrong)
        await self.fails(check_provider(self.job, connections=self.connections, provider_id=self.provider_id))
        await self.ask("Where is the office?")
        trainer = await self.connections.trainer(self.job, provider_id=self.provider_id)
        await self.fails(trainer.upload(file, name="training.jsonl"))
        await trainer.close()
        self.break_down(wrong)
        self.say(self.database.read(providers_reading.provider_details, provider_id=self.provider_id))
        self.say(self.connections, self.connections.keys, vars(self.connections), vars(self.connections.keys))

    async def compile(self, target: Target) -> None:
        await compile_model(
            self.job,
            model_id=self.model_id,
            target=target,
            cache_folder=self.folder / "cache",
            connections=self.connections,
            engine=self.engine,
        )

    async def ask(self, question: str) -> None:
        chat = ChatId(self.database.write(chats.start_chat, model_id=self.model_id).new(Entity.CHAT))
        self.say(await ask(self.job, engine=self.engine, chat_id=chat, text=question, connections=self.connections))

    async def fails(self, doing: object) -> None:
        assert asyncio.iscoroutine(doing)
        try:
            await doing
        except ErpAiError as error:
            self.log.exception("as it should")
            self.say(report_of(error), str(error), repr(error))
            traceback.print_exc()
        else:
            raise AssertionError("it should have failed")

    def break_down(self, text: str) -> None:
        """A mistake of the program itself while it holds a key: the report is what a person sends on."""
        key = key_from_text(text)

        def broken(held: object) -> None:
            raise RuntimeError(f"a mistake with {held!r} and {held}")

        try:
            broken(key)
        except RuntimeError as error:
            self.log.exception("a mistake")
            self.say(report_of(error))
            trace = traceback.TracebackException.from_exception(error, capture_locals=False)
            self.say("".join(trace.format()))

    def leave(self) -> None:
        """What a person takes away or hands on."""
        workspace.backup(self.database, self.folder / "backup.erpai")
        self.database.read(qa_transfer.export_qas, model_id=self.model_id, path=self.folder / "export.csv")
        save_settings(load_settings().model_copy(update={"workspace": str(self.folder / "canary.erpai")}))
        # The journal is emptied when the workspace is closed.
        for name in ("canary.erpai-wal", "canary.erpai-shm"):
            shutil.copy(self.folder / name, self.folder / f"{name}.copy")

    def look_at_processes(self) -> None:
        """Arguments and environment of this process and of all its children."""
        own = psutil.Process()
        children = own.children(recursive=True)
        assert children, "the engine's process should run"
        with (self.folder / "processes").open("wb") as file:
            for process in (own, *children):
                for name in ("cmdline", "environ"):
                    file.write(Path(f"/proc/{process.pid}/{name}").read_bytes())

    def say(self, *things: object) -> None:
        for thing in things:
            sys.stdout.write(f"{thing!r}\n{thing}\n")
            self.log.debug("%r %s", thing, thing)


async def _all(run: Run, right: str, wrong: str) -> None:
    try:
        await run.go(right, wrong)
        run.leave()
    finally:
        await run.engine.close()
        await run.connections.close()
        run.database.close()


def main(arguments: list[str], read: Callable[[], str] = sys.stdin.readline) -> None:
    """Do it all."""
    folder = Path(arguments[0])
    logging.basicConfig(filename=folder / "debug.log", level=logging.DEBUG)
    save_settings(load_settings().model_copy(update={"log_level": "debug"}))
    with program_log("window"):
        _run(arguments, read)


def _run(arguments: list[str], read: Callable[[], str]) -> None:
    folder = Path(arguments[0])
    for name in ("openai", "httpx2", "httpcore2", "keyring", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    right, wrong = read().strip(), read().strip()
    asyncio.run(_all(Run(folder, arguments[1]), right, wrong), debug=False)
    assert QCoreApplication.instance() is None
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(sys.argv[1:])
