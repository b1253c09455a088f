"""patsy: designs and design matrices, which patsy refuses to pickle, come back."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.codecs import registry
from tests.codecs.again import Again

patsy = pytest.importorskip("patsy")


def test_a_design_matrix_comes_back_with_its_design() -> None:
    data = {"x": [1.0, 2.0, 4.0], "g": ["a", "b", "a"]}
    matrix = patsy.dmatrix("x + g", data)
    again = Again(matrix=matrix, info=matrix.design_info)
    assert type(again.matrix) is patsy.DesignMatrix
    assert np.array_equal(again.matrix, matrix)
    assert again.info.column_names == ["Intercept", "g[T.b]", "x"]
    built = patsy.build_design_matrices([again.info], {"x": [3.0], "g": ["b"]})[0]
    assert built.tolist() == [[1.0, 1.0, 3.0]]


def test_only_classes_that_refuse_pickling_have_a_reduction_of_ours() -> None:
    assert registry.helper(patsy.DesignMatrix) is not None
    assert registry.helper(patsy.DesignInfo) is not None
    assert registry.helper(patsy.PatsyError) is None
