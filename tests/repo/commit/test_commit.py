"""A commit without a kernel: values become a version, completely or not at all."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.errors import BadName, NothingToCommit, NotKept, UsageError


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def test_a_version_holds_values_and_labels(repo):
    frame = pd.DataFrame({"a": [1, 2]})
    made = repo.commit(
        {"df": frame, "lr": 0.1}, "first", metrics={"acc": 0.9}, params={"seed": 7}, tags=["best"], note="long"
    )
    assert (made.name, made.message, made.note, made.names) == ("v1", "first", "long", ("df", "lr"))
    assert (made.metrics, made.params) == ({"acc": 0.9}, {"lr": 0.1, "seed": 7})
    assert repo["best"] == repo["HEAD"] == made
    pd.testing.assert_frame_equal(repo.load("v1")["df"], frame)


def test_each_commit_is_a_child_of_the_one_before(repo):
    first, second = repo.commit({"x": 1}), repo.commit({"x": 2})
    assert second.parents == (first.id,)
    assert (first.number, second.number) == (1, 2)


def test_unchanged_values_write_no_part(repo):
    values = {"a": np.arange(100_000.0)}
    repo.commit(values)
    assert repo.commit(values).new_bytes == 0
    assert repo.commit(values, only_if_changed=True).name == "v2"


def test_what_cannot_be_kept_is_named_and_the_rest_is_kept(repo):
    with pytest.warns(NotKept, match="lock is not kept"):
        made = repo.commit({"x": 1, "lock": threading.Thread(target=print)} | {"y": 2})
    assert made.names == ("x", "y")
    assert [s.name for s in made.skipped] == ["lock"]


@pytest.mark.parametrize(
    ("values", "more", "error"),
    [
        ({}, {}, NothingToCommit), ({"x": 1}, {"tags": "bad name!"}, BadName), ({"x": 1}, {"message": 5}, UsageError),
        ({"x": 1}, {"metrics": {"acc": "high"}}, UsageError), ([1], {}, UsageError), ({1: 2}, {}, UsageError),
        ({"x": 1}, {"roles": {"x": "tset"}}, UsageError),
    ],
)  # fmt: skip
def test_a_commit_that_is_refused_leaves_nothing(repo, values, more, error):
    with pytest.raises(error):
        repo.commit(values, **more)
    assert repo.log() == []


def test_a_tag_that_exists_is_refused_before_anything_is_stored(repo):
    repo.commit({"x": 1}, tags="best")
    with pytest.raises(BadName):
        repo.commit({"x": 2}, tags="best")
    assert [v.name for v in repo.log()] == ["v1"]


def test_roles_are_kept_and_inherited(repo):
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    repo.commit({"a": frame, "b": 1}, roles={"a": "train"})
    repo.commit({"a": frame, "b": 2})
    assert repo["v2"].roles == {"a": ("train",)}
    repo.commit({"b": 3})
    assert repo["v3"].roles == {}
