"""Marks: which packs of a remote have no needed part, and which have some that are not needed."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from nbmodelver.remote.marking import affected_packs, age_s, is_read_in, last_of, name_of, needed_parts, unneeded_packs
from nbmodelver.remote.transfer import Remote
from nbmodelver.store.elsewhere import with_bases
from nbmodelver.store.objects.memory import MemoryStorage
from tests.remote.places import ALL, cloned, connected, new_store, pushed


def read():
    repo, storage = new_store(), MemoryStorage()
    for seed in range(2):
        repo.commit({"x": np.random.default_rng(seed).normal(size=2000)}, f"c{seed}")
    pushed(repo, storage, ALL)
    remote = Remote(repo, connected(repo, storage))
    remote.read()
    return repo, storage, remote


def test_the_parts_of_a_version_are_those_that_its_recipes_name():
    repo, _, remote = read()
    for name in ("v1", "v2"):
        found = needed_parts(remote, remote.parts(), [repo[name].id])
        assert found == repo.reachability.of_all([repo[name]])


def test_recipes_that_are_not_here_are_read_from_the_remote():
    repo, storage, _ = read()
    lazy = cloned(storage, lazy=True)
    remote = Remote(lazy, connected(lazy, storage))
    remote.read()
    steps: list[tuple[int, int, str]] = []
    found = needed_parts(remote, remote.parts(), [repo["v1"].id], lambda *step: steps.append(step))
    assert found == repo.reachability.of_all([repo["v1"]])
    assert steps[-1][2] == "recipes read"


def test_a_pack_is_unneeded_if_no_needed_part_counts_in_it():
    repo, _, remote = read()
    index = remote.parts().index
    own = {id_ for id_, place in with_bases(index, repo.reachability.of_all([repo["v1"]])).items() if place}
    unneeded, rewritable = unneeded_packs(index, index, own, ())
    assert len(unneeded) == 1
    assert rewritable == []
    (other,) = [c for c in index.packs().values() if name_of(c) not in unneeded]
    assert all(is_read_in(index, other, id_) for id_ in own)


def test_a_condemned_pack_is_not_rewritten():
    repo, _, remote = read()
    index = remote.parts().index
    names = [name_of(c) for c in index.packs().values()]
    some = {next(iter(repo.reachability.of_all([repo["v1"]])))}
    assert unneeded_packs(index, index, some, names)[1] == []


def test_a_pack_is_affected_by_any_part_that_is_not_wanted():
    repo, _, remote = read()
    index = remote.parts().index
    every = {entry.id for c in index.packs().values() for entry in c.entries}
    assert affected_packs(index, every) == ([], [])
    (recipe,) = {g.recipe for g in repo["v1"].groups}
    unneeded, mixed = affected_packs(index, every - {recipe})
    assert unneeded == []
    assert any(recipe in {e.id for e in c.entries} for c in mixed)


def test_an_age_is_counted_from_a_time_and_an_invalid_time_is_now():
    assert age_s("2026-11-30T10:00:00Z", datetime(2026, 11, 30, 10, 1, tzinfo=UTC)) == 60
    assert age_s("yesterday", datetime(2026, 11, 30, tzinfo=UTC)) == 0
    assert last_of("packs/ab/abcd") == "abcd"
