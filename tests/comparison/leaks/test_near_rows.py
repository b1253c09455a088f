"""Test rows in training data that were rounded or differ in one column, and near rows of honest data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from nbmodelver.comparison.leaks import near_rows
from nbmodelver.comparison.leaks.leakage import compared_columns, shared_rows
from nbmodelver.comparison.leaks.near_rows import rounded_rows, rows_but_one_column
from nbmodelver.comparison.tables.canonical import CellHasher
from nbmodelver.comparison.tables.tables import table_of


def compared(train, test):
    a, b = table_of(train), table_of(test)
    columns = compared_columns(a, b)
    return a, b, columns, shared_rows(a, b, columns)


def rounded(train, test):
    return rounded_rows(*compared(train, test))


def but_one(train, test):
    return rows_but_one_column(*compared(train, test))


def near(train, test):
    """Everything that is more than chance, as (column, rows)."""
    found = [one for one in (rounded(train, test), *but_one(train, test)) if one is not None]
    return [(one.column, len(one.test)) for one in found if not one.is_chance]


@pytest.fixture
def cancer():
    return train_test_split(load_breast_cancer(as_frame=True).frame, random_state=0)


def test_rows_that_were_stored_as_float32_or_with_noise_are_found(cancer):
    train, test = cancer
    leaked = test.head(50)
    noise = 1 + 1e-9 * np.random.default_rng(0).standard_normal(leaked.shape)
    for changed in (leaked.astype("float32").astype("float64"), leaked * noise):
        more = pd.concat([train, changed])
        assert len(shared_rows(table_of(more), table_of(test)).test) == 0
        assert near(more, test) == [("", 50)]
        assert rounded(more, test).test.tolist() == list(range(50))


def test_rows_that_are_equal_are_not_found_again(cancer):
    train, test = cancer
    assert near(pd.concat([train, test.head(50)]), test) == []


def test_rows_with_another_value_in_one_column_are_found_with_its_name(cancer):
    train, test = cancer
    leaked = test.head(50).copy()
    leaked["mean area"] += 1
    assert near(pd.concat([train, leaked]), test) == [("mean area", 50)]
    both = pd.concat([train, leaked.head(20), test.iloc[50:60].assign(**{"mean radius": -1.0})])
    assert sorted(near(both, test)) == [("mean area", 20), ("mean radius", 10)]


def test_a_column_of_row_numbers_of_another_name_hides_no_leak(cancer):
    train, test = (part.assign(measured=np.random.default_rng(len(part)).permutation(len(part))) for part in cancer)
    leaked = test.head(50).assign(measured=range(1000, 1050))
    assert near(pd.concat([train, leaked]), test) == [("measured", 50)]


def test_one_or_two_near_rows_are_no_finding(cancer):
    train, test = cancer
    assert near(pd.concat([train, test.head(2).astype("float32").astype("float64")]), test) == []
    assert near(pd.concat([train, test.head(3).astype("float32").astype("float64")]), test) == [("", 3)]


def variants(data, seed):
    """Splits of a table as it is, scaled, oversampled, one-hot encoded, rounded and in categories."""
    train, test = train_test_split(data, random_state=seed)
    yield train, test
    scaler = StandardScaler().fit(train)
    yield tuple(pd.DataFrame(scaler.transform(part), columns=data.columns) for part in (train, test))
    yield pd.concat([train, train.sample(len(train), replace=True, random_state=seed)]), test
    few = list(data.columns[:3])
    binned = data.assign(**{c: pd.qcut(data[c].rank(method="first"), 5).astype(str) for c in few})
    yield train_test_split(pd.get_dummies(binned, columns=few), random_state=seed)
    yield train_test_split(data.round(1), random_state=seed)
    yield train_test_split(data.apply(lambda c: pd.qcut(c.rank(method="first"), 4).astype(str)), random_state=seed)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_splits_are_silent(load):
    for seed in range(4):
        for train, test in variants(load(as_frame=True).frame, seed):
            assert near(train, test) == []


def test_columns_that_depend_on_each_other_are_silent():
    rng = np.random.default_rng(0)
    for rows in (200, 2000):
        x = rng.standard_normal(rows)
        step = rng.integers(0, 50, rows)
        smooth = pd.DataFrame({"a": x, "b": 2 * x, "c": x + 1, "d": x**3})
        plan = pd.DataFrame({"step": step, "double": step * 2, "noise": rng.standard_normal(rows), "half": step / 2})
        for data in (smooth, plan):
            assert near(*train_test_split(data, random_state=0)) == []


def test_tables_without_fractions_are_not_rounded():
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.integers(0, 10**6, (300, 4)), columns=list("abcd"))
    assert rounded(*train_test_split(data, random_state=0)) is None
    assert rounded(*train_test_split(data.astype(float), random_state=0)) is None


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_nulls_infinities_and_constants_have_an_answer(cancer, value):
    train, test = (part.copy() for part in cancer)
    leaked = test.head(50).astype("float32").astype("float64")
    for part in (train, test, leaked):
        part.iloc[::2, 0] = value
        part["same"] = value
    assert ("", 50) in near(pd.concat([train, leaked]), test)


def test_two_columns_are_too_few_to_leave_one_out():
    data = pd.DataFrame({"a": range(100), "b": range(100)})
    assert but_one(data, data) == []


def test_a_collision_of_hashes_is_no_near_row(cancer, monkeypatch):
    train, test = cancer
    monkeypatch.setattr(near_rows, "cell_terms", lambda _pair, _side, rows: np.zeros(len(rows), np.uint64))
    monkeypatch.setattr(
        near_rows, "_both_hashes", lambda _columns, *rows: tuple(np.arange(n, dtype=np.uint64) % 3 for n in rows)
    )
    monkeypatch.setattr(near_rows, "contains", lambda _keys, wanted: np.zeros(len(wanted), bool))
    assert but_one(train, test) == []


def test_leaving_out_each_column_hashes_each_cell_twice(cancer, monkeypatch):
    parts = compared(*cancer)
    cells = []
    hashed = CellHasher._hashed

    def count(self, column):
        cells.append(len(column.values))
        return hashed(self, column)

    monkeypatch.setattr(CellHasher, "_hashed", count)
    monkeypatch.setattr(near_rows, "equal_rate", lambda _pair: 0.0)
    rows_but_one_column(*parts)
    assert sum(cells) == 2 * sum(map(len, cancer)) * len(parts[2])
