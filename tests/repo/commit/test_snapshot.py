"""A snapshot is written to a pack, with the parent's parts as bases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.codecs import graph
from nbmodelver.errors import StoreError
from nbmodelver.model import Cell
from nbmodelver.repo import CommitContext
from nbmodelver.repo.commit.snapshot import SnapshotWriter

if TYPE_CHECKING:
    from nbmodelver.model import Group, Version
    from nbmodelver.repo import Repo

TABLE = np.round(np.random.default_rng(0).gamma(2, 50, 40_000), 2)


@pytest.fixture
def parent(repo: Repo) -> Version:
    shared = [1]
    return repo.commit(
        {"table": TABLE, "a": shared, "b": {"k": shared}}, around=CommitContext(cells=[Cell("x = 1", 1)])
    )


def draft(**values: Any) -> Any:
    (found,) = graph.capture(values, {}, definitions=False).groups
    return found


def put(repo: Repo, parent: Version | None, one: Any, check: Any = lambda _: None) -> tuple[Group, int]:
    with repo.parts.writing() as pack:
        group = SnapshotWriter(repo.group_store, pack, parent, check).put(one)
    return group, pack.new_bytes


def test_a_changed_value_is_a_delta_of_the_parents(repo: Repo, parent: Version) -> None:
    edited = TABLE.copy()
    edited[::1000] += 1
    assert put(repo, parent, draft(table=edited))[1] < 5_000
    other = TABLE.copy()
    other[1::1000] += 1
    assert put(repo, None, draft(table=other))[1] > 50_000


def test_memory_that_was_modified_fails_the_commit(repo: Repo, parent: Version) -> None:
    def modified(_draft: Any) -> None:
        raise StoreError("changed")

    packs = list(repo.backend.list("packs/"))
    with pytest.raises(StoreError):
        put(repo, parent, draft(table=TABLE + 1), modified)
    assert list(repo.backend.list("packs/")) == packs


def test_names_of_a_group_have_content_ids_of_their_own(repo: Repo, parent: Version) -> None:
    group = parent.group_of("a")
    assert group.names == ("a", "b")
    assert parent.kept["a"].digest != parent.kept["b"].digest
    changed = repo.commit({"a": (one := [1]), "b": {"k": one, "more": 2}})
    assert changed.kept["a"].digest == parent.kept["a"].digest, "only b changed"
    assert changed.kept["b"].digest != parent.kept["b"].digest


def test_a_name_that_was_not_encoded_alone_changes_with_its_group(repo: Repo, parent: Version) -> None:
    with repo.parts.writing() as pack:
        writer = SnapshotWriter(repo.group_store, pack, parent, lambda _: None)
        group = parent.group_of("a")
        assert writer.digest_within("a", group) != writer.digest_within("b", group)
        single = parent.group_of("table")
        assert writer.digest_within("table", single) == single.recipe


def test_documents_are_stored_only_if_there_are_any(repo: Repo, parent: Version) -> None:
    with repo.parts.writing() as pack:
        writer = SnapshotWriter(repo.group_store, pack, parent, lambda _: None)
        assert writer.put_document(None, "cells") is None
        assert writer.put_session(None) is None
        part = writer.put_document(b'[{"source": "y = 2"}]', "cells")
    assert part is not None
    assert bytes(repo.parts.get(part)) == b'[{"source": "y = 2"}]'
