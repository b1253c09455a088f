"""The merged frame of pandas: dtypes, categories, labels and the index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.comparison.merging.merge import MergeOptions, MergeSides, merge_inside
from nbmodelver.errors import NotMergeable


def merged(base: Any, ours: Any, theirs: Any, **how: Any) -> Any:
    return merge_inside(MergeSides(base, ours, theirs), MergeOptions(**how)).value


def column(values: Any, **more: Any) -> pd.DataFrame:
    return pd.DataFrame({"id": [11, 12, 13, 14, 15], "v": values, "pad": [1, 2, 3, 4, 5], **more})


@pytest.mark.parametrize(
    "dtype",
    [
        "Int64", "Float32", "boolean", "string", "int8", "float32", "bool", "object", "datetime64[ns, Asia/Tokyo]",
        "datetime64[s]", "timedelta64[ns]", "period[M]", "category", "Sparse[int64]", "int64[pyarrow]",
    ],
)  # fmt: skip
def test_a_dtype_is_preserved(dtype: str) -> None:
    values: Any = [0, 1, 0, 1, 0]
    if dtype.startswith("period"):
        values = pd.period_range("2024-01", periods=2, freq="M").take(values)
    elif dtype in ("string", "object"):
        values = list("ababa")
    base = column(pd.Series(values).astype(dtype))
    ours, theirs = base.copy(), base.copy()
    ours["v"] = base["v"].take([1, 1, 2, 3, 4]).reset_index(drop=True)
    theirs["v"] = base["v"].take([0, 0, 2, 3, 4]).reset_index(drop=True)
    found = merged(base, ours, theirs)
    assert found["v"].dtype == base["v"].dtype
    assert found["v"].tolist() == base["v"].take([1, 0, 2, 3, 4]).tolist()


def test_categories_of_both_sides_are_in_the_result() -> None:
    sides = [pd.Categorical(list(values)) for values in ("ababa", "cbaba", "abaad")]
    found = merged(*(column(v) for v in sides))
    assert found["v"].tolist() == ["c", "b", "a", "a", "d"]
    assert set(found["v"].cat.categories) >= {"a", "b", "c", "d"}
    kept = merged(column(sides[0]), column(sides[1]), column(sides[0]))
    assert kept["v"].cat.categories.tolist() == ["a", "b", "c"]


def test_a_category_that_one_side_removed_stays_if_the_other_side_uses_it() -> None:
    base = column(pd.Categorical(list("abaaa"), categories=list("abz")))
    ours = column(pd.Categorical(list("abaaz"), categories=list("abz")))
    theirs = column(pd.Categorical(list("abaaa"), categories=list("ab")))
    assert merged(base, ours, theirs)["v"].tolist() == list("abaaz")


def test_ordered_categories_that_both_sides_changed_are_refused() -> None:
    sides = [pd.Categorical(list("ababa"), categories=c, ordered=True) for c in (["a", "b"], ["b", "a"], list("abc"))]
    with pytest.raises(NotMergeable, match="both sides changed the order of the categories"):
        merged(*(column(v) for v in sides))


def test_a_dtype_that_one_side_changed_is_that_of_the_result() -> None:
    base, ours = column([1, 2, 3, 4, 5]), column([9, 2, 3, 4, 5])
    found = merged(base, ours, column([1, 2, 3, 4, np.nan]))
    assert found["v"].dtype == "float64"
    assert found["v"].tolist()[:4] == [9, 2, 3, 4]
    narrow = merged(
        column([0.1, 0.2, 3, 4, 5]), column([0.5, 0.2, 3, 4, 5]), column(np.array([0.1, 0.2, 3, 4, 5], "f4"))
    )
    assert narrow["v"].dtype == "float32"
    assert narrow["v"].iloc[0] == 0.5


def test_a_cell_that_does_not_fit_into_the_new_dtype_is_refused() -> None:
    with pytest.raises(NotMergeable, match="cells of column 'v' do not fit into int64"):
        merged(column([1.0, 2, 3, 4, 5]), column([1.5, 2, 3, 4, 5]), column([1, 2, 3, 4, 5]))


def test_dtypes_that_both_sides_changed_are_refused() -> None:
    with pytest.raises(NotMergeable, match="column 'v' is float64 in ours and Int64 in theirs"):
        merged(column([1, 2, 3, 4, 5]), column([1.0, 2, 3, 4, 5]), column(pd.array([1, 2, 3, 4, 5], "Int64")))


def test_a_new_column_without_nulls_is_refused_for_new_rows_of_the_other_side() -> None:
    base = column([1, 2, 3, 4, 5])
    longer = pd.concat([base, base.iloc[:1].assign(id=99)], ignore_index=True)
    with pytest.raises(NotMergeable, match="new rows of one side have no 'w', and int64 has no null"):
        merged(base, base.assign(w=1), longer)
    assert merged(base, base.assign(w=1.0), longer)["w"].isna().tolist() == [False] * 5 + [True]
    assert merged(base, base.assign(w=pd.array([1] * 5, "Int64")), longer)["w"].dtype == "Int64"


def test_labels_of_columns_keep_their_class_and_name() -> None:
    base = pd.DataFrame(np.eye(4), columns=pd.Index([0, 1, 2, 3], name="n"))
    ours, theirs = base.copy(), base.copy()
    ours[7], theirs[8], theirs.loc[0, 0] = 1.0, 2.0, 5.0
    found = merged(base, ours, theirs)
    assert (found.columns.tolist(), found.columns.name) == ([0, 1, 2, 3, 7, 8], "n")
    two = [side.set_axis(pd.MultiIndex.from_product([["x"], side.columns]), axis=1) for side in (base, ours, theirs)]
    assert merged(*two).columns.tolist() == [("x", n) for n in (0, 1, 2, 3, 7, 8)]


def test_columns_with_one_label_are_refused() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(NotMergeable, match="base has several columns with one label"):
        merged(twice, twice, twice)


def test_an_index_keeps_its_class() -> None:
    days = pd.date_range("2024-01-01", periods=5, tz="Europe/Zurich", name="day")
    sides = [column([n, 2, 3, 4, 5]).set_index(days) for n in (1, 1, 9)]
    found = merged(*sides)
    pd.testing.assert_index_equal(found.index, days)
    levels = pd.MultiIndex.from_product([["a"], range(5)], names=["k", None])
    found = merged(*(side.set_axis(levels) for side in sides))
    pd.testing.assert_index_equal(found.index, levels)
    assert merged(*(side.iloc[:0] for side in sides)).index.dtype == days.dtype


def test_rows_that_one_side_filtered_and_the_other_appended_keep_their_labels() -> None:
    base = column([1, 2, 3, 4, 5])
    longer = pd.concat([base, base.iloc[:1].assign(id=99)], ignore_index=True)
    found = merged(base, base.drop(index=[1]), longer)
    assert found.index.tolist() == [0, 2, 3, 4, 5]
    assert merged(base, base.drop(index=[1]).reset_index(drop=True), longer, key=("id",)).index.tolist() == list(
        range(5)
    )


def test_names_that_both_sides_changed_are_refused() -> None:
    names = [pd.Series([1, 2, 3], name=name) for name in ("a", "b", "c")]
    with pytest.raises(NotMergeable, match="its name is called 'b' in ours and 'c' in theirs"):
        merged(*names)
    assert merged(names[0], names[0], names[1]).name == "b"
