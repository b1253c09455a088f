"""Columns are paired by name, then by content."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbmodelver.comparison.tables.schema import SchemaChanges, common_columns, schema_changes
from nbmodelver.comparison.tables.tables import TableData, table_of

FRAME = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20) % 3, "c": ["x", "y"] * 10})


def table(value: object) -> TableData:
    found = table_of(value)
    assert found is not None
    return found


def changes(before: pd.DataFrame, after: pd.DataFrame) -> SchemaChanges:
    return schema_changes(table(before), table(after))


def test_added_removed_and_reordered_columns():
    found = changes(FRAME, FRAME[["b", "a"]].assign(d=1))
    assert ([c.name for c in found.added], [c.name for c in found.removed]) == (["d"], ["c"])
    assert found.reordered
    assert not changes(FRAME, FRAME.assign(d=1)).reordered


def test_a_constant_column_is_renamed_by_nobody():
    found = changes(FRAME.assign(k=1), FRAME.assign(m=1))
    assert found.renamed == ()


def test_a_renamed_column_of_a_table_that_grew():
    more = pd.concat([FRAME, FRAME.tail(1)]).rename(columns={"a": "income"})
    assert changes(FRAME, more).renamed == (("a", "income"),)


def test_another_dtype_and_other_categories():
    before = FRAME.assign(c=pd.Categorical(FRAME["c"], ["x", "y"]))
    after = FRAME.assign(c=pd.Categorical(FRAME["c"], ["y", "x"], ordered=True), a=FRAME["a"].astype("float32"))
    found = changes(before, after)
    assert [(p.before.dtype, p.after.dtype) for p in found.retyped] == [
        ("float64", "float32"),
        ("category", "category, ordered"),
    ]
    assert [p.narrow for p in found.pairs] == [True, False, False]
    ((pair, old, new),) = found.recategorized
    assert (pair.name, old, new) == ("c", ["x", "y"], ["y", "x"])


def test_common_columns_are_those_of_one_name():
    assert [p.name for p in common_columns(table(FRAME), table(FRAME.rename(columns={"a": "z"})))] == ["b", "c"]
