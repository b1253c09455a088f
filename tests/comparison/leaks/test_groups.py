"""Entities in training and test data, and test rows that are older than training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.leaks.groups import column_of, earlier_rows, entity_columns, shared_groups, time_columns
from nbmodelver.comparison.tables.tables import table_of


def visits(patients, seed=0, name="patient_id"):
    rng = np.random.default_rng(seed)
    ids = np.repeat(np.asarray(patients), 4)
    return pd.DataFrame({name: ids, "pressure": rng.standard_normal(len(ids))})


def entities(train, test):
    return [pair.name for pair in entity_columns(table_of(train), table_of(test))]


def groups(train, test, name="patient_id"):
    return shared_groups(column_of(table_of(train), table_of(test), name))


def earlier(train, test, name="at"):
    return earlier_rows(column_of(table_of(train), table_of(test), name))


def test_values_of_both_sets_are_counted_with_their_rows():
    found = groups(visits(range(100)), visits([*range(95, 100), *range(200, 215)]))
    assert (found.groups, found.total, found.rows) == (5, 20, 20)
    assert groups(visits(range(50)), visits(range(50, 60))).groups == 0


def test_values_are_compared_across_dtypes_and_nulls_are_no_group():
    train = visits(range(30)).astype({"patient_id": "Int64"})
    test = visits(range(25, 40)).astype({"patient_id": float})
    train.loc[:3, "patient_id"], test.loc[:3, "patient_id"] = pd.NA, np.nan
    assert groups(train, test).groups == 4


@pytest.mark.parametrize("name", ["patient", "patient_id", "user", "userid", "session_key", "Customer_ID", "groups"])
def test_columns_of_entities_that_repeat_are_found(name):
    assert entities(visits(range(30), name=name), visits(range(30, 40), name=name)) == [name]


@pytest.mark.parametrize("name", ["city", "grouped", "users_online", "age", "target", "impatient"])
def test_other_columns_are_no_entities(name):
    assert entities(visits(range(30), name=name), visits(range(30, 40), name=name)) == []


def test_few_values_numbers_with_fractions_and_ids_without_repeats_are_no_entities():
    few = visits(range(8), name="user")
    assert entities(few, few) == []
    single = pd.DataFrame({"user": range(100), "x": range(100)})
    assert entities(single, single) == []
    measured = visits(np.arange(30) + 0.5, name="user")
    assert entities(measured, measured) == []


def test_a_level_of_the_index_is_a_column_too():
    train, test = visits(range(30)).set_index("patient_id"), visits(range(25, 40)).set_index("patient_id")
    assert entities(train, test) == ["patient_id"]
    assert groups(train, test).groups == 5
    assert column_of(table_of(train), table_of(test), "nope") is None


def days(*texts):
    return pd.DataFrame({"at": pd.to_datetime(list(texts)), "x": range(len(texts))})


def test_test_rows_before_the_newest_training_row_are_counted():
    found = earlier(days("2024-01-01", "2024-03-01"), days("2024-02-01", "2024-03-01", "2024-04-01"))
    assert (found.rows, found.total, found.newest) == (1, 3, "2024-03-01")
    assert earlier(days("2024-01-01"), days("2024-01-01", "2024-02-01")).rows == 0


@pytest.mark.parametrize("convert", [str, lambda at: at.isoformat(), lambda at: at.timestamp(), pd.Timestamp.date])
def test_numbers_and_dates_as_text_have_an_order(convert):
    train, test = days("2024-01-01", "2024-03-01"), days("2024-02-01", "2024-04-01")
    for one in (train, test):
        one["at"] = one["at"].map(convert)
    found = earlier(train, test)
    assert found is None if convert is pd.Timestamp.date else found.rows == 1


def test_texts_that_are_no_dates_have_no_order():
    for texts in (["b", "a"], ["2024-13-45", "2024-01-01"]):
        frame = pd.DataFrame({"at": texts})
        assert earlier(frame, frame) is None
    assert earlier(days("2024-01-01"), pd.DataFrame({"at": [3.0]})) is None
    assert earlier(days("2024-01-01"), days().astype({"at": "datetime64[ns]"})) is None


def test_times_of_other_units_and_zones_are_compared():
    train = days("2024-01-01", "2024-03-01")
    for dtype in ("datetime64[s]", "datetime64[us]", "datetime64[ns]"):
        assert earlier(train.astype({"at": dtype}), days("2024-02-01")).rows == 1
    assert [p.name for p in time_columns(table_of(train), table_of(train))] == ["at"]
    assert list(time_columns(table_of(train), table_of(train[["x"]]))) == []
