"""The parts that versions need, and what a check of them finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.reachability import documents_of, groups_of

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def two(repo: Repo) -> Repo:
    repo.commit({"x": b"one" * 50_000, "same": [1, 2, 3]}, around=CommitContext(session=True))
    repo.commit({"x": b"two" * 50_000, "same": [1, 2, 3]})
    return repo


def test_a_version_needs_groups_session_and_documents(two: Repo) -> None:
    version = two["v1"]
    assert [g.names for g in groups_of(version)][-1] == ("session",)
    assert groups_of(replace(version, session=None)) == [*version.groups, *version.definitions]
    assert set(documents_of(version)) == {p for p in (version.cells, version.environment, version.notebook) if p}


def test_every_part_that_is_needed_is_there_with_the_names_that_need_it(two: Repo) -> None:
    needed = dict(two.reachability.of(two["v1"]))
    assert all(two.parts.has(part) for part in needed)
    assert set(needed.values()) >= {"x", "same", ""}
    assert two.reachability.all() == two.reachability.of_all([two["v1"], two["v2"]])
    assert set(needed) < two.reachability.all()


def test_parts_of_forgotten_versions_count_for_a_while(two: Repo) -> None:
    only_v1 = set(dict(two.reachability.of(two["v1"]))) - set(dict(two.reachability.of(two["v2"])))
    assert only_v1
    two.forget("v1")
    assert not only_v1 & two.reachability.all()
    assert only_v1 <= two.reachability.of_forgotten(3600)
    assert not two.reachability.of_forgotten(0)


def test_an_unreadable_recipe_stops_gc_but_not_a_check(two: Repo) -> None:
    version = two["v1"]
    broken = replace(version, groups=tuple(replace(g, recipe="ab" * 20) for g in version.groups))  # type: ignore[arg-type]
    with pytest.raises(Damaged):
        list(two.reachability.of(broken))
    assert ("ab" * 20, "x") in list(two.reachability.of(broken, strict=False))


def test_a_healthy_store_has_no_problems(two: Repo) -> None:
    assert two.reachability.problems(full=True, sample=None, progress=None) == []
    assert two.reachability.problems(full=False, sample=50, progress=None) == []


def test_a_lost_pack_is_named_with_versions_and_variables(two: Repo) -> None:
    for key in list(two.backend.list("packs/"))[:1]:
        two.backend.delete(key)
    two = type(two)(two.backend)
    found = two.reachability.problems(full=False, sample=None, progress=None)
    assert {p.what for p in found} == {"a part is missing"}
    assert {p.version for p in found} <= {"v1", "v2"}
    assert found


def test_refs_and_parents_without_a_record_are_named(two: Repo) -> None:
    two.refs.move("tags/lost", None, "c" * 40)
    found = two.reachability.problems(full=False, sample=None, progress=None)
    assert [p.what for p in found] == ["ref 'tags/lost' points to a version whose record is missing"]
