"""Rows and cells of two tables: what is the same, what changed, and what is only written otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from nbmodelver.comparison.rows.row_diff import RowDiff, row_diff
from nbmodelver.comparison.tables.tables import table_of


def diff(before: object, after: object, key: tuple[str, ...] = ()) -> RowDiff:
    """The difference of two values, which must be tables."""
    a, b = table_of(before), table_of(after)
    assert a is not None
    assert b is not None
    return row_diff(a, b, key)


def counts(found: RowDiff) -> tuple[int, int, int, int]:
    """Rows that are the same, changed, added, removed."""
    return found.same, found.changed, len(found.added), len(found.removed)


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.standard_normal((1000, 5)), columns=list("abcde"))
    return numbers.assign(
        city=rng.choice(["Bern", "Basel", "Genf"], 1000),
        age=rng.integers(18, 90, 1000),
        day=pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, 1000), "D"),
    )


def test_equal_tables_have_no_difference(frame):
    found = diff(frame, frame.copy())
    assert counts(found) == (1000, 0, 0, 0)
    assert found.order.how == "kept"
    assert not found.columns


def test_appended_rows_are_added_and_nothing_else_changes(frame):
    more = pd.concat([frame, frame.sample(53, random_state=1).assign(a=9.0)], ignore_index=True)
    found = diff(frame, more)
    assert counts(found) == (1000, 0, 53, 0)
    assert found.added.tolist() == list(range(1000, 1053))
    assert found.order.how == "kept"


def test_shuffled_rows_are_only_in_another_order(frame):
    found = diff(frame, frame.sample(frac=1, random_state=1).reset_index(drop=True))
    assert counts(found) == (1000, 0, 0, 0)
    assert found.order.how == "shuffled"


def test_an_index_that_is_reset_loses_no_row(frame):
    labelled = frame.set_axis([f"r{i}" for i in range(1000)])
    found = diff(labelled, labelled.reset_index(drop=True))
    assert counts(found) == (1000, 0, 0, 0)
    assert found.relabelled == 1000


def test_shuffled_and_one_cell_edited_is_one_changed_cell(frame):
    edited = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    edited.loc[17, "b"] = 42.0
    found = diff(frame, edited)
    assert counts(found) == (999, 1, 0, 0)
    assert [(c.name, c.cells) for c in found.columns] == [("b", 1)]
    (change,) = found.columns
    assert change.examples == ((17, frame["b"].to_numpy()[found.pairs[0][0]], 42.0),)
    assert found.after.labels(found.pairs[1]) == [17]


@pytest.mark.parametrize(
    ("column", "dtype"),
    [("age", "float64"), ("age", "Int64"), ("age", "int8"), ("city", "category"), ("city", "string"),
     ("day", "datetime64[us]"), ("day", "datetime64[s]")],
)  # fmt: skip
def test_another_dtype_with_the_same_values_is_no_changed_cell(frame, column, dtype):
    frame["day"] = frame["day"].astype("datetime64[ns]")
    found = diff(frame, frame.astype({column: dtype}))
    assert counts(found) == (1000, 0, 0, 0)
    assert [p.name for p in found.schema.retyped] == [column]


def test_float32_is_compared_as_float32(frame):
    narrowed = frame.astype({"a": "float32"})
    found = diff(frame, narrowed)
    assert counts(found) == (1000, 0, 0, 0)
    narrowed.loc[3, "a"] = 7.0
    assert counts(diff(frame, narrowed)) == (999, 1, 0, 0)


def test_large_integers_that_are_one_float_are_two_values():
    before = pd.DataFrame({"n": [2**60, 5, 2**62], "x": [1.0, 2.0, 3.0]})
    after = before.assign(n=[2**60 + 1, 5, 2**62])
    assert counts(diff(before, after)) == (2, 1, 0, 0)
    assert counts(diff(before, before.astype({"n": "float64"}))) == (3, 0, 0, 0)


def test_every_null_is_the_same_and_an_empty_text_is_another():
    before = pd.DataFrame({"t": ["a", None, "c"], "x": [1.0, np.nan, 3.0]}, dtype=object)
    after = pd.DataFrame({"t": ["a", np.nan, "c"], "x": [1.0, None, 3.0]}, dtype=object)
    assert counts(diff(before, after)) == (3, 0, 0, 0)
    emptied = before.assign(t=["a", "", "c"])
    assert counts(diff(before, emptied)) == (2, 1, 0, 0)


def test_zero_and_negative_zero_are_the_same():
    assert counts(diff(np.array([0.0, 1.0]), np.array([-0.0, 1.0]))) == (2, 0, 0, 0)


def test_rounding_is_counted_apart_from_changes(frame):
    noisy = frame.assign(a=frame["a"] * (1 + 1e-12))
    found = diff(frame, noisy)
    assert (found.changed, len(found.added), len(found.removed)) == (1000 - found.same, 0, 0)
    assert [(c.name, c.cells) for c in found.columns] == [("a", 0)]
    assert found.columns[0].rounding > 900


def test_rounding_is_recognized_in_shuffled_rows_of_floats_alone():
    rng = np.random.default_rng(0)
    before = rng.standard_normal((500, 6))
    found = diff(before, rng.permutation(before * (1 + 1e-13)))
    assert len(found.added) <= 5
    assert all(c.cells == 0 for c in found.columns)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda f: f.assign(city=f["city"].map({"Bern": "BE", "Basel": "BS", "Genf": "GE"})), 'recoded: "B'),
        (lambda f: f.assign(city=f["city"].replace({"Bern": "CH", "Basel": "CH", "Genf": "CH"})), "3 values merged"),
        (lambda f: f.assign(a=f["a"] * 2.54), "× 2.54 (inch to cm)"),
        (lambda f: f.assign(a=f["a"] + 3), "+3"),
        (lambda f: f.assign(a=f["a"] * 1.8 + 32), "× 1.8 +32"),
        (lambda f: f.assign(a=f["a"].clip(upper=1.0)), "clipped at 1"),
        (lambda f: f.assign(a=f["a"].round(2)), "rounded to 2 digits"),
        (lambda f: f.assign(city=f["city"].str.upper()), "only upper and lower case"),
        (lambda f: f.assign(a=f["a"].shift(1)), "shifted down by 1 row"),
        (lambda f: f.assign(a=f["b"], b=f["a"]), "swapped with"),
        (lambda f: f.assign(a=np.nan), "emptied"),
        (lambda f: f.assign(age=(f["age"] % 3 + 1) % 3), ""),
    ],
)  # fmt: skip
def test_the_rule_of_a_changed_column_is_found(frame, change, rule):
    found = diff(frame, change(frame))
    assert (len(found.added), len(found.removed)) == (0, 0)
    assert all(c.rule.startswith(rule) for c in found.columns)
    assert found.columns


def test_labels_shifted_by_one_are_recoded():
    iris = load_iris(as_frame=True).frame
    found = diff(iris, iris.assign(target=(iris["target"] + 1) % 3))
    assert found.columns[0].rule == "recoded: 0 → 1 (50), 1 → 2 (50), 2 → 0 (50)"


def test_a_recoded_column_and_appended_rows(frame):
    recoded = frame.assign(city=frame["city"].map({"Bern": "BE", "Basel": "BS", "Genf": "GE"}))
    more = pd.concat([recoded, recoded.sample(53, random_state=3).assign(a=7.0, b=8.0)], ignore_index=True)
    found = diff(frame, more)
    assert counts(found) == (0, 1000, 53, 0)
    assert [c.name for c in found.columns] == ["city"]


def test_two_recoded_columns_and_appended_rows(frame):
    recoded = frame.assign(city=frame["city"].str.upper(), a=frame["a"] * 100)
    more = pd.concat([recoded, recoded.sample(53, random_state=3).assign(b=7.0, c=8.0)], ignore_index=True)
    found = diff(frame, more)
    assert counts(found) == (0, 1000, 53, 0)
    assert {c.name for c in found.columns} == {"city", "a"}


def test_a_renamed_column_is_found_in_shuffled_rows(frame):
    renamed = frame.rename(columns={"a": "income"}).sample(frac=1, random_state=2).reset_index(drop=True)
    found = diff(frame, renamed)
    assert found.schema.renamed == (("a", "income"),)
    assert counts(found) == (1000, 0, 0, 0)


def test_of_two_equal_columns_no_rename_is_assumed(frame):
    twice = frame.assign(b=frame["a"])
    found = diff(twice, twice.drop(columns=["a", "b"]).assign(income=frame["a"]))
    assert found.schema.renamed == ()
    assert found.schema.candidates == (("income", ("a", "b")),)


def test_dropped_copies_are_copies(frame):
    twice = pd.concat([frame, frame.head(10)], ignore_index=True)
    found = diff(twice, frame)
    assert counts(found) == (1000, 0, 0, 10)
    assert found.copies_removed == 10
    oversampled = pd.concat([frame, frame[frame["city"] == "Bern"]], ignore_index=True)
    found = diff(frame, oversampled)
    assert found.copies_added == len(found.added) > 100


def test_a_sorted_table_names_the_column(frame):
    found = diff(frame, frame.sort_values("b").reset_index(drop=True))
    assert counts(found) == (1000, 0, 0, 0)
    assert found.sorted_by == "b"
    assert diff(frame, frame[::-1].reset_index(drop=True)).order.how == "reversed"
    moved = pd.concat([frame[100:], frame[:100]], ignore_index=True)
    assert diff(frame, moved).order.moved == 100


def test_duplicate_keys_are_matched_by_content_first():
    before = pd.DataFrame({"a": [0], "b": [1]})
    after = pd.DataFrame({"a": [0, 0], "b": [0, 1]})
    assert counts(diff(before, after, key=("a",))) == (1, 0, 1, 0)


def test_a_key_is_found_and_pairs_rows_that_changed_in_many_cells(frame):
    keyed = frame.assign(customer_id=np.arange(1000) * 7 + 3)
    edited = keyed.sample(frac=1, random_state=1).reset_index(drop=True)
    edited.loc[:9, list("abcde")] = 1.0
    found = diff(keyed, edited)
    assert counts(found) == (990, 10, 0, 0)
    assert found.how == ("key customer_id",)


def test_new_ids_are_no_key(frame):
    before = frame.assign(row_id=[f"x{i}" for i in range(1000)])
    after = frame.assign(row_id=[f"y{i}" for i in range(1000)])
    found = diff(before, after)
    assert (found.changed, len(found.added)) == (1000, 0)
    assert [c.name for c in found.columns] == ["row_id"]


def test_rows_are_paired_by_their_index(frame):
    labelled = frame.set_axis([f"r{i}" for i in range(1000)])
    edited = labelled.sample(frac=1, random_state=1)
    edited.iloc[:5, :5] = 1.0
    found = diff(labelled, edited)
    assert counts(found) == (995, 5, 0, 0)
    assert found.how == ("index",)
    assert found.relabelled == 0


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (pd.DataFrame(), pd.DataFrame(), (0, 0, 0, 0)),
        (pd.DataFrame({"a": []}), pd.DataFrame({"a": [1.0]}), (0, 0, 1, 0)),
        (pd.DataFrame({"a": [1, 1, 1]}), pd.DataFrame({"a": [1, 1]}), (2, 0, 0, 1)),
        (pd.DataFrame(index=[1, 2]), pd.DataFrame(index=[1, 2, 3]), (2, 0, 1, 0)),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), pd.DataFrame([[1, 3]], columns=["x", "x"]), (0, 1, 0, 0)),
        (np.zeros((3, 0)), np.zeros((3, 0)), (3, 0, 0, 0)),
        (np.arange(6), np.arange(5), (5, 0, 0, 1)),
        (["a", "b", "c"], ["a", "x", "c"], (2, 1, 0, 0)),
        (["a", "b", "c"], ["a", "b", "new", "c"], (3, 0, 1, 0)),
        (np.zeros((4, 3, 2)), np.concatenate([np.zeros((4, 3, 2)), np.ones((1, 3, 2))]), (4, 0, 1, 0)),
        (np.zeros((9, 40, 40)), np.zeros((8, 40, 40)), (8, 0, 0, 1)),
    ],
)  # fmt: skip
def test_small_and_odd_tables_have_an_answer(before, after, expected):
    assert counts(diff(before, after)) == expected


def test_ten_thousand_columns_have_an_answer():
    before = pd.DataFrame(np.arange(30_000.0).reshape(3, 10_000))
    after = before.copy()
    after.iloc[1, 77] = -1.0
    found = diff(before, after)
    assert counts(found) == (2, 1, 0, 0)
    assert [c.name for c in found.columns] == ["77"]


def test_a_multi_index_on_rows_and_columns():
    index = pd.MultiIndex.from_product([["x", "y"], [1, 2]], names=["g", "n"])
    columns = pd.MultiIndex.from_tuples([("p", "a"), ("p", "b")])
    before = pd.DataFrame(np.arange(8.0).reshape(4, 2), index=index, columns=columns)
    after = before.copy()
    after.iloc[2, 1] = 50.0
    found = diff(before, after)
    assert counts(found) == (3, 1, 0, 0)
    assert [(c.name, c.examples) for c in found.columns] == [("p, b", ((2, 5.0, 50.0),))]
    assert found.after.labels(found.pairs[1]) == ["y, 1"]


def test_a_column_of_objects_is_not_compared_and_runs_none_of_their_code():
    class Loud:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("called")

        __hash__ = None  # type: ignore[assignment]

    before = pd.DataFrame({"x": [1, 2], "o": [Loud(), Loud()]})
    found = diff(before, before.assign(x=[1, 3]))
    assert found.not_compared == ("o",)
    assert counts(found) == (1, 1, 0, 0)


def test_a_subclass_is_no_table():
    class Mine(pd.DataFrame):
        pass

    assert table_of(Mine({"a": [1]})) is None


def test_an_array_of_a_class_from_elsewhere_runs_none_of_its_code():
    from pandas.api.extensions import ExtensionArray, ExtensionDtype

    class LoudType(ExtensionDtype):
        name = "loud"
        type = object

    class Loud(ExtensionArray):
        dtype = LoudType()

        def __len__(self):
            return 2

        def isna(self):
            raise RuntimeError("called")

        def __getitem__(self, _item):
            return self

        def copy(self):
            return self

        def view(self, dtype=None):
            return self

        to_numpy = astype = __array__ = isna

    frame = pd.DataFrame({"x": [1, 2]})
    frame["o"] = Loud()
    assert [c.kind for c in table_of(frame).columns] == ["number", "opaque"]
