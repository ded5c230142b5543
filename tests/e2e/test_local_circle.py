"""The circle in the real window with a real small model: compiled to it, measured, deployed, asked, rolled back."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from PySide6.QtWidgets import QRadioButton

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import ProviderKind, QaType, Target
from erpai_desktop.models.ids import ModelId, ProviderId
from erpai_desktop.services import compilations_reading, providers, qas, tree
from erpai_desktop.services.users import enter, os_user
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.compilations.compile_page import CompilePage
from erpai_desktop.views.compilations.evaluate_again import EvaluateAgain
from erpai_desktop.views.compilations.evaluate_dialog import EvaluateDialog
from erpai_desktop.workers import answering
from tests.e2e.driving import at_the_window
from tests.model_file import MODEL_FILE, needs_llama
from tests.waiting import eventually

Fail: Any = fail.Keyring
QUESTION, ANSWER = "How long is the warranty on a tent?", "Three years from the day of purchase."


def _shop(path: Path) -> ModelId:
    """A model with a few rows, one validation question, and a model file as its provider."""
    with contextlib.closing(open_database(WorkspaceLocation(path=path))) as database:
        person = os_user()
        enter(database, login=person.login, name=person.name)
        model_id = ModelId(database.write(tree.add_model, names={"en": "Shop"}).new(Entity.MODEL))
        for question, answer in ((QUESTION, ANSWER), ("Where is the head office?", "In Plovdiv, 12 River Street.")):
            database.write(qas.add_qa, model_id=model_id, section="General", question=question, answer=answer)
        database.write(
            qas.add_qa,
            model_id=model_id,
            section="General",
            question="tent warranty?",
            answer=ANSWER,
            qa_type=QaType.VALIDATION,
        )
        changes = database.write(
            providers.add_provider,
            names={"en": "On this machine"},
            kind=ProviderKind.LOCAL,
            base_model_name="SmolLM2",
            model_file=str(MODEL_FILE),
        )
        # So small a model answers as it pleases: whatever it scores, it is to be deployed.
        database.write(
            tree.update_model,
            model_id=model_id,
            object_version=None,
            provider_id=ProviderId(changes.new(Entity.PROVIDER)),
            activation_margin=1.0,
        )
    return model_id


def _active(desk: Desk, model_id: ModelId) -> int:
    return desk.session.database.read(compilations_reading.active_version, model_id=model_id).number


async def _compile(desk: Desk, model_id: ModelId, target: str) -> None:
    desk.pages.open_compile(model_id)
    await at_rest(desk)
    page = desk.shell.window.tabs.page(f"compile:{model_id}")
    assert isinstance(page, CompilePage)
    await eventually(lambda: page._plan is not None)
    next(choice for choice in page.findChildren(QRadioButton) if choice.text() == target).click()
    await eventually(lambda: page._button.isEnabled())
    page.compile()
    await at_rest(desk)


@needs_llama
async def test_compiled_measured_deployed_asked_and_rolled_back(
    qtbot: Any, empty_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Fail)
    monkeypatch.setattr(answering, "SMALL", dataclasses.replace(answering.SMALL, max_output_tokens=24))
    model_id = _shop(empty_file)

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        await _compile(desk, model_id, "Built-in")
        await _compile(desk, model_id, "Grounded")
        assert _active(desk, model_id) == 2
        grounded = desk.session.database.read(compilations_reading.active_version, model_id=model_id)
        assert grounded.target is Target.GROUNDED

        # Evaluated again from its page, with itself as the judge.
        page = desk.pages.open_model(model_id, "evaluation")
        assert page is not None
        await at_rest(desk)
        again = page.findChild(EvaluateAgain)
        assert again is not None and again.isEnabled()
        again.click()
        dialog = again.findChild(EvaluateDialog)
        assert dialog is not None
        await eventually(lambda: dialog.judge.count() == 2)
        dialog.judge.setCurrentIndex(1)
        await eventually(dialog._go.isEnabled)
        dialog._go.click()
        await at_rest(desk)
        details = desk.session.database.read(
            compilations_reading.compilation_details, compilation_id=grounded.compilation_id
        )
        assert details.judge and "Compare the answer" in details.rubric

        desk.chat.begin(model_id)
        desk.chat.ask(QUESTION)
        await at_rest(desk)
        answer = desk.chat.message_list.messages[-1]
        assert answer.version == 2

        desk.versions.roll_back(model_id)
        await at_rest(desk)
        assert _active(desk, model_id) == 1
        desk.chat.ask(QUESTION)
        await at_rest(desk)
        rolled_back = desk.chat.message_list.messages[-1]
        assert (rolled_back.version, rolled_back.contents) == (1, ANSWER)

    await at_the_window(empty_file, tmp_path, drive)
