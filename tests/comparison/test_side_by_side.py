"""Parameters and metrics of several versions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.comparison.side_by_side import ComparedLine, side_by_side

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Version

import nbmodelver as mv


@pytest.fixture
def versions(tmp_path: Path) -> list[Version]:
    repo = mv.open(tmp_path, create=True)
    for depth, acc in ((1, 0.7), (2, 0.8), (4, 0.9)):
        more = {"note": "a"} if depth > 1 else {}
        repo.commit({"x": depth}, params={"depth": depth, "seed": 0, **more}, metrics={"acc": acc, "loss": 1 - acc})
    return [repo[f"v{i}"] for i in (1, 2, 3)]


def test_each_parameter_and_metric_is_a_line_with_none_where_it_is_missing(versions):
    found = side_by_side(versions, directions={"acc": "higher"})
    lines = {line.name: line for line in found.params}
    assert lines["depth"].values == (1, 2, 4)
    assert lines["note"].values == (None, "a", "a")
    assert (lines["depth"].differs, lines["seed"].differs, lines["note"].differs) == (True, False, True)
    assert [(m.name, m.direction) for m in found.metrics] == [("acc", "higher"), ("loss", "unknown")]


def test_metrics_are_bars_and_numeric_parameters_that_differ_are_scatters(versions):
    found = side_by_side(versions, "loss")
    assert [(c.kind, c.title) for c in found.charts] == [
        ("bars", "acc"), ("bars", "loss"), ("scatter", "loss against x"), ("scatter", "loss against depth"),
    ]  # fmt: skip
    assert found.charts[3].series[0].x == (1, 2, 4)
    assert [c.kind for c in side_by_side(versions[:2], "loss").charts] == ["bars", "bars"]
    assert side_by_side(versions[:1]).charts == ()


def test_the_chosen_metric_is_the_first_one_if_it_is_unknown(versions):
    assert side_by_side(versions, "nothing").metric == "acc"
    assert side_by_side([]).metric == ""


def test_the_json_form_says_what_differs(versions):
    found = side_by_side(versions, directions={"loss": "lower"}).to_dict()
    assert {p["name"]: p["differs"] for p in found["params"]}["seed"] is False
    assert {m["name"]: m["direction"] for m in found["metrics"]} == {"acc": "unknown", "loss": "lower"}


@pytest.mark.parametrize(("values", "differs"), [((1, 1), False), ((1, 1.0), True), ((1, True), True), ((1, 2), True)])
def test_values_of_another_type_differ(values, differs):
    assert ComparedLine("x", values).differs is differs
