"""What the tests of a model's pages stand on: widgets on show, versions without building, a walk over controls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import orjson
import pytest
from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.dataset import manifest_json
from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import JobState, QaType, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations
from erpai_desktop.services.knowledge import hash_of, read_knowledge
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.runner import Runner
from tests.waiting import settled

W = TypeVar("W", bound=QWidget)
Show = Callable[[W], W]
LOG = "2026-11-03 09:08:01Z Resolved 4 rows (3 own), 0 overridden"


@pytest.fixture
async def on_show() -> AsyncIterator[Callable[[QWidget], QWidget]]:
    """Shows a widget as a window of its own and puts it away afterwards. Name it after the runner it uses."""
    shown: list[QWidget] = []

    def show(widget: QWidget) -> QWidget:
        widget.resize(670, 600)
        widget.show()
        shown.append(widget)
        return widget

    yield show
    for widget in shown:
        widget.close()
        widget.deleteLater()


class Heard:
    """What a signal has said, in order."""

    def __init__(self, signal: SignalInstance) -> None:
        self.said: list[object] = []
        signal.connect(self._hear)

    def _hear(self, *what: object) -> None:
        self.said.append(what[0] if len(what) == 1 else what)

    @property
    def last(self) -> object:
        return self.said[-1]


def model_named(database: Database, name: str) -> ModelId:
    """A model's id by its English name."""

    def find(session: Session) -> ModelId:
        return ModelId(next(row.id for row in session.scalars(select(Model)) if row.name.get("en") == name))

    return database.read(find)


def add_qa(
    work: UnitOfWork, *, model_id: UUID, question: str, answer: str, qa_type: QaType = QaType.TRAINING
) -> Changes:
    """A Q&A straight into the workspace."""
    work.session.add(
        ModelQA(
            model_id=model_id,
            section="General",
            question=question,
            answer=answer,
            qa_type=qa_type,
            creation_time_utc=work.now,
        )
    )
    return work.finish("Add")


def begin(database: Database, model_id: ModelId) -> CompilationId:
    """A version that is being built."""
    changes = database.write(begin_in, model_id=model_id)
    return CompilationId(changes.new(Entity.COMPILATION))


def begin_in(work: UnitOfWork, *, model_id: ModelId) -> Changes:
    """The same, as a service."""
    return compilations.begin(
        work, compilation_id=CompilationId(new_id()), model_id=model_id, target=Target.BUILT_IN, engine_version="1"
    )


def add_version(
    database: Database,
    folder: Path,
    model_id: ModelId,
    *,
    wrong: int = 1,
    measured: bool = True,
    error: str = "",
) -> CompilationId:
    """A version as a build leaves it, without the index: made of what the model knows now, or failed with `error`.

    Of its validation questions the first `wrong` ones came out wrong.
    """
    compilation_id = begin(database, model_id)
    if error:
        database.write(
            compilations.fail,
            compilation_id=compilation_id,
            error_message=error,
            build_log=LOG,
            state=JobState.FAILED,
        )
        return compilation_id
    knowledge = database.read(read_knowledge, model_id=model_id)
    files = {"manifest": manifest_json(knowledge.resolution)}
    tests = knowledge.resolution.validation if measured else ()
    lines = [
        {
            "qa_id": str(test.row_id),
            "model_id": str(test.model_id),
            "question": test.question,
            "expected": test.answer,
            "expects_refusal": test.expects_refusal,
            "answer": "" if test.expects_refusal else test.answer if place >= wrong else "Something else",
            "refused": test.expects_refusal,
            "confidence": 0.31 if place < wrong else 0.93,
            "right": place >= wrong,
            "reason": "the curated answer" if place >= wrong else "another answer than the curated one",
        }
        for place, test in enumerate(tests)
    ]
    if lines:
        files["evaluation"] = b"\n".join(map(orjson.dumps, lines))
    blobs = {}
    for key, data in files.items():
        path = folder / f"{key}-{compilation_id}"
        path.write_bytes(data)
        blobs[key] = store_blob(database, path)
    counts = knowledge.resolution.counts
    database.write(
        compilations.complete,
        compilation_id=compilation_id,
        input_hash=hash_of(knowledge, target=Target.BUILT_IN, settings=EngineSettings()),
        knowledge_revision=knowledge.revision,
        compiled_model_name="built-in",
        build_log=LOG,
        values={
            "manifest_summary": orjson.dumps({"rows": counts.total, "own": counts.own}).decode(),
            "evaluation_summary": orjson.dumps(
                {"right": len(lines) - min(wrong, len(lines)), "total": len(lines)}
            ).decode(),
            "calibration": orjson.dumps({"embedder": "wordllama", "strategy": "nearest", "threshold": 0.42}).decode(),
            "curve": orjson.dumps([[step / 10, 1 - step / 10, 0.0, step / 10] for step in range(11)]).decode(),
        },
        blobs=blobs,
    )
    if database.read(_nothing_answers, model_id=model_id):
        # Of a model that does not activate by itself, a person would do that with the first version.
        database.write(compilations.activate, compilation_id=compilation_id)
    return compilation_id


def _nothing_answers(session: Session, *, model_id: ModelId) -> bool:
    return session.scalar(select(Model.conversational_compilation_id).where(Model.id == model_id)) is None


def nameless(page: QWidget) -> list[str]:
    """Controls that a screen reader or a mouse would learn nothing from; there should be none."""
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
    found = []
    for widget in page.findChildren(QWidget):
        if not isinstance(widget, kinds) or isinstance(widget, QHeaderView) or _is_inner(widget):
            continue
        words = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or words):
            found.append(f"{widget} has no name")
        if not widget.toolTip():
            found.append(f"{widget} “{widget.accessibleName() or words}” has no tooltip")
    return found


def _is_inner(widget: QWidget) -> bool:
    """Part of a control of Qt's own: a combo box's list, a line's clear button, a table's corner."""
    if "Corner" in widget.metaObject().className():
        return True
    parent: QObject | None = widget.parent()
    while parent is not None:
        if isinstance(parent, QComboBox | QLineEdit):
            return True
        parent = parent.parent()
    return False


def words_in(page: QWidget) -> str:
    """All that labels and buttons on show say, one below the other."""
    said = [widget.text() for widget in page.findChildren(QLabel) if widget.isVisible()]
    said += [widget.text() for widget in page.findChildren(QAbstractButton) if widget.isVisible()]
    return "\n".join(said)


def button(page: QWidget, text: str) -> QAbstractButton:
    """The button on show of that text."""
    for widget in page.findChildren(QAbstractButton):
        if widget.isVisible() and text in (widget.text(), widget.accessibleName()):
            return widget
    raise AssertionError(f"no button “{text}” among: {words_in(page)}")


def column_of(view: QAbstractItemView, column: int = 0) -> list[str]:
    """The texts of a column."""
    model = view.model()
    assert model is not None
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


async def at_rest(runner: Runner) -> None:
    """All is read, and what was put off by a moment is read too."""
    from erpai_desktop.views.parts.freshness import Freshness

    await settled(runner)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    for window in app.topLevelWidgets():
        for fresh in window.findChildren(Freshness):
            if fresh.is_stale and window.isVisible():
                fresh.read_now()
    await settled(runner)
