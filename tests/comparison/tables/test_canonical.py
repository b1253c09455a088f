"""Hashes of cells and rows: equal values have equal hashes, and different ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.tables.canonical import BLOCK_ROWS, NULL, CellHasher, cell_hashes, fingerprint, row_hashes
from nbmodelver.comparison.tables.tables import ColumnData, of_array, table_of


def column(values: object, name: str = "x") -> ColumnData:
    table = table_of(values)
    assert table is not None
    (one,) = table.columns
    return ColumnData(name, one.dtype, one.kind, one.values, one.nulls, one.categories, one.unit)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [1.0, 2.0]), ([True, False], [1, 0]), (np.array([1], "i8"), np.array([1], "u2")),
        (np.array([0.0]), np.array([-0.0])), ([None], [float("nan")]), (["a"], np.array(["a"])),
        (np.array(["2024-01-01"], "M8[D]"), np.array(["2024-01-01"], "M8[ns]")), ([2**60], np.array([2**60], "i8")),
        (np.array([2**60], "i8"), np.array([2.0**60])), (np.array([1.5], "f2"), np.array([1.5])),
    ],
)  # fmt: skip
def test_equal_values_have_equal_hashes(one, other):
    assert cell_hashes(column(one)).tolist() == cell_hashes(column(other)).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], ["1"]), ([2**60], [2**60 + 1]), (np.array([2**60], "i8"), np.array([2**60 + 1], "i8")), ([""], [None]),
        (np.array([1], "m8[s]"), np.array([1], "M8[s]")), ([b"a"], ["a"]), ([10**30], [10**30 + 1]), ([-1], [1]),
        ([float("inf")], [float("-inf")]),
    ],
)  # fmt: skip
def test_different_values_have_different_hashes(one, other):
    assert cell_hashes(column(one)).tolist() != cell_hashes(column(other)).tolist()


def test_every_null_has_one_hash():
    for values in ([None], [float("nan")], np.array(["NaT"], "M8[ns]")):
        assert cell_hashes(column(values)).tolist() == [int(NULL)]


def test_a_narrow_hash_is_that_of_float32():
    wide, short = np.array([0.1, 0.2]), np.array([0.1, 0.2], "f4")
    assert cell_hashes(column(wide)).tolist() != cell_hashes(column(short)).tolist()
    assert cell_hashes(column(wide), narrow=True).tolist() == cell_hashes(column(short)).tolist()


def test_the_hash_of_a_row_does_not_depend_on_the_order_of_columns_but_on_their_names():
    a, b = of_array("a", np.arange(5.0)), of_array("b", np.arange(5.0) ** 2)
    assert row_hashes([a, b], 5).tolist() == row_hashes([b, a], 5).tolist()
    assert row_hashes([a, b], 5, ["b", "a"]).tolist() != row_hashes([a, b], 5).tolist()


def test_rows_of_several_blocks_are_hashed_alike():
    values = np.arange(2.0 * BLOCK_ROWS + 7) % 1000
    hashes = row_hashes([of_array("x", values)], len(values))
    assert len(np.unique(hashes)) == 1000
    assert hashes[0] == hashes[1000] == hashes[2 * BLOCK_ROWS // 1000 * 1000]


def test_a_fingerprint_ignores_order_and_name_and_is_none_for_a_constant():
    values = np.random.default_rng(0).standard_normal(1000)
    assert fingerprint(column(values)) == fingerprint(column(values[::-1], "y"))
    assert fingerprint(column(values)) != fingerprint(column(values + 1))
    assert fingerprint(column(np.ones(5))) is None
    assert fingerprint(column([None, None])) is None


def test_an_opaque_column_is_refused():
    with pytest.raises(ValueError, match="complex128 cells cannot be compared"):
        CellHasher(of_array("z", np.array([1j])))


def test_surrogates_are_hashed():
    assert cell_hashes(column(["\ud800", "a"]))[1] == cell_hashes(column(["a"]))[0]
