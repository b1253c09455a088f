"""Sparse matrices as tables: dense if they are small, else their stored entries."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.tables import scipy as adapter
from nbmodelver.comparison.tables.scipy import table

sparse = pytest.importorskip("scipy.sparse")


@pytest.mark.parametrize("form", ["csr_matrix", "coo_matrix", "csc_array"])
def test_a_small_matrix_has_its_rows(form):
    found = table(getattr(sparse, form)(np.array([[1, 0], [0, 2], [0, 0]])))
    assert found is not None
    assert found.rows == 3
    assert [c.cells() for c in found.columns] == [[1, 0, 0], [0, 2, 0]]


def test_a_large_matrix_has_a_row_for_each_entry_in_order(monkeypatch):
    monkeypatch.setattr(adapter, "MAX_DENSE_BYTES", 10)
    found = table(sparse.coo_matrix(([5.0, 7.0, 6.0], ([2, 0, 0], [1, 1, 0])), shape=(3, 2)))
    assert found is not None
    assert {c.name: c.cells() for c in found.columns} == {
        "row": [0, 0, 2], "column": [0, 1, 1], "value": [6.0, 7.0, 5.0],
    }  # fmt: skip


def test_other_values_are_no_tables():
    assert table(np.zeros((2, 2))) is None
    assert table(sparse.csr_matrix(np.array([[1j]]))) is None
