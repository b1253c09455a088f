"""The merged frame of polars: dtypes and categories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from nbmodelver.comparison.merging.merge import MergeOptions, MergeSides, merge_inside
from nbmodelver.errors import NotMergeable


def merged(base: Any, ours: Any, theirs: Any, **how: Any) -> Any:
    return merge_inside(MergeSides(base, ours, theirs), MergeOptions(**how)).value


def column(values: Any, dtype: Any = None) -> pl.DataFrame:
    return pl.DataFrame({"id": [11, 12, 13, 14], "v": pl.Series(values, dtype=dtype), "pad": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    ("dtype", "a", "b"),
    [
        (pl.Int8, 1, 2), (pl.UInt64, 2**63, None), (pl.Float32, 0.5, None), (pl.Boolean, True, None),
        (pl.String, "a", None), (pl.Binary, b"a", b"b"), (pl.Date, date(2024, 1, 1), None),
        (pl.Datetime("us", "Asia/Tokyo"), datetime(2024, 1, 1, tzinfo=UTC), None),
        (pl.Duration("ms"), timedelta(1), timedelta(2)), (pl.Decimal(10, 2), 1, 2), (pl.Categorical, "a", "b"),
        (pl.Enum(["a", "b"]), "a", "b"), *([(pl.Int128, 2**70, 1)] if hasattr(pl, "Int128") else []),
    ],
)  # fmt: skip
def test_a_dtype_is_preserved(dtype: Any, a: Any, b: Any) -> None:
    sides = [column(values, dtype) for values in ([a, b, a, b], [b, b, a, b], [a, a, a, b])]
    found = merged(*sides)
    assert found.schema == sides[0].schema
    assert found["v"].to_list() == column([b, a, a, b], dtype)["v"].to_list()


def test_categories_of_both_sides_are_in_the_result() -> None:
    enums = [column(list(v), pl.Enum(c)) for v, c in (("abab", "ab"), ("cbab", "abc"), ("abad", "abd"))]
    found = merged(*enums)
    assert found["v"].to_list() == ["c", "b", "a", "d"]
    assert found["v"].dtype == pl.Enum(["a", "b", "c", "d"])
    texts = [column(list(v), pl.Categorical) for v in ("abab", "cbab", "abad")]
    assert merged(*texts)["v"].to_list() == ["c", "b", "a", "d"]


def test_a_dtype_that_one_side_changed_is_that_of_the_result() -> None:
    found = merged(column([1, 2, 3, 4]), column([9, 2, 3, 4]), column([1, 2, 3, 4], pl.Int16))
    assert (found["v"].dtype, found["v"].to_list()) == (pl.Int16, [9, 2, 3, 4])
    with pytest.raises(NotMergeable, match="cells of column 'v' do not fit into Int16"):
        merged(column([1, 2, 3, 4]), column([99_999, 2, 3, 4]), column([1, 2, 3, 4], pl.Int16))
    with pytest.raises(NotMergeable, match="column 'v' is Float64 in ours and Int16 in theirs"):
        merged(column([1, 2, 3, 4]), column([1.0, 2, 3, 4]), column([1, 2, 3, 4], pl.Int16))


def test_a_new_column_is_null_in_new_rows_of_the_other_side() -> None:
    base = column([1, 2, 3, 4])
    longer = pl.concat([base, base.head(1).with_columns(id=pl.lit(99, pl.Int64))])
    assert merged(base, base.with_columns(w=pl.lit(1)), longer)["w"].to_list() == [1, 1, 1, 1, None]


def test_a_name_that_one_side_changed_is_that_of_the_result() -> None:
    names = [pl.Series(name, [1, 2, 3]) for name in ("a", "b", "c")]
    assert merged(names[0], names[0], names[1]).name == "b"
    assert merged(names[0], names[1], names[1]).name == "b"
    with pytest.raises(NotMergeable, match="it is called 'b' in ours and 'c' in theirs"):
        merged(*names)
