"""A model's page: header, sub-pages made when first shown, and what leads from one to another."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.services import tree_reading
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.model_editor.page import ModelPage, SubPage
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import Heard, button, model_named, nameless, words_in

Show = Callable[[QWidget], QWidget]


class Stub(QWidget):
    page_requested = Signal(str)
    compile_requested = Signal()
    count_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.flushed = 0

    def flush(self) -> None:
        self.flushed += 1


@pytest.fixture
def made() -> dict[str, Stub]:
    return {}


@pytest.fixture
async def page(runner: Runner, theme: Theme, on_show: Show, made: dict[str, Stub]) -> ModelPage:
    def maker(key: str) -> SubPage:
        def make(_model_id: ModelId) -> QWidget:
            made[key] = Stub()
            return made[key]

        return SubPage(key, key.title(), f"The {key}", make)

    keys = ("overview", "qas", "conversations", "compilations", "evaluation", "knowledge")
    shown = ModelPage(theme, model_named(runner.database, "Marketing AI"), tuple(map(maker, keys)))
    assert not made
    shown.show_page("overview")
    on_show(shown)
    return shown


def snapshot(runner: Runner, **what: object) -> tuple[ModelNode, TreeSnapshot]:
    whole = runner.database.read(tree_reading.tree)
    node = next(node for node in whole.nodes if node.name == "Marketing AI")
    return dataclasses.replace(node, **what), whole  # type: ignore[arg-type]


async def test_a_sub_page_is_made_when_it_is_first_shown(page: ModelPage, made: dict[str, Stub]) -> None:
    assert list(made) == ["overview"]
    assert page.show_page("qas") is made["qas"]
    assert page.current_widget() is made["qas"]
    first = made["qas"]
    page.show_page("overview")
    assert page.show_page("qas") is first


async def test_the_header_says_what_it_is_and_what_is_due(page: ModelPage, runner: Runner) -> None:
    page.resize(900, 600)
    page.show_node(*snapshot(runner))
    words = words_in(page)
    assert "Arbiter" in words
    assert "inherits from Company Master" in words
    assert "never compiled" in words
    page.show_node(*snapshot(runner, active_version=7, changes_since_build=3, validation_score=0.94))
    assert "3 changes since v7" in words_in(page)
    page.show_node(*snapshot(runner, active_version=7, changes_since_build=1))
    assert "1 change since v7" in words_in(page)
    page.show_node(*snapshot(runner, active_version=8, changes_since_build=0))
    assert "v8 up to date" in words_in(page)


async def test_titles_have_counts_and_lose_them_again(page: ModelPage, runner: Runner, made: dict[str, Stub]) -> None:
    node, whole = snapshot(runner, active_version=7, validation_score=0.94)
    page.show_node(node, whole)
    assert page._strip._tabs["qas"].accessibleName().endswith(str(node.qa_count))
    assert page._strip._tabs["evaluation"].accessibleName().endswith("94 %")
    page.show_node(dataclasses.replace(node, validation_score=None), whole)
    assert not page._strip._tabs["evaluation"].accessibleName().endswith("%")
    page.show_page("knowledge")
    made["knowledge"].count_changed.emit(1_213)
    assert page._strip._tabs["knowledge"].accessibleName().endswith("1,213")


async def test_sub_pages_lead_to_each_other_and_to_compile(page: ModelPage, made: dict[str, Stub]) -> None:
    asked = Heard(page.compile_requested)
    made["overview"].page_requested.emit("qas")
    assert page.current == "qas"
    made["overview"].page_requested.emit("there is none")
    assert page.current == "qas"
    made["qas"].compile_requested.emit()
    button(page, "Compile").click()
    assert asked.said == [page.model_id, page.model_id]


async def test_flush_reaches_every_page_that_was_made(page: ModelPage, made: dict[str, Stub]) -> None:
    page.show_page("qas")
    page.flush()
    assert [stub.flushed for stub in made.values()] == [1, 1]


async def test_each_control_has_a_name_and_a_tooltip(page: ModelPage) -> None:
    assert nameless(page) == []
