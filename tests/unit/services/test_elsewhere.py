"""What other windows changed: by revision, without our own actions."""

from __future__ import annotations

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ActionId, ModelId
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services import qa_transfer, tree
from erpai_desktop.services.elsewhere import changes_since, newest_revision
from erpai_desktop.storage.database import Database


def test_only_what_came_later_and_from_elsewhere_is_told(empty: Database) -> None:
    tree_changes = empty.write(tree.add_model, names={"en": "Before"})
    revision = empty.read(newest_revision)
    ours = empty.write(tree.add_model, names={"en": "Ours"})
    theirs = empty.write(tree.add_model, names={"en": "Theirs"})
    assert ours.action_id is not None
    news = empty.read(changes_since, revision=revision, own_actions=frozenset({ActionId(ours.action_id)}))
    assert news.revision == empty.read(newest_revision) > revision
    assert news.changes.of(Entity.MODEL) == {theirs.new(Entity.MODEL)}
    assert news.changes.created[Entity.MODEL] == {theirs.new(Entity.MODEL)}
    assert not tree_changes.of(Entity.MODEL) & news.changes.of(Entity.MODEL)


def test_an_import_is_told_by_its_model_and_nothing_new_is_no_news(empty: Database) -> None:
    model_id = ModelId(empty.write(tree.add_model, names={"en": "Sales"}).new(Entity.MODEL))
    revision = empty.read(newest_revision)
    rows = [NewQa(f"Question {n}?", "Answer", "General", QaType.TRAINING, False) for n in range(20)]
    empty.write(qa_transfer.import_qas, model_id=model_id, rows=rows)
    news = empty.read(changes_since, revision=revision, own_actions=frozenset())
    assert news.changes.touches(Entity.QA)
    assert news.changes.owners == {model_id}
    assert not empty.read(changes_since, revision=news.revision, own_actions=frozenset()).changes
