"""Features that determine the target, and honest features that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.metrics import roc_auc_score

from nbmodelver.comparison.leaks.target_leak import SAMPLE_ROWS, new_features, telling_features
from nbmodelver.comparison.tables.tables import table_of


def telling(frame):
    return [(f.name, f.how.partition(" (")[0]) for f in telling_features(table_of(frame))]


ONE, APART, ORDER = (
    "has one value for each value of the target",
    "separates the two values of the target",
    "orders the rows as the target does",
)


@pytest.mark.parametrize("load", [load_wine, load_breast_cancer, load_diabetes, load_iris])
def test_no_honest_feature_tells_the_target(load):
    assert telling(load(as_frame=True).frame) == []


def test_a_copy_of_the_target_in_other_words_is_found():
    frame = load_wine(as_frame=True).frame
    copied = frame.assign(
        maker=frame["target"].map({0: "north", 1: "south", 2: "west"}),
        code=frame["target"] * 10,
        random=range(len(frame)),
    )
    assert telling(copied) == [("maker", ONE), ("code", ONE)]


def test_a_feature_that_separates_two_classes_is_found():
    frame = load_breast_cancer(as_frame=True).frame
    rng = np.random.default_rng(0)
    frame["cost"] = frame["target"] * -5 + rng.standard_normal(len(frame))
    assert max(roc_auc_score(frame["target"], -frame["cost"]), 0) > 0.99
    frame["cost"] = frame["cost"].where(rng.random(len(frame)) > 0.1)
    assert telling(frame) == [("cost", APART)]


def test_a_feature_in_the_order_of_a_number_is_found():
    frame = load_diabetes(as_frame=True).frame
    frame["later"] = -(frame["target"] ** 3) + np.random.default_rng(0).standard_normal(len(frame))
    assert telling(frame) == [("later", ORDER)]


def test_ids_constants_and_mostly_missing_features_do_not_tell():
    frame = load_breast_cancer(as_frame=True).frame
    rare = frame["target"].where(np.arange(len(frame)) < 40)
    assert telling(frame.assign(id=range(len(frame)), same=1, rare=rare * 3.0)) == []


def test_a_table_without_a_target_or_rows_has_no_answer():
    assert telling_features(table_of(pd.DataFrame({"a": [1, 2]}))) is None
    assert telling_features(table_of(pd.DataFrame({"target": [1, 2], "a": [1, 2]}))) is None
    assert telling(pd.DataFrame({"target": [1] * 50, "a": range(50)})) == []


def test_a_large_table_is_sampled_and_says_so(monkeypatch):
    rows = SAMPLE_ROWS + 1000
    y = np.random.default_rng(0).integers(0, 2, rows)
    (found,) = telling_features(table_of(pd.DataFrame({"y": y, "copy": y + 3})))
    assert found.sampled == SAMPLE_ROWS
    sizes = []
    monkeypatch.setattr(
        "nbmodelver.comparison.leaks.target_leak._how", lambda column, *_: sizes.append(len(column.values)) or ""
    )
    telling_features(table_of(pd.DataFrame({"y": y, "a": y, "b": y})))
    assert sizes == [SAMPLE_ROWS] * 2


def test_only_features_that_did_not_tell_before_are_new():
    iris = load_iris(as_frame=True).frame
    two = iris[iris["target"] < 2]  # Petals separate these two flowers in honest data.
    before = telling_features(table_of(two))
    assert len(before) >= 2
    assert new_features(before, before) == []
    copied = telling_features(table_of(two.assign(copy=two["target"] * 2)))
    assert [f.name for f in new_features(copied, before)] == ["copy"]
    scaled = telling_features(table_of(pd.DataFrame(two.to_numpy(), columns=[*"0123", "target"])))
    assert new_features(scaled, before) == []
