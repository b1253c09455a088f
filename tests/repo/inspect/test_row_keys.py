"""The key of a table is kept with its name, used by later comparisons, and forgotten on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.repo.inspect.row_keys import ROW_KEYS, remember_row_key, row_key

if TYPE_CHECKING:
    from nbmodelver.model import Section
    from nbmodelver.repo import Repo

FRAME = pd.DataFrame({"nr": [1.5, 2.5, 3.5], "a": [1, 2, 3], "b": [7, 8, 9], "c": [4, 5, 6]})
EDITED = pd.DataFrame({"nr": [3.5, 1.5, 2.5], "a": [30, 1, 20], "b": [90, 7, 80], "c": [60, 4, 50]})


@pytest.fixture
def two(repo: Repo) -> Repo:
    repo.commit({"df": FRAME})
    repo.commit({"df": EDITED})
    return repo


def rows(repo: Repo, before: str = "v1", after: str = "v2") -> Section:
    return next(s for s in repo.diff(before, after, "df").sections if s.id == "rows.df")


def how(section: Section) -> object:
    return next((r.cells[2] for r in section.rows if r.cells[0] == "rows changed"), None)


def test_a_key_is_used_by_later_comparisons_without_it(two: Repo) -> None:
    assert how(rows(two)) != "paired by key nr (remembered)"
    assert how(two.rows_section("v1", "v2", "df", key="nr")) == "paired by key nr"
    assert how(rows(two)) == "paired by key nr (remembered)"
    assert how(rows(two)) == "paired by key nr (remembered)"  # From the cache.
    assert two.changed_rows("v1", "v2", "df").how == "key nr (remembered)"
    assert two.changed_rows("v1", "v2", "df", key="a").how != "key nr (remembered)"
    assert row_key(two, "df") == ("nr",)


def test_a_key_whose_column_is_gone_is_not_used_and_that_is_said(two: Repo) -> None:
    two.rows_section("v1", "v2", "df", key="nr")
    two.commit({"df": EDITED.drop(columns="nr").assign(a=0)})
    assert "the remembered key nr is not used: nr is not in both versions" in rows(two, "v2", "v3").note
    assert "not used" not in rows(two).note


def test_a_dash_forgets_the_key(two: Repo) -> None:
    two.rows_section("v1", "v2", "df", key="nr")
    assert how(two.rows_section("v1", "v2", "df", key="-")) != "paired by key nr (remembered)"
    assert row_key(two, "df") == ()
    assert two.refs.get(ROW_KEYS + "df") is None


def test_a_key_that_cannot_be_used_is_refused_and_not_remembered(two: Repo) -> None:
    two.commit({"df": EDITED.assign(new=[1, 2, 3])})
    with pytest.raises(UsageError, match="has no column 'new' to compare in v2 and v3"):
        two.rows_section("v2", "v3", "df", key="new")
    assert row_key(two, "df") == ()


def test_a_key_of_another_name_is_another_key(two: Repo) -> None:
    remember_row_key(two, "df", ["nr"])
    assert row_key(two, "other") == ()


@pytest.mark.parametrize("text", ["{", '"nr"', "[1]"])
def test_a_damaged_key_is_none(two: Repo, text: str) -> None:
    two.refs.move(ROW_KEYS + "df", None, text)
    assert row_key(two, "df") == ()
    assert rows(two).note


def test_a_store_that_cannot_be_written_keeps_no_key(two: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise NbmodelverError("read only")

    monkeypatch.setattr(two.refs, "move", refuse)
    assert how(two.rows_section("v1", "v2", "df", key="nr")) == "paired by key nr"
    assert row_key(two, "df") == ()
