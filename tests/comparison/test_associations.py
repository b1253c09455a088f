"""Parameters that a metric goes with, beyond chance."""

from __future__ import annotations

import random

import pytest

from nbmodelver.comparison.associations import associations, ranks


def test_a_number_that_moves_the_metric_is_found() -> None:
    depth = list(range(12))
    noise = random.Random(0)
    metric = [d + noise.random() for d in depth]
    params = {"depth": depth, "other": [noise.random() for _ in depth], "text": [str(i) for i in depth]}
    (found,) = associations(metric, params)  # type: ignore[arg-type]
    assert (found.param, found.versions) == ("depth", 12)
    assert found.correlation == pytest.approx(1.0)


def test_a_category_is_found_with_its_best_value() -> None:
    kind = ["adam", "sgd"] * 10
    noise = random.Random(1)
    metric = [noise.random() + (2 if k == "adam" else 0) for k in kind]
    (found,) = associations(metric, {"kind": kind})  # type: ignore[arg-type]
    assert (found.param, found.correlation, found.best) == ("kind", None, "adam")
    assert associations(metric, {"kind": kind}, is_higher_better=False)[0].best == "sgd"  # type: ignore[arg-type]


def test_chance_is_silent() -> None:
    noise = random.Random(2)
    told = 0
    for _ in range(100):
        metric = [noise.random() for _ in range(20)]
        told += len(associations(metric, {f"p{i}": [noise.random() for _ in metric] for i in range(20)}))
    assert told <= 3


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        ([1.0, 2, 3, 4, 5], [1, 2, 3, 4, 5]),  # too few
        ([1.0] * 8, list(range(8))),  # the metric does not vary
        (list(range(8)), [3] * 8),
        ([None] * 8, list(range(8))),
        ([float("nan")] * 8, list(range(8))),
        (list(range(8)), [None] * 8),
        (list(range(30)), [[i] for i in range(30)]),  # too many categories
    ],
)
def test_what_says_nothing_is_left_out(metric: list[float | None], values: list[object]) -> None:
    assert associations(metric, {"p": values}) == []  # type: ignore[dict-item]


def test_true_and_false_are_categories() -> None:
    flags = [True, False] * 8
    (found,) = associations([float(f) + i / 100 for i, f in enumerate(flags)], {"flag": flags})  # type: ignore[arg-type]
    assert found.best == "True"


def test_equal_values_share_a_rank() -> None:
    assert ranks([10.0, 20.0, 10.0, 5.0]) == [2.5, 4.0, 2.5, 1.0]
