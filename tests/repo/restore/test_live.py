"""Live values compared with a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.repo.restore.live import Comparison, LiveValues
from tests.codecs.cells import run

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def compared(repo: Repo, live: dict[str, Any], *names: str) -> Comparison:
    version = repo["v1"]
    return Comparison(repo.group_store, version, LiveValues(repo.group_store, live, names or version.names))


def is_same(repo: Repo, live: dict[str, Any], name: str) -> bool:
    return compared(repo, live).same(repo["v1"].group_of(name))


@pytest.fixture
def values(repo: Repo) -> dict[str, Any]:
    shared = [1, 2]
    made = {"a": shared, "b": {"inner": shared}, "x": np.arange(5000.0)}
    repo.commit(made)
    return made


def test_equal_values_are_the_same_and_changed_ones_are_not(repo: Repo, values: dict[str, Any]) -> None:
    assert is_same(repo, values, "x")
    assert is_same(repo, {**values, "x": values["x"].copy()}, "x")
    changed = values["x"].copy()
    changed[7] = -1
    assert not is_same(repo, {**values, "x": changed}, "x")
    assert not is_same(repo, {"a": values["a"]}, "x"), "the name is missing"


def test_values_that_no_longer_share_an_object_are_not_the_same(repo: Repo, values: dict[str, Any]) -> None:
    assert is_same(repo, values, "a")
    assert not is_same(repo, {**values, "b": {"inner": [1, 2]}}, "a")


def test_the_live_memory_of_large_parts_is_known(repo: Repo, values: dict[str, Any]) -> None:
    live = LiveValues(repo.group_store, values, ["x", "missing"])
    assert set(live.groups) == {"x"}
    assert live.sources == {}, "40 kB are not worth it"
    large = LiveValues(repo.group_store, {"x": np.zeros(20_000)}, ["x"])
    assert large.groups["x"].names == ("x",)
    assert [len(raw) for raw in large.sources.values()] == [160_000]


def test_the_size_of_a_name_is_that_of_its_own_data(repo: Repo, values: dict[str, Any]) -> None:
    live = LiveValues(repo.group_store, values, list(values))
    assert live.size_bytes("x") >= 40_000
    assert 0 < live.size_bytes("a") < 1000
    assert live.size_bytes("missing") == 0


CODE = "def helper(x):\n    return x + 1\nclass Net:\n    def go(self):\n        return helper(1)\nnet = Net()\n"


def scope_of(source: str) -> dict[str, Any]:
    return run(source)


def test_a_class_is_the_same_if_all_that_it_uses_is(repo: Repo) -> None:
    scope = scope_of(CODE)
    repo.commit({n: scope[n] for n in ("helper", "Net", "net")}, namespace=scope)
    assert compared(repo, scope, "net").same_now("Net")
    edited = scope_of(CODE.replace("helper(1)", "helper(2)"))
    assert not compared(repo, edited, "net").same_now("Net")
    assert not compared(repo, {}, "net").same_now("Net")


def test_a_recursive_function_can_be_compared(repo: Repo) -> None:
    source = "def f(n):\n    return g(n - 1) if n else 0\ndef g(n):\n    return f(n)\n"
    scope = scope_of(source)
    repo.commit({"f": scope["f"], "g": scope["g"]}, namespace=scope)
    again = scope_of(source)
    assert compared(repo, again, "f", "g").same(repo["v1"].group_of("f"))
