"""Names that share mutable objects or memory are one group, and definitions that refer to each other too."""

from __future__ import annotations

import numpy as np

from nbmodelver.codecs import graph
from nbmodelver.codecs.linking import cycles, reachable


def groups(**values: object) -> list[tuple[str, ...]]:
    return [draft.names for draft in graph.capture(values, {}).groups]


def test_names_that_share_a_list_are_one_group_and_others_are_not() -> None:
    shared: list[int] = [1]
    assert groups(a=(shared,), b=[2], c={"k": shared}) == [("a", "c"), ("b",)]


def test_names_are_linked_through_other_names() -> None:
    x: list[int] = []
    y: list[int] = []
    assert groups(a=[x], b=[x, y], c=[y]) == [("a", "b", "c")]


def test_immutable_objects_do_not_link_names() -> None:
    text, pair = "a long text", (1, 2)
    assert groups(a=[text, pair], b=[text, pair]) == [("a",), ("b",)]


def test_overlapping_memory_links_names() -> None:
    base = np.arange(10)
    assert groups(a=base[:6], b=base[5:], c=np.arange(3)) == [("a", "b"), ("c",)]


def test_keys_that_refer_to_each_other_are_a_cycle() -> None:
    uses = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": [], "e": ["e"]}
    assert cycles(uses) == [("a", "b", "c")]
    assert reachable("d", uses) == set()
    assert reachable("b", uses) == {"a", "b", "c", "d"}
