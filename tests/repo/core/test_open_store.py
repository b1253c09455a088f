"""An open store: its versions, documents, trust and pages."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.catalogue.queries import Query
from nbmodelver.errors import NoStore, UsageError
from nbmodelver.repo import CommitContext, Repo
from nbmodelver.repo.core.open_store import OpenStore
from nbmodelver.store.backends.memory import MemoryBackend


def test_an_empty_place_is_no_store() -> None:
    with pytest.raises(NoStore):
        OpenStore(MemoryBackend())


def test_a_revision_is_a_text_or_a_version(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    assert repo[version] is version
    assert repo["HEAD"] == repo["v1"] == repo[version.id[:8]] == version
    wrong: Any = 1
    with pytest.raises(UsageError, match="a revision is a text, not a int"):
        repo[wrong]


def test_pages_count_all_matches_and_return_some(repo: Repo) -> None:
    for number in range(5):
        repo.commit({"x": number}, metrics={"n": float(number)})
    total, page = repo.page(None, 1, 2)
    assert (total, [v.name for v in page]) == (5, ["v4", "v3"])
    total, page = repo.page(Query(where="metrics.n >= 2"), 1, 1)
    assert (total, [v.name for v in page]) == (3, ["v4"])
    assert len(repo.page(None, 0, None)[1]) == 5


def test_a_query_finds_tags_and_edited_notes(repo: Repo) -> None:
    repo.commit({"x": 1}, note="old words")
    repo.commit({"x": 2})
    repo.tag("best", "v2")
    repo.history.set_note(repo["v1"], "new words")
    assert [v.name for v in repo.page(Query(tag="best"))[1]] == ["v2"]
    assert [v.name for v in repo.page(Query(text="new words"))[1]] == ["v1"]


def test_the_session_of_a_version_is_its_random_state_or_nothing(repo: Repo) -> None:
    with_state = repo.commit({"x": 1}, around=CommitContext(session=True))
    without = repo.commit({"x": 2}, around=CommitContext(session=False))
    state = repo.session(with_state)
    assert state is not None
    assert "python" in state
    assert repo.session(without) is None


def test_versions_that_were_committed_here_are_trusted(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    assert (repo.origins(version), repo.trusts(version)) == ((), True)


def test_an_imported_version_is_trusted_once_its_origin_is(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    repo.refs.move(f"origin/{version.id}", None, "bundle:abc")
    assert repo.origins(version) == ("bundle:abc",)
    assert not repo.trusts(version)
    assert Repo(repo.backend, trusted=True).trusts(version)
    repo.trust.add("bundle:abc")
    assert repo.trusts(version)


def test_dropping_the_caches_keeps_head(repo: Repo) -> None:
    repo.commit({"x": 1})
    repo.commit({"x": 2})
    repo.history.set_head(repo["v1"].id)
    repo.forget_cached()
    assert repo.history.head == repo["v1"]
    assert [v.name for v in repo.log()] == ["v2", "v1"]


def test_a_store_in_memory_has_no_modules_to_compare(repo: Repo) -> None:
    version = repo.commit({"x": 1})
    assert repo.modules(version) == {}
    assert repo.modules_then(version) is None


def test_gc_in_a_store_without_versions_removes_everything(repo: Repo) -> None:
    with repo.parts.writing() as pack:
        pack.put(b"x" * 1000)
    assert repo.collect(dry_run=False, grace_s=0).parts == 1
    assert list(repo.backend.list("packs/")) == []
