"""Descriptions of changes, and their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nbmodelver.repo.inspect.causes.candidates import CandidateChange, candidates
from nbmodelver.repo.inspect.causes.descriptions import describe, kind_of, of_value, role_of
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def only(repo: Repo) -> CandidateChange:
    (found,) = candidates(worlds(repo))
    return found


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("seed = {n}", "total = seed"), "random state"),
        (("p = dict(depth={n})", "total = p['depth']"), "parameters"),
        (("p = dict(depth={n}, seed=0)\np['seed'] = {n}", "total = p['seed'] + p['depth']"), "parameters"),
        (("def f():\n    return {n}", "total = f()"), "code"),
    ],
)
def test_each_change_has_its_kind(repo: Repo, cells: tuple[str, ...], kind: str) -> None:
    for n in (1, 2):
        commit(repo, *(cell.replace("{n}", str(n)) for cell in cells))
    assert kind_of(only(repo), repo["v2"]) == kind


def test_changed_lines_of_code_are_shown(repo: Repo) -> None:
    commit(repo, "def f(x):\n    y = x + 1\n    return y * 2", "total = f(1)")
    commit(repo, "def f(x):\n    y = x + 1\n    z = y ** 2\n    return z - y", "total = f(1)")
    found = describe(repo, only(repo), repo["v1"], repo["v2"])
    assert found == ("+     z = y ** 2", "-     return y * 2", "+     return z - y")


def test_rows_and_rules_of_data_are_sentences(repo: Repo) -> None:
    frame = pd.DataFrame({"x": np.arange(50.0) + 1, "y": np.arange(50.0) ** 2})
    repo.commit({"df": frame, "k": 1})
    repo.commit({"df": frame.assign(x=frame["x"] * 25.4), "k": 2})
    assert of_value(repo, "df", repo["v1"], repo["v2"])[1] == "x: × 25.4 (inch to mm)"
    assert of_value(repo, "k", repo["v1"], repo["v2"]) == ["k 1 → 2"]


def test_slices_of_images_are_a_sentence(repo: Repo) -> None:
    images = np.random.default_rng(0).standard_normal((20, 3, 3))
    repo.commit({"images": images})
    repo.commit({"images": np.concatenate([images, images[:1] + 1])})
    assert of_value(repo, "images", repo["v1"], repo["v2"]) == ["20 → 21 slices of 3 x 3 · 20 the same · 1 added"]


def test_the_role_of_data_is_that_of_the_version(repo: Repo) -> None:
    repo.commit({"a": pd.DataFrame({"x": [1]}), "b": 3}, roles={"a": "train"})
    change = CandidateChange(("a", "b"), "value")
    assert role_of(change, repo["v1"]) == "train"
    assert role_of(CandidateChange(("b",), "value"), repo["v1"]) == ""
