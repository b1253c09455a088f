"""The names that the next commit could store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbmodelver.repo.commit.candidates import Candidate, candidates

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def found(repo: Repo | None, values: dict[str, Any], *changed: str) -> dict[str, Candidate]:
    return {c.name: c for c in candidates(repo, values, values, changed)}


def test_without_a_store_every_name_is_new() -> None:
    one = found(None, {"x": np.zeros(1000), "lr": 0.1})
    assert {n: c.status for n, c in one.items()} == {"x": "new", "lr": "new"}
    assert (one["x"].kind, one["x"].type, one["lr"].kind) == ("dataset", "numpy.ndarray", "hyperparameters")
    assert one["x"].size_bytes is not None
    assert one["x"].size_bytes >= 8000


def test_names_are_compared_with_the_current_version(repo: Repo) -> None:
    repo.commit({"x": [1], "y": [2]})
    status = {n: c.status for n, c in found(repo, {"x": [1], "y": [3], "z": 4}, "y").items()}
    assert status == {"x": "same", "y": "changed", "z": "new"}


def test_what_cannot_be_stored_is_named_with_path_and_reason() -> None:
    one = found(None, {"gen": {"a": (i for i in ())}, "key": "AKIAIOSFODNN7EXAMPLE", "x": 1})
    assert one["gen"].problem.startswith("gen['a']: ")
    assert one["key"].problem
    assert one["x"].problem == ""


def test_names_without_a_kind_are_no_candidates() -> None:
    import json

    assert found(None, {"_private": 1, "json": json}) == {}


def test_nothing_is_stored(repo: Repo) -> None:
    before = list(repo.backend.list(""))
    found(repo, {"x": np.zeros(1000)})
    assert list(repo.backend.list("")) == before
