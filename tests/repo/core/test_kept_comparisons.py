"""A comparison is made once: the second one reads no value."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import nbmodelver as mv
from nbmodelver.model import Findings
from nbmodelver.repo.core import kept_comparisons

KEY = "comparisons/{}.{}"


@pytest.fixture
def repo(tmp_path):
    repo = mv.open(tmp_path, create=True)
    df = pd.DataFrame(np.arange(50.0).reshape(10, 5), columns=list("abcde"))
    repo.commit({"df": df}, metrics={"nan": float("nan")})
    repo.commit({"df": df.assign(a=-1.0)})
    return repo


def key(repo):
    return KEY.format(repo["v1"].id, repo["v2"].id)


def test_the_second_comparison_is_equal_and_loads_nothing(repo, monkeypatch):
    first = repo.diff("v1", "v2").to_dict()
    monkeypatch.setattr(type(repo), "loaded", lambda *_args, **_more: pytest.fail("a value was loaded"))
    monkeypatch.setattr(type(repo), "check", lambda *_args, **_more: Findings())
    assert json.dumps(repo.diff("v1", "v2").to_dict()) == json.dumps(first)


def test_details_are_folded_only_without_names(repo):
    for _ in range(2):
        assert [s.folded for s in repo.diff("v1", "v2").sections if s.id == "profile.df"] == [True]
        assert [s.folded for s in repo.diff("v1", "v2", "df").sections if s.id == "profile.df"] == [False]


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"release": "0.0.1", "sections": {}}', b'{"release": "0.1.0", "sections": {"df": [{}]}}']
)
def test_damaged_and_older_comparisons_are_made_anew(repo, data):
    first = repo.diff("v1", "v2").to_dict()
    repo.backend.delete(key(repo))
    repo.backend.create(key(repo), [data])
    assert json.dumps(repo.diff("v1", "v2").to_dict()) == json.dumps(first)


def test_gc_removes_comparisons_and_findings_of_versions_that_are_gone(repo):
    for version in repo.log():
        repo.backend.create(f"findings/{version.id}", [b"{}"])
    repo.diff("v1", "v2")
    repo.gc(grace_s=0)
    assert {*repo.backend.list("comparisons/")} == {key(repo)}
    repo.forget("v1")
    repo.gc(grace_s=0)
    assert list(repo.backend.list("comparisons/")) == []
    assert list(repo.backend.list("findings/")) == [f"findings/{repo['v2'].id}"]


def test_a_purge_removes_all(repo):
    repo.diff("v1", "v2")
    repo.purge("df")
    assert list(repo.backend.list("comparisons/")) == []


def test_a_store_that_cannot_be_written_compares(repo, monkeypatch):
    from nbmodelver.errors import StoreReadOnly

    def refuse(*_args):
        raise StoreReadOnly("this store is read-only", "")

    monkeypatch.setattr(type(repo.backend), "create", refuse)
    monkeypatch.setattr(type(repo.backend), "delete", refuse)
    assert repo.diff("v1", "v2").sections
    assert kept_comparisons.KeptComparison(repo, repo["v1"], repo["v2"]).get("df") is None


def test_sections_without_rows_are_kept_too(tmp_path, monkeypatch):
    repo = mv.open(tmp_path, create=True)
    frame = pd.DataFrame({"a": np.arange(40.0)})
    repo.commit({"df": frame})
    frame.attrs["source"] = "elsewhere"
    repo.commit({"df": frame})
    assert repo["v1"].kept["df"].digest != repo["v2"].kept["df"].digest
    repo.diff("v1", "v2")
    monkeypatch.setattr(type(repo), "loaded", lambda *_args, **_more: pytest.fail("a value was loaded"))
    assert repo.diff("v1", "v2").sections


def test_a_refusal_is_not_kept(repo, monkeypatch):
    from nbmodelver.errors import NeedsTrust

    def refuse(*_args, **_more):
        raise NeedsTrust("'df' needs trust", "")

    with monkeypatch.context() as patch:
        patch.setattr(type(repo), "loaded", refuse)
        assert "'df' needs trust" in [s.note for s in repo.diff("v1", "v2").sections]
    assert "rows.df" in [s.id for s in repo.diff("v1", "v2").sections]
