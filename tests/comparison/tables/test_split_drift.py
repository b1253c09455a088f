"""Training sets that differ from their test sets, and honest splits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import train_test_split

from nbmodelver.comparison.tables.split_drift import new_or_grown, split_drifts, split_section
from nbmodelver.comparison.tables.tables import table_of


def told(train, test):
    return [(d.name, d.verdict) for d in split_drifts(table_of(train), table_of(test))]


def people(rows, seed, **changed):
    rng = np.random.default_rng(seed)
    city = rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
    return pd.DataFrame({"age": rng.normal(40, 10, rows), "city": city} | changed)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_splits_are_silent(load):
    frame = load(as_frame=True).frame
    few = list(frame.columns[:3])
    binned = frame.assign(**{c: pd.qcut(frame[c].rank(method="first"), 5).astype(str) for c in few})
    for data in (frame, binned, pd.get_dummies(binned, columns=few)):
        for seed in range(5):
            assert told(*train_test_split(data, random_state=seed)) == []


def test_a_shift_of_half_a_standard_deviation_is_told():
    test = people(500, 1)
    test["age"] += 5
    assert told(people(1500, 0), test) == [("age", "moved strongly")]
    assert told(people(1500, 0), people(500, 1)) == []


def test_other_shares_of_categories_and_nulls_are_told():
    test = people(500, 1, city=["c"] * 500)
    assert told(people(1500, 0), test) == [("city", "moved strongly"), ("city", "categories")]
    test = people(500, 1)
    test.loc[:99, "age"] = np.nan
    assert told(people(1500, 0), test) == [("age", "nulls")]


def test_a_rare_category_or_an_extreme_value_alone_is_not_told():
    train = people(1500, 0)
    train.loc[0, "city"], train.loc[1, "age"] = "rare", 1e6
    assert told(train, people(500, 1)) == []
    assert told(people(500, 1), train) == []


def test_sets_with_other_columns_are_not_compared():
    assert told(people(100, 0), people(100, 1)[["age"]] + 100) == []
    assert told(people(0, 0), people(100, 1)) == []


def test_only_what_is_new_or_grew_is_told_again():
    test = people(500, 1)
    test["age"] += 5
    found = split_drifts(table_of(people(1500, 0)), table_of(test))
    assert new_or_grown(found, []) == found
    assert new_or_grown(found, found) == []
    assert new_or_grown(found, [replace(found[0], effect=found[0].effect - 0.06, verdict="moved")]) == found


def test_the_section_names_both_sets():
    tables = table_of(people(1500, 0)), table_of(people(500, 1, age=np.arange(500.0)))
    section = split_section(("train", "test"), *tables, split_drifts(*tables), "1 more")
    assert (section.id, section.title) == ("split.train,test", "train against test · drift")
    assert section.columns[3:] == ("train", "test")
    assert [s.label for s in section.charts[0].series] == ["train", "test"]
    assert section.note == "1 more"
    assert split_section(("train", "test"), *tables, []) is None


def test_fifty_columns_of_a_hundred_rows_and_a_tiny_shift_of_many_rows_are_silent():
    rng = np.random.default_rng(0)
    few = [pd.DataFrame(rng.standard_normal((100, 50))) for _ in range(2)]
    many = [pd.DataFrame({"x": rng.standard_normal(200_000) + shift}) for shift in (0, 0.01)]
    assert told(*few) == told(*many) == []
