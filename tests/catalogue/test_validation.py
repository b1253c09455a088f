"""Validation of the fields of a version."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from nbmodelver.catalogue.validation import invalid_fields, invalid_labels
from nbmodelver.model import GitState, Skipped
from tests.catalogue.samples import kept, version

VALID = version(3, ("a" * 40,), kept={"df": kept("df")}, metrics={"acc": 0.5}, params={"depth": 3})


def test_a_valid_version_has_no_invalid_field() -> None:
    assert list(invalid_fields(VALID)) == []
    assert list(invalid_labels(VALID)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"message": 5}, "a text"),
        ({"metrics": {"acc": "high"}}, "a metric"),
        ({"number": -1}, "a number"),
        ({"duration_s": math.inf}, "a number"),
        ({"directions": {"acc": 1}}, "the direction of a metric"),
        ({"expressions": {"acc": 1}}, "the expression of a metric"),
        ({"expressions": ["acc"]}, "the expression of a metric"),
        ({"imports": {"np": 1}}, "a text"),
    ],
)
def test_an_invalid_label_is_named(change: dict[str, Any], named: str) -> None:
    assert named in list(invalid_labels(replace(VALID, **change)))
    assert named in list(invalid_fields(replace(VALID, **change)))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kept": {"df": kept("df", kind="picture")}}, "the entry of 'df'"),
        ({"cells": "not an id"}, "an id"),
        ({"skipped": (Skipped("a", "a", 5),)}, "a name that was not kept"),  # type: ignore[arg-type]
        ({"git": GitState("c", "main", "yes")}, "the Git checkout"),  # type: ignore[arg-type]
        ({"params": ["x"]}, "a table of parameters, metrics, imports or names"),
    ],
)
def test_another_invalid_field_is_named(change: dict[str, Any], named: str) -> None:
    assert named in list(invalid_fields(replace(VALID, **change)))
