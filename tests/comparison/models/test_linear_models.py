"""Linear models are paired by the names of features and outputs."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.comparison.models.linear_models import linear_diff, linear_model_of, made


def test_features_are_paired_by_name_in_any_order():
    old = made(["a", "b"], ("",), np.array([[1.0, 2.0]]))
    new = made(["b", "a"], ("",), np.array([[2.0, 1.0]]))
    found = linear_diff(old, new)
    assert [(p.name, p.differs) for p in found.pairs] == [("b", False), ("a", False)]
    assert found.cosine == pytest.approx(1)


def test_a_side_without_names_takes_those_of_the_other():
    old = made(None, ("",), np.array([[1.0, 2.0]]), [0.5])
    new = made(["a", "b"], ("",), np.array([[1.0, 3.0]]), [0.5])
    found = linear_diff(old, new)
    assert [(p.name, p.before, p.after) for p in found.pairs] == [("a", 1, 1), ("b", 2, 3)]
    assert (found.added, found.removed) == ((), ())
    assert [p.differs for p in found.intercepts] == [False]


def test_names_that_repeat_are_positions():
    assert made(["a", "a"], ("",), np.array([[1.0, 2.0]])).features == ("x0", "x1")


def test_rounding_and_nan_are_no_change():
    old = made(["a", "b"], ("",), np.array([[1.0, np.nan]]))
    new = made(["a", "b"], ("",), np.array([[1.0 + 1e-12, np.nan]]))
    assert [p.differs for p in linear_diff(old, new).pairs] == [False, False]


def test_values_of_other_libraries_are_no_linear_models():
    assert linear_model_of({"coef_": np.ones(3)}) is None
    assert linear_model_of(np.ones(3)) is None
