"""The objects that live values hold are found without their code, and the names that hold an object by path."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from nbmodelver.codecs import reach

LIMIT_S = 600.0


def test_a_walk_finds_what_a_value_holds_and_stops_at_the_namespace() -> None:
    inner = [1]
    space: dict[str, Any] = {"x": SimpleNamespace(part={"k": inner})}
    found = reach.Reach(space).all(space["x"])
    assert found[id(inner)] is inner
    assert id(space) not in found
    assert reach.Reach(space).is_end(space)


def test_who_holds_an_object_is_named_with_the_path() -> None:
    model = SimpleNamespace(w=[1])
    others = {"trainer": SimpleNamespace(model=model), "alias": model, "free": [2]}
    found = reach.holders({"model": model}, others, others, limit_s=LIMIT_S)
    assert {(h.name, h.path) for h in found.found} == {("model", "trainer.model"), ("model", "alias")}
    assert found.complete


def test_a_search_that_runs_out_of_time_says_so() -> None:
    model = [1]
    assert not reach.holders({"model": model}, {"a": [model]}, {}, limit_s=-1.0).complete


@pytest.mark.parametrize(("value", "is_sharable"), [([], True), ({}, True), (1, False), ("a", False), (math, False)])
def test_identity_matters_for_what_can_be_shared(value: object, is_sharable: bool) -> None:
    assert reach.is_sharable(value) is is_sharable
