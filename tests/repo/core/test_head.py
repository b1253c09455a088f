"""The ref HEAD: what its text means, and texts that are damaged."""

from __future__ import annotations

import json

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.repo.core.head import MAIN, key_of, notebooks_in, parse_head

ID = "a" * 40


def test_head_is_a_branch_and_a_version() -> None:
    assert parse_head(json.dumps({"branch": "trees", "version": ID})) == ("trees", ID)
    assert parse_head(json.dumps({"branch": "trees", "version": None})) == ("trees", None)


def test_a_store_without_head_is_on_the_main_branch() -> None:
    assert parse_head(None) == (MAIN, None)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"branch": "main"}', '{"version": null}', "null"])
def test_an_unreadable_head_is_damage(text: str) -> None:
    with pytest.raises(Damaged, match="HEAD of the store"):
        parse_head(text)


def test_each_notebook_has_its_own_position() -> None:
    text = json.dumps({"branch": "main", "version": ID, "notebooks": {key_of("a.ipynb"): ["trees", "b" * 40]}})
    assert notebooks_in(text) == {key_of("a.ipynb"): ("trees", "b" * 40)}


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"notebooks": 7}', '{"notebooks": {"k": 7}}', "[" * 100_000])
def test_damaged_positions_of_notebooks_are_ignored(text: str | None) -> None:
    assert notebooks_in(text) == {}


def test_the_key_of_a_notebook_is_short_for_any_path() -> None:
    keys = {key_of(path) for path in ("a.ipynb", "b.ipynb", "", "\ud800", "deep/" * 900)}
    assert len(keys) == 5
    assert all(len(key) == 16 for key in keys)
