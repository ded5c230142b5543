"""The bin: what may be restored depends on who asks."""

from __future__ import annotations

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ChatId, QaId
from erpai_desktop.services import chats, qas
from erpai_desktop.storage.database import Database
from erpai_desktop.views.bin.page import BinPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import model_named
from tests.waiting import settled


def fill(database: Database) -> None:
    """A Q&A and the person's own chat."""
    model_id = model_named(database, "Marketing AI")
    added = database.write(qas.add_qa, model_id=model_id, section="Social", question="Who?", answer="We.")
    database.write(qas.delete_qas, qa_ids=[QaId(added.new(Entity.QA))])
    chat = ChatId(database.write(chats.start_chat, model_id=model_id).new(Entity.CHAT))
    database.write(chats.delete_chat, chat_id=chat)


@pytest.mark.parametrize(("role", "restores_qas"), [(Role.STAFF, False), (Role.TRAINER, True)])
async def test_what_needs_another_role_cannot_be_restored(
    runner: Runner, theme: Theme, role: Role, restores_qas: bool
) -> None:
    fill(runner.database)
    assert runner.database.actor is not None
    page = BinPage(runner, theme, runner.database.actor.user_id, role=role)
    page.show()
    await settled(runner)
    can = {}
    for place, item in enumerate(page._items.items):
        page._table.selectRow(place)
        can[item.kind] = page._restore.isEnabled()
    assert can == {Entity.CHAT: True, Entity.QA: restores_qas}
    page._table.selectAll()
    assert page._restore.isEnabled() is restores_qas
    if not restores_qas:
        assert "Only trainers and administrators" in page._restore.toolTip()
        page.restore_selected()
        await settled(runner)
        assert len(page._items.items) == len(can)
    page.close()
    page.deleteLater()
