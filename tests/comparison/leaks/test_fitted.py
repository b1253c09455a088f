"""Transformers that were fitted on the training and test rows together, and those that were not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

from nbmodelver.comparison.leaks.fitted import is_fitted_on_all, may_hold_transformers, predicts, transformers
from nbmodelver.comparison.tables.tables import table_of

SCALERS = [StandardScaler(), MinMaxScaler(), MaxAbsScaler(), PCA(2), SimpleImputer()]


def fitted_on(value, train, *others) -> bool:
    return any(is_fitted_on_all(t, table_of(train), [table_of(o) for o in others]) for t in transformers(value))


@pytest.fixture
def split():
    data = load_wine(as_frame=True).data
    return data, *train_test_split(data, random_state=0)


@pytest.mark.parametrize("scaler", SCALERS)
def test_a_transformer_that_was_fitted_before_the_split_is_found(split, scaler):
    data, train, test = split
    assert fitted_on(scaler.fit(data), train, test)
    assert fitted_on(scaler.fit(data.to_numpy()), train.to_numpy(), test.to_numpy())
    assert not fitted_on(scaler.fit(train), train, test)
    assert not fitted_on(scaler.fit(test), train, test)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
@pytest.mark.parametrize("scaler", SCALERS)
def test_an_honest_split_is_silent(load, scaler):
    data = load(as_frame=True).data
    for seed in range(5):
        train, test = train_test_split(data, random_state=seed)
        scaler.fit(train)
        assert not fitted_on(scaler, train, test)
        assert not fitted_on(scaler, scaler.transform(train), scaler.transform(test))


def test_as_many_rows_of_another_set_are_no_leak(split):
    data, train, test = split
    other = data.sample(len(train) + len(test), replace=True, random_state=1)
    for scaler in SCALERS:
        assert not fitted_on(scaler.fit(other), train, test)
    twice = StandardScaler().fit(pd.concat([train.head(60), train.head(60)]))
    assert not fitted_on(twice, train.head(60), train.head(60))


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler((-1, 1)), MaxAbsScaler()])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_transformed_sets_tell_it_too(split, scaler, dtype):
    data = split[0].astype(dtype)
    train, test = train_test_split(scaler.fit_transform(data), random_state=0)
    assert fitted_on(scaler, train, test)
    assert not fitted_on(scaler, train[:-1], test)


def test_three_sets_are_found_together(split):
    data, train, test = split
    scaler = StandardScaler().fit(data)
    assert fitted_on(scaler, train, test.head(20), test.tail(len(test) - 20))
    assert not fitted_on(scaler, train, test.head(20))


def test_nulls_are_counted_by_column(split):
    data = split[0].copy()
    data.iloc[::7, 0] = np.nan
    train, test = train_test_split(data, random_state=0)
    for scaler in (StandardScaler(), MinMaxScaler(), SimpleImputer()):
        assert fitted_on(scaler.fit(data), train, test)
        assert not fitted_on(scaler.fit(train), train, test)


def test_the_steps_of_pipelines_unions_and_column_transformers_are_read(split):
    data, train, test = split
    label = (data["alcohol"] > 13).astype(int)
    made = [
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)),
        make_pipeline(make_union(PCA(2), make_pipeline(MinMaxScaler()))),
        make_column_transformer((StandardScaler(), ["alcohol", "hue"]), (OneHotEncoder(), ["ash"]), remainder="drop"),
    ]
    for pipeline in made:
        assert fitted_on(pipeline.fit(data, label), train, test)
        assert not fitted_on(pipeline.fit(train, label[train.index]), train, test)
    assert [predicts(p) for p in made] == [True, False, False]


def test_a_target_column_in_the_kept_sets_is_left_out(split):
    data = load_wine(as_frame=True).frame
    train, test = train_test_split(data, random_state=0)
    for features in (data.drop(columns="target"), data.drop(columns="target").to_numpy()):
        assert fitted_on(StandardScaler().fit(features), train, test)


def test_what_is_no_known_transformer_is_not_read(split):
    data = split[0]

    class Own(StandardScaler):
        def __getattribute__(self, name):
            raise AssertionError(name)

    unfitted = [StandardScaler(), make_pipeline(StandardScaler()), SimpleImputer(strategy="median").fit(data)]
    for value in (object.__new__(Own), RobustScaler().fit(data), LogisticRegression(), *unfitted, 3, None):
        assert list(transformers(value)) == []


def test_tables_without_its_columns_are_not_judged(split):
    data, train, test = split
    (scaler,) = transformers(StandardScaler().fit(data))
    texts = pd.DataFrame({name: ["x"] * len(test) for name in data})
    for other in (texts, test.iloc[:, :4]):
        assert is_fitted_on_all(scaler, table_of(train), [table_of(other)]) is None


def test_a_wide_array_is_read_as_a_block():
    data = np.random.default_rng(0).standard_normal((60, 12_000))
    scaler = StandardScaler().fit(data)
    assert table_of(data).columns[0].kind == "block"
    assert fitted_on(scaler, data[:40], data[40:])
    assert not fitted_on(StandardScaler().fit(data[:40]), data[:40], data[40:])


def test_no_cell_is_read_when_the_count_of_rows_decides(split, monkeypatch):
    data, train, test = split
    monkeypatch.setattr("nbmodelver.comparison.leaks.fitted._moments", lambda _values: 1 / 0)
    assert not fitted_on(StandardScaler().fit(train), train, test)
    with pytest.raises(ZeroDivisionError):
        fitted_on(StandardScaler().fit(data), train, test)


def test_types_are_chosen_by_their_name():
    assert may_hold_transformers("sklearn.preprocessing.StandardScaler")
    assert not may_hold_transformers("mine.StandardScaler")
    assert not may_hold_transformers("sklearn.preprocessing.RobustScaler")
