"""Fresh data against a training set: drift by the rules of drift, and columns that are missing or of another kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.tables.fresh import fresh_drift
from nbmodelver.comparison.tables.tables import table_of
from nbmodelver.errors import NotComparable
from tests.actions.watched import customers, fresh

INPUTS = ["age", "income"]
NAMES = ("df_train", "fresh.csv")


def found(data, inputs=INPUTS, without=(), train=None):
    train = customers() if train is None else train
    return fresh_drift(NAMES, table_of(train), table_of(data), inputs, without)


def told(data, **more):
    return [(d.name, d.verdict) for d in found(data, **more).drifts]


@pytest.mark.parametrize("seed", range(8))
def test_honest_data_has_no_drift_and_a_missing_answer_is_no_alarm(seed):
    result = found(fresh(seed=seed))
    assert [d for d in result.drifts if d.verdict != "extreme values"] == []
    assert "not in the fresh data and no input of the model: churn" in result.notes


def test_a_column_that_moved_is_told_with_a_picture():
    result = found(fresh(income=2.0))
    assert [(d.name, d.verdict) for d in result.drifts] == [("income", "moved strongly")]
    assert result.section is not None
    assert result.section.id == "drift.df_train"
    assert result.section.columns[3:] == NAMES
    assert [c.title for c in result.section.charts] == ["income"]


def test_a_missing_input_is_drift_and_names_a_similar_new_column():
    result = found(fresh().rename(columns={"income": "Income_"}))
    assert [(d.name, d.verdict, d.effect) for d in result.drifts] == [("income", "missing", 1.0)]
    assert "income may be Income_ now" in result.notes
    assert "not in the training set: Income_" in result.notes


def test_without_known_inputs_every_missing_column_counts_unless_it_is_left_out():
    assert told(fresh(), inputs=None) == [("churn", "missing")]
    assert told(fresh(), inputs=None, without=["churn"]) == []


def test_another_kind_of_column_is_drift_and_another_dtype_is_a_note():
    result = found(fresh().assign(age=lambda d: d.age.astype(str), income=lambda d: d.income.astype("float32")))
    assert [(d.name, d.verdict, d.before) for d in result.drifts] == [("age", "another kind", "float64")]
    assert "other dtypes: income float64 → float32" in result.notes


def test_categories_stand_for_texts():
    assert told(fresh().assign(plan=lambda d: d.plan.astype("category"))) == []
    assert ("plan", "moved strongly") in told(fresh().assign(plan="a"))


def test_a_training_array_is_compared_by_position():
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"u": rng.normal(size=300), "v": rng.normal(3, 1, 300)})
    result = found(data, train=rng.normal(size=(500, 2)), inputs=None)
    assert [(d.name, d.verdict) for d in result.drifts] == [("1", "moved strongly")]
    assert "compared by their position" in result.notes[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (fresh().head(0), "fresh.csv has no rows"),
        (pd.DataFrame({"x": [1.0, 2.0]}), "fresh.csv has no column of df_train"),
    ],
)
def test_what_cannot_be_compared_is_said(data, says):
    with pytest.raises(NotComparable, match=says):
        found(data)
