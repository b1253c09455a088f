"""Profiles of values, cached by content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbmodelver.errors import NotLoadable, UnknownName
from nbmodelver.repo.inspect import profiles
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def version(repo: Repo) -> Any:
    return repo.commit({"df": pd.DataFrame({"age": [1.0, 2.0, None]}), "x": np.arange(5)})


def test_a_profile_is_computed_once_for_each_content(repo: Repo, version: Any) -> None:
    first = profiles.profile(repo, version, "df")
    assert first["shape"] == [3, 1]
    assert profiles.known(repo, version.kept["df"].digest) == first

    def fail() -> Any:
        raise AssertionError("loaded again")

    again = repo.commit({"df": repo.load("v1")["df"], "x": np.arange(6)})
    assert profiles.profile(repo, again, "df", fail) == first


def test_a_value_that_cannot_be_loaded_has_its_type_and_the_reason(repo: Repo, version: Any) -> None:
    def fail() -> Any:
        raise NotLoadable("no library for it")

    found = profiles.profile(repo, version, "df", fail)
    assert (found["type"], found["note"]) == ("pandas.DataFrame", "no library for it")
    assert profiles.known(repo, version.kept["df"].digest) is None, "the next look may load it"


def test_an_unknown_name_gets_the_closest_one(repo: Repo, version: Any) -> None:
    with pytest.raises(UnknownName, match="v1 has no 'dg'"):
        profiles.profile(repo, version, "dg")


def test_a_damaged_cache_is_computed_again_and_an_imported_version_fills_none(repo: Repo, version: Any) -> None:
    key = f"profiles/{version.kept['x'].digest}"
    repo.backend.create(key, [b"{damaged"])
    assert profiles.known(repo, version.kept["x"].digest) is None
    assert profiles.profile(repo, version, "x")["shape"] == [5]
    repo.refs.move(f"origin/{version.id}", None, "bundle:abc")
    profiles.profile(repo, version, "df")
    assert f"profiles/{version.kept['df'].digest}" not in list(repo.backend.list("profiles/"))


def test_a_store_that_cannot_be_written_still_shows_profiles(
    repo: Repo, version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbmodelver.errors import StoreReadOnly

    def read_only(*_args: Any) -> bool:
        raise StoreReadOnly("read-only")

    monkeypatch.setattr(MemoryBackend, "create", read_only)
    assert profiles.profile(repo, version, "df")["shape"] == [3, 1]


def test_sections_are_about_values_that_differ(repo: Repo, version: Any) -> None:
    after = repo.commit({"df": pd.DataFrame({"age": [1.0, 9.0, None]}), "x": np.arange(5), "new": [1]})
    titles = {s.id.partition(".")[2] for s in profiles.sections(repo, version, after)}
    assert titles == {"df"}
    assert list(profiles.sections(repo, version, after, ["x"])) == []
    assert not any(s.folded for s in profiles.sections(repo, version, after, ["df"]))


def test_one_profile_is_a_section_with_charts(repo: Repo, version: Any) -> None:
    section = profiles.profile_section(repo, version, "df")
    assert section.id == "profile.df"
    assert all(row.status == "same" for row in section.rows)
    assert any("3" in str(row.cells[1]) for row in section.rows)
