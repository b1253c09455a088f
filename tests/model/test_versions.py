"""Ids and the JSON form of versions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nbmodelver import model
from nbmodelver.model import GitState, Group, Kept, ObjectId, Skipped, Version, VersionId, is_id

VERSION = Version(
    VersionId("a" * 40),
    7,
    parents=(VersionId("b" * 40),),
    kept={"df": Kept("df", 0, "dataset", "pandas.DataFrame", ObjectId("c" * 40), 10, notes=("a note",))},
    groups=(Group(("df",), ObjectId("c" * 40), 10),),
    skipped=(Skipped("lock", "lock", "a lock"),),
    git=GitState("d" * 40, "main", dirty=True),
    metrics={"acc": 0.5},
)


@pytest.mark.parametrize("value", ["0" * 40, "0123456789abcdef" * 2 + "a" * 8, ObjectId("f" * 40)])
def test_forty_lower_case_hex_digits_are_an_id(value: object) -> None:
    assert is_id(value)


@pytest.mark.parametrize("value", ["", "a" * 39, "a" * 41, "A" * 40, "g" * 40, "a" * 40 + "\n", b"a" * 40, None, 40])
def test_anything_else_is_not_an_id(value: object) -> None:
    assert not is_id(value)


def test_a_version_survives_its_json_form() -> None:
    assert Version.from_dict(json.loads(json.dumps(VERSION.to_dict()))) == VERSION


def test_the_json_form_has_no_empty_fields() -> None:
    assert {"message", "note", "cells", "definitions"}.isdisjoint(VERSION.to_dict())


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown fields \['surprise'\]"):
        Version.from_dict({**VERSION.to_dict(), "surprise": 1})


def test_a_version_shows_its_name_message_names_and_metrics() -> None:
    assert repr(replace(VERSION, message="deeper")) == "<v7 'deeper' · df · acc 0.5>"


def test_the_package_exports_what_it_defines() -> None:
    assert all(hasattr(model, name) for name in model.__all__)
