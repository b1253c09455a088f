"""Repeated rows of a dataset, and rows that stand in two splits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.repo.inspect import dataset_facts
from nbmodelver.repo.inspect.dataset_facts import SplitOverlap


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def test_repeated_rows_are_counted_without_the_index(repo):
    frame = pd.DataFrame({"a": [1.0, 1.0, None, None, 2.0], "b": list("xxyyz")}, index=[9, 8, 7, 6, 5])
    version = repo.commit({"df": frame, "n": np.array([1, 1, 1]), "cells": np.array([object(), 1], object)})
    assert dataset_facts.repeated_rows(repo, version, "df") == 2
    assert dataset_facts.repeated_rows(repo, version, "n") == 2
    assert dataset_facts.repeated_rows(repo, version, "cells") is None


def test_rows_in_two_splits_are_counted_whether_or_not_they_are_an_alarm(repo):
    x = np.random.default_rng(0).normal(size=(100, 3))
    values = {"X_train": x[:80], "X_test": np.vstack([x[80:], x[:3]]), "y_train": x[:80, 0], "y_test": x[77:, 0]}
    version = repo.commit(values)
    assert dataset_facts.roles(version, "X_test") == ("test",)
    assert dataset_facts.overlaps(repo, version, "X_test") == [SplitOverlap("X_train", "X_test", 3, 23)]
    (pair,) = dataset_facts.overlaps(repo, version, "y_train")
    assert (pair.test, pair.problem) == ("y_test", "they have fewer than two columns to compare")


def test_a_dataset_without_a_role_has_no_overlap(repo):
    version = repo.commit({"df": np.ones((3, 3)), "X_train": np.ones((3, 3))})
    assert dataset_facts.roles(version, "df") == ()
    assert dataset_facts.overlaps(repo, version, "df") == []


def test_a_split_that_is_no_table_says_so(repo):
    version = repo.commit({"train": {f"k{n}": n for n in range(99)}, "test": np.ones((3, 3))})
    (pair,) = dataset_facts.overlaps(repo, version, "test")
    assert pair.problem == "one of them is no table, or cannot be loaded"
