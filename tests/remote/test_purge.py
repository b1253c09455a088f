"""A purge at a remote: no object has the bytes afterwards, also not inside of compressed blocks."""

from __future__ import annotations

import numpy as np
import pytest

from nbmodelver.errors import UnknownName
from nbmodelver.remote.attach import attach
from nbmodelver.remote.purge import purge
from nbmodelver.remote.segments import decode
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.packs import contents_of_ends, read_ends
from nbmodelver.store.parts import PartStore
from tests.remote.places import ALL, cloned, connected, copied, copied_storage, new_store, outcomes, pushed, values

NEEDLE = b"the diagnosis of patient 4711"


def with_secret():
    repo, storage = new_store(), MemoryStorage()
    for number in range(3):
        table = np.random.default_rng(number).normal(size=2000)
        repo.commit({"x": table, "patients": NEEDLE.decode() + str(number), "n": number}, f"c{number}")
    repo.tag("best", "v2")
    pushed(repo, storage, ALL)
    return repo, storage


def holds(storage: MemoryStorage) -> list[str]:
    """The keys of objects with the needle, packs and segments decoded."""
    found = []
    backend = MemoryBackend()
    for one in storage.list("packs/"):
        backend.create("packs/" + one.key.rpartition("/")[2], [storage.read(one.key)])
    store = PartStore(backend, threads=1)
    for contents in store._index.packs().values():
        for block in contents.blocks:
            if NEEDLE in bytes(store._reader.stored(contents, block)):
                found.append(contents.pack)
        found += [entry.id for entry in contents.entries if NEEDLE in bytes(store.get(entry.id))]
        assert contents_of_ends(contents.pack, contents.size, read_ends(backend, contents.pack)).count == contents.count
    for one in storage.list("segments/"):
        segment = decode(storage.read(one.key), one.key)
        found += [r.id for r in segment.records if NEEDLE in r.raw or b"patients" in r.raw]
    return found


def test_the_needle_is_found_before_a_purge():
    assert holds(with_secret()[1])


def test_no_object_of_the_remote_has_a_byte_of_a_purged_value():
    repo, storage = with_secret()
    done = purge(repo, connected(repo, storage), ["patients"])
    assert holds(storage) == []
    assert done.collected is not None
    assert done.collected.deleted > 3
    other = cloned(storage)
    assert [v.names for v in other.log()] == [("x", "n")] * 3
    assert other.verify(full=True) == []
    assert other.history.tags()["best"].name == "v2"
    assert repr(values(other)) == repr(values(repo))


def test_a_purge_from_a_lazy_clone_brings_what_it_must_write_again():
    _, storage = with_secret()
    lazy = cloned(storage, lazy=True)
    attach(lazy, lambda _config: storage)
    purge(lazy, connected(lazy, storage), ["patients"])
    assert holds(storage) == []
    other = cloned(storage)
    assert other.verify(full=True) == []
    assert np.array_equal(other.load("v1")["x"], np.random.default_rng(0).normal(size=2000))


def test_versions_that_only_the_remote_has_are_purged_too():
    repo, storage = with_secret()
    attach(repo, lambda _config: storage)
    other = cloned(storage)
    other.commit({"patients": NEEDLE.decode() + "!", "y": 1}, "of another")
    pushed(other, storage)
    done = purge(repo, connected(repo, storage), ["patients"])
    assert holds(storage) == []
    assert len(done.writers) <= 1


def test_a_dry_run_removes_nothing():
    repo, storage = with_secret()
    before = dict(storage._objects)
    done = purge(repo, connected(repo, storage), ["patients"], dry_run=True)
    assert done.collected is None
    assert done.purged.versions == ("v1", "v2", "v3")
    assert dict(storage._objects) == before


def test_a_name_that_no_version_has_is_refused():
    repo, storage = with_secret()
    with pytest.raises(UnknownName):
        purge(repo, connected(repo, storage), ["pateints"])


def test_a_purge_that_was_killed_is_completed_by_the_same_purge():
    repo, start = with_secret()

    def run(place):
        mine = copied(repo)
        purge(mine, connected(mine, place), ["patients"])

    for killed, storage in outcomes(run, lambda: copied_storage(start)):
        mine = copied(repo)
        purge(mine, connected(mine, storage), ["patients"])
        assert holds(storage) == [], killed
        assert cloned(storage).verify(full=True) == [], killed
