"""The packs that a fetch brings: whole ones, parts of them by ranges, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.remote.incoming import Incoming
from nbmodelver.remote.transfer import Remote
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import ALL, cloned, connected, new_store, packs, pushed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def shared() -> tuple[Repo, MemoryStorage]:
    """A pack with a large and a small value, and a pack whose parts are deltas of the large one."""
    repo, storage = new_store(), MemoryStorage()
    table = np.random.default_rng(0).normal(size=200_000)
    repo.commit({"large": table, "small": np.arange(100)})
    table[::100] += 1
    repo.commit({"large": table, "small": np.arange(100)})
    pushed(repo, storage, ALL)
    return repo, storage


def incoming(storage: MemoryStorage | Counting) -> tuple[Repo, Incoming]:
    repo = new_store()
    remote = Remote(repo, connected(repo, storage))
    remote.read()
    return repo, Incoming(repo, remote, None)


def test_parts_come_with_all_their_bases():
    theirs, storage = shared()
    repo, brings = incoming(storage)
    wanted = theirs.reachability.of_all([theirs["v2"]])
    with_bases = {b for part in wanted for b in theirs.parts.bases(part)}
    assert with_bases - wanted
    brings.bring(wanted)
    for part in wanted | with_bases:
        assert bytes(repo.parts.get(part)) == bytes(theirs.parts.get(part))
    assert repo.parts.verify(full=True) == []


def test_a_small_part_of_a_large_pack_is_read_by_a_range():
    theirs, storage = shared()
    counting = Counting(storage)
    repo, brings = incoming(counting)
    counting.reset()
    parts = [p for g in theirs["v1"].groups if g.names == ("small",) for p in theirs.group_store.parts_of(g)]
    brings.bring(parts)
    assert all(repo.parts.is_here(part) for part in parts)
    assert counting.received_bytes < 100_000
    assert brings.meter.done == counting.received_bytes


def test_parts_that_are_here_are_not_brought_again():
    theirs, storage = shared()
    _repo, brings = incoming(storage)
    wanted = theirs.reachability.all()
    brings.bring(wanted)
    done = brings.meter.done
    brings.bring(wanted)
    assert brings.meter.done == done
    assert brings.most_of({key.rpartition("/")[2] for key in packs(storage)}) == []


def test_a_whole_pack_brings_the_bases_of_all_its_parts_too():
    _, storage = shared()
    repo, brings = incoming(storage)
    every = brings.parts.index.packs().values()
    with_bases = [c for c in every if any(use for block in c.blocks for use in block.uses)]
    assert with_bases
    brings.bring((), with_bases)
    assert repo.parts.verify(full=True) == []


def test_a_pack_whose_bases_are_lost_is_left_out():
    _theirs, storage = shared()
    repo, brings = incoming(storage)
    every = brings.parts.index.packs().values()
    chosen = [c for c in every if any(use for block in c.blocks for use in block.uses)]
    kept = {c.pack: c for c in chosen}
    for contents in list(every):
        if contents.pack not in kept:
            brings.parts.index._packs.pop(contents.pack)
            brings.parts.index._drop(contents)
    brings.bring((), chosen)
    assert list(repo.backend.list("packs/")) == []


def test_a_pack_that_was_removed_meanwhile_is_named_and_nothing_counts():
    _, storage = shared()
    repo, brings = incoming(storage)
    every = list(brings.parts.index.packs().values())
    storage.delete([every[-1].pack])
    with pytest.raises(StoreError, match="removed") as raised:
        brings.bring((), every)
    assert "again" in str(raised.value.hint)
    assert list(repo.backend.list("packs/")) == []


def test_a_pack_that_became_shorter_is_damage():
    _, storage = shared()
    repo, brings = incoming(storage)
    every = list(brings.parts.index.packs().values())
    data = storage.read(every[0].pack)
    storage.put(every[0].pack, [data[:-1]], len(data) - 1)
    with pytest.raises(Damaged, match="shorter"):
        brings.bring((), every)
    assert list(repo.backend.list("packs/")) == []


def test_every_changed_byte_of_a_pack_is_found_before_it_counts():
    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"x": [1, 2, 3]})
    pushed(theirs, storage, ALL)
    (key,) = packs(storage)
    whole = storage.read(key)
    for at in range(0, len(whole), 7):
        data = bytearray(whole)
        data[at] ^= 0x41
        storage.put(key, [bytes(data)], len(data))
        repo, brings = incoming(storage)
        with pytest.raises(StoreError) as raised:
            brings.bring((), list(brings.parts.index.packs().values()))
        assert raised.value.hint
        assert list(repo.backend.list("packs/")) == []
        assert repo.verify(full=True) == []
    storage.put(key, [whole], len(whole))
    assert cloned(storage).load("v1") == {"x": [1, 2, 3]}
