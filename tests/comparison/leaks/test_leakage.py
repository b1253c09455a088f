"""Test rows in training data: found, and told apart from rows that repeat by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import train_test_split

from nbmodelver.comparison.leaks.leakage import GainedRows, SharedRows, compared_columns, gained_rows, shared_rows
from nbmodelver.comparison.rows.pairing import KEY_NAME
from nbmodelver.comparison.tables.tables import TableData, table_of


def table(value: object) -> TableData:
    found = table_of(value)
    assert found is not None
    return found


def shared(train: object, test: object) -> SharedRows:
    return shared_rows(table(train), table(test))


def gained(train: object, test: object, earlier: object) -> GainedRows:
    a, b = table(train), table(test)
    columns = compared_columns(a, b)
    return gained_rows(a, b, table(earlier), columns, shared_rows(a, b, columns))


@pytest.fixture
def cancer() -> tuple[pd.DataFrame, pd.DataFrame]:
    train, test = train_test_split(load_breast_cancer(as_frame=True).frame, random_state=0)
    return train, test


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_diabetes])
def test_honest_splits_are_silent(load):
    for seed in range(5):
        train, test = train_test_split(load(as_frame=True).frame, random_state=seed)
        assert shared(train, test).is_chance


def test_appended_test_rows_are_found(cancer):
    train, test = cancer
    more = pd.concat([train, test.head(53)], ignore_index=True)
    found = shared(more, test)
    assert found.test.tolist() == list(range(53))
    assert found.train.tolist() == list(range(426, 479))
    assert found.same_target == 53
    assert not found.is_chance
    assert not found.is_repetition


def test_a_column_of_ids_hides_no_leak(cancer):
    train, test = cancer
    more = pd.concat([train, test.head(53)], ignore_index=True)
    for name, ids in (("id", np.arange), ("row", np.arange), ("uuid", lambda n: [f"u{i}-{n}" for i in range(n)])):
        numbered = more.assign(**{name: ids(len(more))}), test.assign(**{name: ids(len(test))})
        assert len(shared(*numbered).test) == 53


def test_another_label_of_a_leaked_row_is_counted(cancer):
    train, test = cancer
    leaked = test.head(53).copy()
    leaked.iloc[:2, -1] = 1 - leaked.iloc[:2, -1]
    assert shared(pd.concat([train, leaked]), test).same_target == 51


def test_three_rows_are_enough(cancer):
    train, test = cancer
    assert not shared(pd.concat([train, test.head(3)]), test).is_chance


def categories(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({f"c{i}": rng.choice(list("abcd"), rows) for i in range(5)})


def test_few_categories_repeat_by_chance_and_the_gained_rows_tell():
    train, test = categories(1500, 0), categories(500, 1)
    found = shared(train, test)
    assert len(found.test) > 300
    assert found.is_chance
    more = pd.concat([train, test.head(53)], ignore_index=True)
    assert shared(more, test).is_chance
    delta = gained(pd.concat([train, test.head(200)], ignore_index=True), test, train)
    assert delta.is_chance is False or delta.gained == 0


def test_rows_that_the_training_set_gained_stand_in_the_test_set(cancer):
    train, test = cancer
    delta = gained(pd.concat([train, test.head(53)]), test, train)
    assert (delta.gained, delta.shared) == (53, 53)
    assert not delta.is_chance


def test_new_honest_rows_are_chance(cancer):
    train, test = cancer
    assert gained(train, test, train.head(300)).is_chance


def test_another_training_set_is_nothing_to_compare_the_gain_with(cancer):
    train, test = cancer
    more = pd.concat([train, test.head(53)])
    scaled = (train - train.mean()) / train.std()
    for earlier in (scaled, scaled.rename(columns=str.upper), train.head(0)):
        assert gained(more, test, earlier).is_comparable == (not len(earlier))
    assert gained(more, test, train.head(50)).is_comparable


def test_copies_of_training_rows_are_no_new_rows(cancer):
    train, test = cancer
    delta = gained(pd.concat([train, train.head(100)]), test, train)
    assert (delta.gained, delta.shared) == (0, 0)
    assert delta.is_chance


def test_a_set_that_was_oversampled_before_the_split_repeats_rows():
    iris = load_iris(as_frame=True).frame
    train, test = train_test_split(pd.concat([iris] * 4, ignore_index=True), random_state=0)
    found = shared(train, test)
    assert not found.is_chance
    assert found.is_repetition


def test_one_hot_columns_are_silent():
    train, test = (pd.get_dummies(categories(n, seed)) for n, seed in ((1500, 0), (500, 1)))
    assert shared(train, test).is_chance or shared(train, test).is_repetition


def test_arrays_texts_and_other_libraries_are_compared(cancer):
    pl = pytest.importorskip("polars")
    train, test = cancer
    more = pd.concat([train, test.head(7)])
    assert len(shared(more.to_numpy(), test.to_numpy()).test) == 7
    assert len(shared(pl.from_pandas(more), test).test) == 7
    texts = [f"text {i}" for i in range(100)]
    assert shared([*texts, "x", "y"], ["y", "z"]).test.tolist() == [0]


def test_columns_in_another_order_and_dtype_are_compared(cancer):
    train, test = cancer
    more = pd.concat([train, test.head(9)]).astype("float32")
    assert len(shared(more[more.columns[::-1]], test).test) == 9


def test_tables_without_a_common_column_share_nothing():
    found = shared(pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"b": [1.0, 2.0]}))
    assert (len(found.test), found.columns) == (0, ())
    assert len(shared(pd.DataFrame({"a": []}), pd.DataFrame({"a": [1.0]})).test) == 0


def test_a_collision_of_row_hashes_is_no_leak(cancer, monkeypatch):
    train, test = cancer
    more = pd.concat([train, test.head(5)], ignore_index=True)
    monkeypatch.setattr(
        "nbmodelver.comparison.leaks.leakage._hashes", lambda _pairs, *rows: tuple(np.zeros(n, np.uint64) for n in rows)
    )
    assert len(shared(more, test).test) <= 1


@pytest.mark.parametrize("name", ["id", "user_id", "userid", "rowIds", "UserID", "customerKey", "uuid", "zip_code"])
def test_names_of_keys_are_known(name):
    assert KEY_NAME.search(name)


@pytest.mark.parametrize("name", ["paid", "said", "humid", "grid", "code_length", "idea"])
def test_words_that_end_like_a_key_are_none(name):
    assert not KEY_NAME.search(name)


def test_coarse_columns_that_depend_on_each_other_are_silent():
    for load in (load_iris, load_diabetes):
        data = load(as_frame=True).frame
        coarse = data.apply(lambda c: pd.qcut(c.rank(method="first"), 4).astype(str))
        for seed in range(5):
            found = shared(*train_test_split(coarse, random_state=seed, test_size=0.1))
            assert found.is_chance or (found.is_common and (found.is_repetition or len(found.test) < 3))


def test_repetitions_of_an_oversampled_training_set_hide_no_leak(cancer):
    train, test = cancer
    more = pd.concat([train, train, test.head(20)])
    assert not shared(more, test).is_repetition


@pytest.mark.parametrize("size", [0.1, 0.25])
@pytest.mark.parametrize("count", [3, 5])
def test_a_few_test_rows_in_the_training_rows_of_iris_are_no_chance(size, count):
    data = load_iris(as_frame=True).frame
    for seed in range(20):
        train, test = train_test_split(data, random_state=seed, test_size=size)
        found = shared(pd.concat([train, test.head(count)]), test)
        assert not (found.is_chance)
        assert not (found.is_common)
        assert not (found.is_repetition)
