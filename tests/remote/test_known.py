"""What a store knows of a remote: a cache that may be deleted or damaged at any time."""

from __future__ import annotations

import pytest

from nbmodelver.errors import Damaged, StoreError
from nbmodelver.model import VersionId
from nbmodelver.remote.heads import Head, Listing, encode
from nbmodelver.remote.known import Inventory, Known, listings_of, pack_key
from nbmodelver.remote.segments import Segment, SegmentIndex, key_of
from nbmodelver.remote.segments import encode as encode_segment
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import ALL, connected, fetched, new_store, pushed

REMOTE = "a" * 32
V = [VersionId(c * 40) for c in "abcde"]
HEAD = Head("work", REMOTE, "").next()


def test_a_head_is_remembered_and_replaced_by_a_newer_one_only():
    known = Known(MemoryBackend(), REMOTE)
    assert known.head("work") is None
    later = HEAD.next()
    known.remember(later)
    known.remember(HEAD)  # Of a process of this store that was slower.
    assert known.head("work") == later
    known.remember(HEAD, even_older=True)
    assert known.head("work") == HEAD


def test_a_damaged_copy_of_a_head_counts_as_never_seen():
    backend = MemoryBackend()
    known = Known(backend, REMOTE)
    known.remember(HEAD)
    backend._objects[f"remotes/{REMOTE}/work"] = encode(HEAD)[:-3]
    assert known.head("work") is None
    known.remember(HEAD)
    assert known.head("work") == HEAD


def test_a_head_that_others_change_all_the_time_is_an_error():
    known = Known(MemoryBackend(), REMOTE)
    known._backend.swap = lambda *_: False  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="another process"):
        known.remember(HEAD)


def with_segment() -> tuple[MemoryStorage, Listing]:
    data = encode_segment(Segment("Ann", replaced={V[0]: V[1]}))
    storage = MemoryStorage()
    storage.create(key_of(data), data)
    return storage, Listing(key_of(data), len(data), 0, 0, 0)


def test_segments_are_downloaded_once():
    storage, listing = with_segment()
    known = Known(MemoryBackend(), REMOTE)
    counting = Counting(storage)
    assert known.bring(counting, [listing]) == [listing]
    assert known.bring(counting, [listing]) == []
    assert Known(known._backend, REMOTE).bring(counting, [listing]) == []
    assert counting.total == 1
    assert known.segment(listing).replaced == {V[0]: V[1]}


def test_a_damaged_copy_of_a_segment_is_downloaded_again():
    storage, listing = with_segment()
    backend = MemoryBackend()
    Known(backend, REMOTE).bring(storage, [listing])
    (key,) = backend.list("remotes/")
    for data in (b"x" * listing.size_bytes, b""):
        backend._objects[key] = data
        known = Known(backend, REMOTE)
        assert known.bring(storage, [listing]) == [listing]
        assert known.segment(listing).writer == "Ann"


def test_a_segment_that_is_missing_or_changed_at_the_remote_is_damage():
    storage, listing = with_segment()
    known = Known(MemoryBackend(), REMOTE)
    storage.put(listing.key, [b"x" * listing.size_bytes], listing.size_bytes)
    with pytest.raises(Damaged, match="another hash"):
        known.bring(storage, [listing])
    storage.delete([listing.key])
    with pytest.raises(Damaged, match="missing") as raised:
        known.bring(storage, [listing])
    assert raised.value.hint
    assert list(known._backend.list("remotes/")) == []


def test_no_more_of_an_object_is_read_than_its_head_says():
    storage, listing = with_segment()
    storage.put(listing.key, [storage.read(listing.key) + bytes(1 << 20)], 0)
    counting = Counting(storage)
    Known(MemoryBackend(), REMOTE).bring(counting, [listing])
    assert counting.received_bytes == listing.size_bytes


def test_a_copy_that_was_deleted_is_damage_with_a_way_out():
    _, listing = with_segment()
    with pytest.raises(Damaged) as raised:
        Known(MemoryBackend(), REMOTE).inventory([listing])
    assert "fetch" in str(raised.value.hint)


def test_copies_that_no_head_lists_are_deleted_and_heads_stay():
    storage, listing = with_segment()
    known = Known(MemoryBackend(), REMOTE)
    known.bring(storage, [listing])
    known.remember(HEAD)
    known.tidy([listing])
    assert len(list(known._backend.list("remotes/"))) == 2
    known.tidy([])
    assert list(known._backend.list("remotes/")) == [f"remotes/{REMOTE}/work"]


def test_an_inventory_is_the_sum_of_its_segments_without_doomed_packs():
    one = SegmentIndex("Ann", {"1" * 32: 5, "2" * 32: 6}, {V[0]: (1, ())}, {"e" * 40: "k"}, {}, {}, {})
    other = SegmentIndex("", {}, {V[1]: (2, (V[0],)), V[2]: (3, (V[4],))}, {}, {V[4]: (2, (V[0],))}, {}, {V[1]: "Bob"})
    found = Inventory([one, other], doomed=["2" * 32])
    assert found.packs == {"1" * 32: 5}
    assert found.writers == {V[0]: "Ann", V[1]: "Bob", V[2]: ""}
    assert found.ancestors([V[2]], lambda _id: False) == [V[2], V[0]]
    assert found.ancestors([V[1], V[2]], lambda id_: id_ == V[0]) == [V[2], V[1]]
    assert found.parents(V[3]) == ()


def test_an_index_for_a_push_is_not_used_to_read_blocks():
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"x": list(range(100))})
    pushed(repo, storage, ALL)
    other = new_store()
    fetched(other, storage)
    known = connected(other, storage).known
    inventory = known.inventory()
    for_push = known.parts(inventory.packs, known.listings)
    assert all(c.read_block is None for c in for_push.packs().values())
    to_read = known.parts(inventory.packs, known.listings, lambda _contents, _block: b"")
    assert all(c.read_block is not None for c in to_read.packs().values())


def test_a_segment_in_both_heads_is_listed_once():
    _, listing = with_segment()
    head = Head("work", REMOTE, "", segments=(listing,))
    assert listings_of([head, None, Head("registry", REMOTE, "", segments=(listing,))]) == (listing,)


def test_a_pack_has_a_key_of_two_levels():
    assert pack_key("ab" * 16) == "packs/ab/" + "ab" * 16
