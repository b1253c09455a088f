"""A rollback without a kernel: what it would do, and the values that it gives."""

from __future__ import annotations

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import UnknownName, UnknownVersion


@pytest.fixture
def repo(tmp_path):
    repo = mv.open(tmp_path, create=True)
    shared = [1, 2, 3]
    repo.commit({"a": shared, "b": {"inner": shared}, "x": np.arange(5.0), "old": 1})
    repo.commit({"a": [9], "b": {"inner": [9]}, "x": np.arange(5.0), "new": 2})
    return repo


def effects(plan):
    return {change.name: change.effect for change in plan.changes}


def test_the_plan_names_what_happens_to_each_variable(repo):
    live = repo.load("v2")
    found = repo.plan("v1", live)
    assert effects(found) == {"a": "changes", "b": "changes", "x": "stays", "old": "appears", "new": "vanishes"}
    assert live.keys() == {"a", "b", "x", "new"}


def test_nothing_to_do_is_planned_for_equal_values(repo):
    assert set(effects(repo.plan("v2", repo.load("v2"))).values()) == {"stays"}


def test_values_come_back_with_what_they_share(repo):
    values = repo.load("v1")
    assert values["a"] == [1, 2, 3]
    assert values["b"]["inner"] is values["a"]


def test_some_names_bring_those_that_share_objects_with_them(repo):
    plan = repo.plan("v1", repo.load("v2"), names="a")
    assert effects(plan)["a"] == "changes"
    assert "x" not in effects(plan)


def test_a_rollback_to_memory_does_not_touch_the_store(repo):
    before = sorted(repo.backend.list(""))
    repo.plan("v1", repo.load("v2"))
    repo.load("v1")
    assert sorted(repo.backend.list("")) == before
    assert repo.history.head.name == "v2"


def test_unknown_versions_and_names_are_named_with_the_nearest_one(repo):
    with pytest.raises(UnknownVersion):
        repo.load("v9")
    with pytest.raises(UnknownName) as caught:
        repo.load("v1", "olt")
    assert "old" in caught.value.hint
