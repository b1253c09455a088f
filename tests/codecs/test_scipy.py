"""scipy: sparse matrices and arrays."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.testing.codecs import CodecContract, Sample

sparse = pytest.importorskip("scipy.sparse")


class TestContract(CodecContract):
    samples = (
        *(Sample(f"a {form} array", lambda form=form: _sparse(form)) for form in ("csr", "csc", "coo", "lil", "dia")),
        Sample("a matrix", lambda: sparse.csr_matrix([[0, 1], [2, 0]])),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        return a.format == b.format and a.dtype == b.dtype and (a != b).nnz == 0


def _sparse(form: str) -> Any:
    return sparse.csr_array([[0.0, 1.5], [2.0, 0.0]]).asformat(form)
