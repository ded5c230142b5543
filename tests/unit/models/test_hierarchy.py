"""The tree: walking it, and the changes that it allows."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erpai_desktop.errors import InvalidInputError, NotFoundError
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import ModelId, UserId
from tests.unit.models.builders import NAMESPACE, model, tree


def user(name: str) -> UserId:
    return UserId(uuid5(NAMESPACE, f"user {name}"))


def names(hierarchy: Hierarchy, ids: tuple[ModelId, ...]) -> list[str]:
    return [hierarchy.node(model_id).name for model_id in ids]


def test_ancestors_are_nearest_first() -> None:
    hierarchy = tree()
    assert names(hierarchy, hierarchy.ancestors(model("pricing"))) == ["sales", "master"]
    assert hierarchy.ancestors(model("master")) == ()


def test_descendants_are_nearest_first_with_their_depth() -> None:
    hierarchy = tree()
    below = hierarchy.descendants(model("master"))
    assert [(hierarchy.node(one).name, depth) for one, depth in below] == [
        ("marketing", 1),
        ("sales", 1),
        ("letter", 2),
        ("social", 2),
        ("pricing", 2),
    ]
    assert hierarchy.descendants(model("pricing")) == ()


def test_a_lineage_has_no_siblings_and_none_of_their_offspring() -> None:
    hierarchy = tree()
    assert names(hierarchy, hierarchy.lineage(model("marketing"))) == ["master", "marketing", "letter", "social"]


def test_roots_children_parent_depth_path_and_order() -> None:
    hierarchy = tree({"b": None, "a": None, "a2": "a", "a1": "a"})
    assert names(hierarchy, hierarchy.roots()) == ["a", "b"]
    assert names(hierarchy, hierarchy.children(model("a"))) == ["a1", "a2"]
    assert hierarchy.parent(model("a1")) == model("a")
    assert (hierarchy.depth(model("a")), hierarchy.depth(model("a1"))) == (0, 1)
    assert [node.name for node in hierarchy] == ["a", "a1", "a2", "b"]
    assert hierarchy.path(model("a2")) == "a › a2"
    assert len(hierarchy) == 4


def test_an_unknown_model_is_not_found() -> None:
    hierarchy = tree()
    for ask in (hierarchy.node, hierarchy.ancestors, hierarchy.descendants, hierarchy.children, hierarchy.depth):
        with pytest.raises(NotFoundError):
            ask(model("nobody"))
    with pytest.raises(NotFoundError):
        hierarchy.check_move(model("nobody"), None)
    with pytest.raises(NotFoundError):
        hierarchy.check_move(model("sales"), model("nobody"))


def test_a_move_under_a_descendant_is_refused_with_the_path() -> None:
    with pytest.raises(InvalidInputError, match="master › sales › pricing"):
        tree().check_move(model("sales"), model("pricing"))


def test_a_move_under_itself_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="its own parent"):
        tree().check_move(model("sales"), model("sales"))


@pytest.mark.parametrize(("who", "where"), [("pricing", "marketing"), ("sales", None), ("sales", "master")])
def test_other_moves_are_allowed(who: str, where: str | None) -> None:
    tree().check_move(model(who), None if where is None else model(where))


def test_a_second_default_is_refused_by_name() -> None:
    hierarchy = tree().with_default(model("master"))
    hierarchy.check_default(model("master"))
    with pytest.raises(InvalidInputError, match="“master” is the default"):
        hierarchy.check_default(model("sales"))


def test_the_default_mark_is_handed_over() -> None:
    hierarchy = tree().with_default(model("master")).with_default(model("sales"))
    assert [node.name for node in hierarchy if node.is_default] == ["sales"]
    default = hierarchy.default()
    assert default is not None and default.name == "sales"
    assert hierarchy.with_default(None).default() is None


def test_a_virtual_user_of_another_model_is_refused_by_name() -> None:
    hierarchy = tree()
    hierarchy = hierarchy.with_node(replace(hierarchy.node(model("sales")), virtual_user_id=user("Sally")))
    hierarchy.check_virtual_user(model("sales"), user("Sally"))
    hierarchy.check_virtual_user(model("pricing"), None)
    with pytest.raises(InvalidInputError, match="“sales” already"):
        hierarchy.check_virtual_user(model("pricing"), user("Sally"))
    speaks = hierarchy.model_of_virtual_user(user("Sally"))
    assert speaks is not None and speaks.id == model("sales")
    assert hierarchy.model_of_virtual_user(user("nobody")) is None


def test_a_save_names_every_broken_rule_at_once() -> None:
    hierarchy = tree().with_default(model("master"))
    hierarchy = hierarchy.with_node(replace(hierarchy.node(model("sales")), virtual_user_id=user("Sally")))
    bad = TreeNode(
        id=model("marketing"),
        parent_id=model("social"),
        name="marketing",
        is_default=True,
        virtual_user_id=user("Sally"),
    )
    with pytest.raises(InvalidInputError) as raised:
        hierarchy.check(bad)
    assert [problem.field for problem in raised.value.problems] == ["parent", "is_default", "virtual_user"]


def test_a_new_model_needs_a_parent_that_exists() -> None:
    with pytest.raises(InvalidInputError, match="does not exist any more"):
        tree().check(TreeNode(id=model("new"), parent_id=model("gone"), name="new"))
    with pytest.raises(InvalidInputError, match="its own parent"):
        tree().check(TreeNode(id=model("new"), parent_id=model("new"), name="new"))
    assert model("new") in tree().with_node(TreeNode(id=model("new"), parent_id=model("sales"), name="new"))


def test_a_parent_in_the_bin_makes_a_root() -> None:
    hierarchy = tree({"orphan": "gone", "child": "orphan"})
    assert names(hierarchy, hierarchy.roots()) == ["orphan"]
    assert names(hierarchy, hierarchy.ancestors(model("child"))) == ["orphan"]


def test_a_ring_in_the_data_is_cut_and_reported() -> None:
    hierarchy = tree({"a": "b", "b": "c", "c": "a", "tail": "a", "selfish": "selfish", "sound": None})
    ring = min(hierarchy.rings, key=len), max(hierarchy.rings, key=len)
    assert ring[0] == (model("selfish"),)
    assert set(ring[1]) == {model("a"), model("b"), model("c")}
    assert ring[1][0] == min(ring[1])
    assert ring[1][0] in hierarchy.roots()
    assert len(list(hierarchy)) == 6
    assert (
        hierarchy.rings == tree({"sound": None, "tail": "a", "selfish": "selfish", "c": "a", "b": "c", "a": "b"}).rings
    )


def test_a_long_chain_is_no_problem() -> None:
    parents: dict[str, str | None] = {"0": None} | {str(number): str(number - 1) for number in range(1, 3_000)}
    hierarchy = tree(parents)
    assert hierarchy.depth(model("2999")) == 2_999
    assert len(hierarchy.descendants(model("0"))) == 2_999


def test_two_nodes_with_one_id_are_a_bug_of_ours() -> None:
    with pytest.raises(ValueError, match="one id"):
        Hierarchy([TreeNode(id=model("a")), TreeNode(id=model("a"))])


NODES = [str(number) for number in range(7)]
moves = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from([*NODES, None])), max_size=30)


@given(moves)
def test_no_sequence_of_moves_makes_a_cycle(sequence: list[tuple[str, str | None]]) -> None:
    hierarchy = tree(dict.fromkeys(NODES))
    for who, where in sequence:
        moved = replace(hierarchy.node(model(who)), parent_id=None if where is None else model(where))
        # The naive truth: climbing from the new parent must not lead back.
        climb, closes = moved.parent_id, False
        while climb is not None and not closes:
            closes = climb == model(who)
            climb = hierarchy.nodes[climb].parent_id
        if closes:
            with pytest.raises(InvalidInputError):
                hierarchy.check_move(model(who), moved.parent_id)
            with pytest.raises(InvalidInputError):
                hierarchy.with_node(moved)
        else:
            hierarchy.check_move(model(who), moved.parent_id)
            hierarchy = hierarchy.with_node(moved)
        assert hierarchy.rings == ()
        assert len(list(hierarchy)) == len(NODES)


@given(st.lists(st.tuples(st.sampled_from(NODES), st.booleans(), st.sampled_from(["x", "y", None])), max_size=25))
def test_at_most_one_default_and_one_model_a_virtual_user(edits: list[tuple[str, bool, str | None]]) -> None:
    hierarchy = tree(dict.fromkeys(NODES))
    refused = 0
    for who, default, speaker in edits:
        node = replace(
            hierarchy.node(model(who)), is_default=default, virtual_user_id=None if speaker is None else user(speaker)
        )
        others = [other for other in hierarchy if other.id != node.id]
        allowed = not (default and any(other.is_default for other in others)) and not any(
            speaker is not None and other.virtual_user_id == user(speaker) for other in others
        )
        if allowed:
            hierarchy = hierarchy.with_node(node)
        else:
            refused += 1
            with pytest.raises(InvalidInputError):
                hierarchy.with_node(node)
        assert sum(other.is_default for other in hierarchy) <= 1
        speakers = [other.virtual_user_id for other in hierarchy if other.virtual_user_id is not None]
        assert len(speakers) == len(set(speakers))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NODES), st.sampled_from([*NODES, None])), st.randoms(use_true_random=False))
def test_the_tree_does_not_depend_on_the_order_of_its_nodes(parents: dict[str, str | None], random: Random) -> None:
    nodes = list(tree(parents).nodes.values())
    shuffled = list(nodes)
    random.shuffle(shuffled)
    one, other = Hierarchy(nodes), Hierarchy(shuffled)
    assert list(one) == list(other)
    assert [one.depth(node.id) for node in one] == [other.depth(node.id) for node in one]
