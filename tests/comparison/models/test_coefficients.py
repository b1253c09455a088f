"""The sections about the coefficients of linear models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.comparison import Side, sections_of
from nbmodelver.comparison.models.coefficients import MAX_ROWS, coefficients
from tests.kinds.samples import profiled

CANCER = load_breast_cancer(as_frame=True)
IRIS = load_iris(as_frame=True)


def side(value, label="v1"):
    return Side("model", lambda: profiled(value), lambda: value, label)


def both(before, after):
    return {s.id: s for s in coefficients("model", side(before), side(after, "v2"))}


def pipeline(rows=slice(None), target=CANCER.target):
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(CANCER.data[rows], target[rows])


def test_a_pipeline_is_compared_by_the_names_of_its_features():
    old, new = pipeline(), pipeline(slice(0, 300))
    found = both(old, new)
    first = found["coefficients.model"]
    assert first.note.startswith("30 coefficients: all changed")
    assert "per standard deviation of the feature (StandardScaler) · the standard deviations differ too" in first.note
    steps = new[-1].coef_[0] - old[-1].coef_[0]
    largest = CANCER.data.columns[np.argmax(np.abs(steps))]
    assert first.rows[0].cells[0] == largest
    assert first.rows[0].cells[3] == pytest.approx(steps[np.argmax(np.abs(steps))])
    assert f"largest: {largest} " in first.note
    assert first.rows[-1].cells[:3] == ("intercept", float(old[-1].intercept_[0]), float(new[-1].intercept_[0]))
    assert len(first.rows) == MAX_ROWS + 1
    assert [s.label for s in first.charts[0].series] == ["v1", "v2"]


def test_the_rest_of_the_coefficients_is_folded():
    rest = both(pipeline(), pipeline(slice(0, 300)))["more-coefficients.model"]
    assert (len(rest.rows), rest.folded, rest.title) == (20, True, "model · other coefficients")


def test_the_cosine_is_that_of_the_vectors_of_coefficients():
    old, new = pipeline(), pipeline(slice(0, 300))
    a, b = old[-1].coef_[0], new[-1].coef_[0]
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert f"direction of the whole vector: cosine {cosine:.2f}" in both(old, new)["coefficients.model"].note


def test_a_sign_that_flipped_is_marked():
    found = both(LinearRegression().fit([[0.0], [1.0]], [0, 1]), LinearRegression().fit([[0.0], [1.0]], [1, 0]))
    section = found["coefficients.model"]
    assert section.note == "1 coefficient: all changed, 1 with another sign · largest: x0 1 → -1"
    assert (section.rows[0].cells[0], section.rows[0].cells[4]) == ("x0", "sign flipped")


def test_features_that_were_added_and_removed_are_named():
    frame = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 0, 1, 0], "c": [2.0, 2, 1, 0]})
    old, new = (LinearRegression().fit(frame[columns], [0, 1, 2, 4]) for columns in (["a", "b"], ["c", "a"]))
    section = both(old, new)["coefficients.model"]
    assert {r.cells[0]: r.status for r in section.rows} == {
        "a": "changed",
        "c": "added",
        "b": "removed",
        "intercept": "changed",
    }
    assert section.note.startswith("1 coefficient: all changed, 1 added, 1 removed · largest: a ")


def test_each_class_has_coefficients_of_its_own_and_a_few_more_than_ten_are_shown_together():
    old, new = (LogisticRegression(C=c, max_iter=2000).fit(IRIS.data, IRIS.target) for c in (1.0, 0.1))
    (section,) = both(old, new).values()
    assert len(section.rows) == 12 + 3
    assert section.note.startswith("12 coefficients: all changed")
    assert "not comparable" in section.note
    assert "petal length (cm) · class 0" in [r.cells[0] for r in section.rows]
    assert "intercept · class 2" in [r.cells[0] for r in section.rows]


def test_a_class_that_is_new_is_named():
    few = IRIS.target != 2
    target = IRIS.target.map({0: "a", 1: "b", 2: "c"})
    old, new = (LogisticRegression(max_iter=2000).fit(IRIS.data[kept], target[kept]) for kept in (few, slice(None)))
    assert both(old, new)["coefficients.model"].note.startswith("no coefficient in common")


def test_features_without_names_in_another_number_are_not_paired():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20, 5))
    old, new = (LinearRegression().fit(rows[:, :n], rows[:, 0]) for n in (4, 5))
    section = both(old, new)["coefficients.model"]
    assert section.note == "4 → 5 features without names: the coefficients are not comparable one by one"
    assert section.rows[0].cells == ("features", 4, 5, 1, None)


def test_equal_coefficients_are_said_to_be_equal():
    section = both(pipeline(), pipeline())["coefficients.model"]
    assert section.note == "30 coefficients: all equal"
    assert not section.differs


def test_a_value_that_is_no_linear_model_has_no_section():
    assert both(StandardScaler().fit(CANCER.data), StandardScaler().fit(CANCER.data[:100])) == {}
    assert both(LogisticRegression(), LogisticRegression(C=2)) == {}


def test_the_profile_of_a_linear_model_is_a_detail():
    found = {s.id: s.folded for s in sections_of("model", side(pipeline()), side(pipeline(slice(0, 300))))}
    assert found == {"coefficients.model": False, "more-coefficients.model": True, "profile.model": True}


def test_a_model_with_a_scaler_is_not_comparable_with_one_without():
    bare = LogisticRegression(max_iter=10_000).fit(CANCER.data[:300], CANCER.target[:300])
    assert "only one side is per standard deviation" in both(pipeline(), bare)["coefficients.model"].note
