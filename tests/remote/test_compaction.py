"""Small segments are merged, so that a remote with many pushes is read by few requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.remote import compaction
from nbmodelver.remote.compaction import compacted, send_segment
from nbmodelver.remote.known import Inventory
from nbmodelver.remote.segments import Segment
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import cloned, connected, new_store, pushed, values

if TYPE_CHECKING:
    import pytest


def test_a_segment_is_sent_once_and_kept_here():
    repo, storage = new_store(), Counting(MemoryStorage())
    connection = connected(repo, storage)
    segment = Segment("Ann", replaced={"a" * 40: "b" * 40})  # type: ignore[dict-item]
    storage.reset()
    listing = send_segment(connection, segment)
    assert storage.requests == {"create": 1}
    assert connection.known.segment(listing) == segment
    assert send_segment(connection, segment) == listing
    assert storage.requests == {"create": 1, "size": 1}
    storage.delete([listing.key])
    send_segment(connection, segment)
    assert storage.storage.size(listing.key) == listing.size_bytes


def test_few_segments_stay_as_they_are():
    repo, storage = new_store(), MemoryStorage()
    connection = connected(repo, storage)
    listed = [send_segment(connection, Segment(str(number), replaced=_one(number))) for number in range(3)]
    assert compacted(connection, listed) == tuple(listed)


def _one(number: int) -> dict:
    return {f"{number:040}": "b" * 40}


def test_many_small_segments_become_one_that_says_the_same(monkeypatch: pytest.MonkeyPatch):
    repo, storage = new_store(), MemoryStorage()
    connection = connected(repo, storage)
    listed = [send_segment(connection, Segment(str(number), replaced=_one(number))) for number in range(20)]
    (made,) = compacted(connection, listed)
    known = connection.known
    assert known.index(made).replaced == Inventory(map(known.index, listed)).replaced
    monkeypatch.setattr(compaction, "SMALL_BYTES", 1)
    assert compacted(connection, listed)[:20] == tuple(listed)


def test_a_remote_with_many_pushes_has_few_segments(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compaction, "MANY", 4)
    repo, storage = new_store(), MemoryStorage()
    most = 0
    for number in range(12):
        repo.commit({"x": number})
        pushed(repo, storage)
        head = connected(repo, storage).known.head("work")
        assert head is not None
        most = max(most, len(head.segments))
    assert most <= 4
    counting = Counting(storage)
    assert values(cloned(counting)) == values(repo)


def test_merged_segments_are_written_before_the_head_names_them_and_the_old_ones_stay():
    repo, storage = new_store(), MemoryStorage()
    for number in range(compaction.MANY + 2):
        repo.commit({"x": number})
        pushed(repo, storage)
    head = connected(repo, storage).known.head("work")
    assert head is not None
    there = {one.key for one in storage.list("segments/")}
    assert {one.key for one in head.segments} <= there
    assert len(there) > compaction.MANY
