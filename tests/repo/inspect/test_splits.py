"""The sections of a comparison about training and test sets of one version that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.actions.conditions import conditions_met
from nbmodelver.comparison.tables import split_drift


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def people(rows, seed, age=40, income=9):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"age": rng.normal(age, 10, rows), "income": rng.normal(income, 1, rows)})


def commit(repo, **test):
    repo.commit({"train": people(1500, 0), "test": people(500, 1, **test), "n": len(repo.log())})


def told(diff):
    return [(s.id, [r.cells[0] for r in s.rows], s.note) for s in diff.sections if s.id.startswith("split.")]


def test_a_version_compared_with_itself_tells_all_columns_that_differ(repo):
    commit(repo)
    assert told(repo.diff("v1", "v1")) == []
    commit(repo, age=50, income=10)
    assert told(repo.diff("v2", "v2")) == [("split.train,test", ["age", "income"], "")]
    assert told(repo.diff("v2", "v2", "test"))
    assert told(repo.diff("v2", "v2", "n")) == []


def test_a_comparison_of_two_versions_tells_what_is_new_or_grew(repo):
    commit(repo)
    commit(repo, age=50)
    commit(repo, age=50, income=10)
    commit(repo, age=50, income=10)
    assert told(repo.diff("v1", "v2")) == [("split.train,test", ["age"], "")]
    assert told(repo.diff("v2", "v3")) == [("split.train,test", ["income"], "1 more as in v2: %mv_diff v3 v3")]
    assert told(repo.diff("v3", "v4")) == []
    assert told(repo.diff("v3", "v1")) == []


def test_a_script_can_fail_on_it_apart_from_drift_between_versions(repo):
    commit(repo, age=50)
    diff = repo.diff("v1", "v1")
    ((said,), (again,)) = conditions_met(diff, "split"), conditions_met(diff, "split:age")
    assert said == again
    assert said.startswith("train,test: age moved strongly")
    assert conditions_met(diff, "split:0.9,split:income,drift") == ()


def test_the_second_comparison_reads_what_the_first_kept(repo, monkeypatch):
    commit(repo, age=50)
    first = told(repo.diff("v1", "v1"))
    monkeypatch.setattr(split_drift, "split_drifts", lambda *_: 1 / 0)
    assert told(repo.diff("v1", "v1")) == first != []


def test_sets_that_fail_or_cannot_be_loaded_leave_the_comparison_whole(repo, monkeypatch):
    commit(repo, age=50)
    monkeypatch.setattr(split_drift, "split_drifts", lambda *_: 1 / 0)
    diff = repo.diff("v1", "v1")
    assert told(diff) == []
    assert diff.sections


def test_a_pair_that_is_large_is_compared_only_by_name(repo, monkeypatch):
    monkeypatch.setattr("nbmodelver.repo.inspect.splits.MAX_BYTES", 10)
    commit(repo, age=50)
    assert told(repo.diff("v1", "v1")) == []
    assert told(repo.diff("v1", "v1", "train"))
