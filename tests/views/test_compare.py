"""Several versions side by side."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model import (
    Kept,
)
from tests.views import samples
from tests.views.samples import version


def test_parameters_of_a_model_differ_only_among_versions_that_have_it():
    tree = Kept("tree", 0, "model", "Tree", samples.PART, 80)
    first = version(1, kept={"tree": tree}, params={"tree.depth": 3, "tree.leaves": 9, "seed": 1})
    second = version(2, kept={"tree": tree}, params={"tree.depth": 4, "tree.leaves": 9, "seed": 1})
    third = version(3, kept={}, params={})
    said = str(views.compare([first, second, third]))
    assert "tree.depth" in said
    assert "seed" in said
    assert "tree.leaves" not in said


def test_versions_are_columns_if_they_are_few_and_rows_if_they_are_many():
    few, many = (str(views.compare([version(n) for n in range(1, count)])) for count in (7, 8))
    assert few.splitlines()[0].split() == ["v1", "v2", "v3", "v4", "v5", "v6"]
    assert [row.split()[0] for row in many.splitlines()[1:8]] == ["v1", "v2", "v3", "v4", "v5", "v6", "v7"]


def test_the_best_value_is_marked_only_if_the_direction_is_known_and_the_values_differ():
    two = [version(1, metrics={"acc": 0.5, "n": 1.0}), version(2, metrics={"acc": 0.75, "n": 1.0})]
    assert "0.75 *" in str(views.compare(two, {"acc": "higher", "n": "higher"}))
    assert "0.5 *" in str(views.compare(two, {"acc": "lower"}))
    assert "*" not in str(views.compare(two, {"acc": "unknown"}))
    assert "1 *" not in str(views.compare(two, {"n": "higher"}))
    assert "direction of 'acc' unknown: --metric acc=0.75:lower" in str(views.compare(two, {"acc": "unknown"}))


def test_a_version_without_the_metric_is_never_the_best():
    two = [version(1, metrics={"loss": float("nan")}), version(2, metrics={}), version(3, metrics={"loss": 0.5})]
    assert "*" not in str(views.compare(two, {"loss": "lower"}))


def test_equal_parameters_are_counted_or_left_out():
    two = [version(1), version(2)]
    assert "3 parameters unchanged" in str(views.compare(two))
    assert "unchanged" not in str(views.compare(two, only_differences=True))
