"""Fetches: what they bring, that nothing of it counts before it was verified, and kills at any moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.errors import Damaged, NeedsTrust, NotPushed, RemoteChanged
from nbmodelver.remote.fetch import FetchOptions
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import Remotes
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo.core.event_check import check_events
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.store.objects.retrying import Patience, Retrying
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty, Killed
from tests.remote.places import (
    ALL,
    cloned,
    connected,
    copied,
    copied_storage,
    fetched,
    new_store,
    outcomes,
    pulled,
    pushed,
    reopened,
    values,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbmodelver.repo import Repo

LAZY = FetchOptions(lazy=True)


class Point:
    """A value that only a pickle can hold."""

    def __init__(self, x: int) -> None:
        self.x = x


def shared(versions: int = 3) -> tuple[Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    for number in range(versions):
        repo.commit({"x": number, "table": np.arange(3000.0) * number}, f"c{number}")
    repo.tag("best", "v1")
    pushed(repo, storage, ALL)
    return repo, storage


# -- what is brought


def test_a_second_fetch_brings_nothing_and_reads_no_pack():
    _, storage = shared()
    repo = cloned(storage)
    counting = Counting(storage)
    assert fetched(repo, counting).did_nothing
    assert not any("packs/" in key or "segments/" in key for _, key in counting.calls)


def test_a_fetch_changes_no_branch_and_not_the_notebook():
    theirs, storage = shared()
    repo = cloned(storage)
    theirs.commit({"x": 99})
    pushed(theirs, storage)
    before = repo.refs.get("heads/main"), repo.history.head
    found = fetched(repo, storage)
    assert (repo.refs.get("heads/main"), repo.history.head) == before
    assert found.versions == (theirs["HEAD"].id,)
    assert found.branches == {"main": (theirs["v3"].id, theirs["v4"].id)}
    assert repo.load(theirs["v4"].id[:12]) == {"x": 99}


def test_a_dry_run_brings_nothing():
    _theirs, storage = shared()
    repo = new_store()
    found = fetched(repo, storage, FetchOptions(dry_run=True))
    assert len(found.versions) == 3
    assert found.bytes > 0
    assert repo.history.records.count() == 0
    assert list(repo.backend.list("packs/")) == []
    assert len(fetched(repo, storage).versions) == 3


def test_a_small_pull_takes_at_most_five_requests():
    theirs, storage = shared()
    repo = cloned(storage)
    theirs.commit({"x": 99})
    pushed(theirs, storage)
    counting = Counting(storage)
    pulled(repo, counting)
    assert counting.total <= 5, counting.calls
    assert repo.load("HEAD") == {"x": 99}


def test_only_the_chosen_branch_is_brought_and_no_tag_of_another_one():
    theirs, storage = shared()
    theirs.history.set_head(theirs.branch("side").id, "side")
    theirs.commit({"y": np.arange(9000)})
    theirs.tag("of-side")
    pushed(theirs, storage, ALL)
    repo = new_store()
    found = fetched(repo, storage, FetchOptions(Selection(branches=("main",))))
    assert len(found.versions) == 3
    assert "of-side" not in repo.history.tags()
    assert repo.history.tags()["best"].id == theirs["v1"].id
    assert repo.verify(full=True) == []
    fetched(repo, storage)
    assert repo.history.tags()["of-side"].id == theirs["v4"].id
    assert repo.verify(full=True) == []


def test_an_unknown_branch_tag_or_model_is_named():
    _, storage = shared()
    for selection in (Selection(branches=("no",)), Selection(tags=("no",)), Selection(models=("no",))):
        with pytest.raises(NotPushed, match="no"):
            fetched(new_store(), storage, FetchOptions(selection))


def test_only_the_chosen_variables_are_brought():
    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"small": np.arange(9), "large": np.random.default_rng(0).bytes(900_000)})
    pushed(theirs, storage)
    repo = new_store()
    fetched(repo, storage, LAZY)
    counting = Counting(storage)
    fetched(repo, counting, FetchOptions(Selection(names=("small",))))
    assert counting.received_bytes < 90_000
    assert repo.load("v1", "small")["small"].tolist() == list(range(9))


def test_the_values_of_a_lazy_store_can_be_brought_later():
    theirs, storage = shared()
    repo = cloned(storage, lazy=True)
    assert list(repo.backend.list("packs/")) == []
    fetched(repo, storage, FetchOptions(lazy=False))
    assert all(repo.parts.is_here(part) for part in theirs.reachability.all())
    assert repo.verify(full=True) == []


def test_the_next_version_has_a_number_that_nobody_has():
    _theirs, storage = shared(5)
    repo = new_store()
    repo.commit({"mine": 1})
    fetched(repo, storage)
    assert repo.commit({"mine": 2}).number == 6


def test_forgotten_ancestors_and_purged_versions_do_not_break_the_history():
    theirs, storage = new_store(), MemoryStorage()
    for number in range(4):
        theirs.commit({"x": number, "table": np.arange(3000.0) * number}, f"c{number}")
    theirs.forget(["v2"])
    pushed(theirs, storage, ALL)
    theirs.purge("table")
    theirs.commit({"x": 5})
    pushed(theirs, storage, ALL)
    repo = cloned(storage)
    assert repo.verify(full=True) == []
    assert [v.number for v in repo.log()] == [v.number for v in theirs.log()]
    assert not any("table" in v.kept for v in repo.log())


def test_a_version_that_was_forgotten_here_does_not_come_back():
    theirs, storage = shared()
    repo = cloned(storage)
    gone = repo["v2"].id
    repo.forget(["v2"])
    repo.gc(grace_s=0)
    theirs.commit({"x": 8})
    pushed(theirs, storage)
    fetched(repo, storage)
    assert gone not in repo.history.records.ids()
    assert repo.verify(full=True) == []


def test_a_version_that_one_person_forgot_and_another_one_has_still_comes():
    theirs, storage = new_store(), MemoryStorage()
    for number in range(3):
        theirs.commit({"x": number})
    pushed(theirs, storage)
    repo = cloned(storage)
    first = repo["v1"].id
    late = new_store()
    theirs.forget(["v1"])
    beside = MemoryStorage()
    push(theirs, connected(theirs, beside, "second"), ALL)
    push(repo, connected(repo, beside, "second"), ALL)
    fetched(late, beside, FetchOptions(Selection(branches=("main",))))
    fetched(late, beside)
    assert late.history.records.exists(first)
    assert late.verify(full=True) == []


def test_a_version_that_is_replaced_elsewhere_is_named():
    theirs, storage = shared()
    repo = cloned(storage)
    old = repo["v1"].id
    theirs.purge("table")
    pushed(theirs, storage, ALL)
    assert old in fetched(repo, storage).replaced


# -- events


def test_many_events_come_and_the_log_goes_on_without_a_gap():
    theirs, storage = shared()
    for number in range(150):
        theirs.moves.note(EventDraft("access", f"models/m{number}"))
    pushed(theirs, storage, ALL)
    repo = cloned(storage)
    assert repo.moves.log.keys().keys() >= theirs.moves.log.keys().keys()
    repo.tag("second", "v2")
    assert check_events(repo).problems == ()
    pushed(repo, storage, ALL)
    fetched(theirs, storage)
    assert theirs.history.tags()["second"].id == repo["v2"].id
    assert check_events(theirs).problems == ()


def test_events_of_both_sides_join():
    theirs, storage = shared()
    repo = cloned(storage)
    theirs.tag("theirs", "v1")
    repo.tag("ours", "v2")
    pushed(theirs, storage, ALL)
    fetched(repo, storage)
    pushed(repo, storage, ALL)
    fetched(theirs, storage)
    assert set(theirs.history.tags()) == set(repo.history.tags()) == {"best", "ours", "theirs"}
    assert check_events(repo).problems == check_events(theirs).problems == ()


def test_a_tag_that_both_sides_set_ends_at_the_same_version_everywhere():
    theirs, storage = shared()
    repo = cloned(storage)
    theirs.tag("good", "v1")
    repo.tag("good", "v2")
    pushed(theirs, storage, ALL)
    fetched(repo, storage)
    pushed(repo, storage, ALL)
    fetched(theirs, storage)
    third = cloned(storage)
    assert {r.history.tags()["good"].id for r in (theirs, repo, third)} == {third.history.tags()["good"].id}
    fetched(repo, storage)


def test_a_deleted_tag_is_deleted_everywhere():
    theirs, storage = shared()
    repo = cloned(storage)
    theirs.moves.run(EventDraft("tag", "best"), [Wanted("tags/best", theirs.moves.state("tags/best"), None)])
    pushed(theirs, storage, ALL)
    fetched(repo, storage)
    assert "best" not in repo.history.tags()
    assert "best" not in cloned(storage).history.tags()


# -- trust


def test_pickles_are_refused_until_their_origin_is_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"plain": [1, 2], "point": Point(3)})
    pushed(theirs, storage)
    repo = cloned(storage)
    version = repo["v1"]
    assert repo.load("v1", "plain") == {"plain": [1, 2]}
    with pytest.raises(NeedsTrust):
        repo.load("v1", "point")
    (origin,) = repo.origins(version)
    assert origin.startswith("remote:memory://team#")
    repo.trust.add(origin)
    assert repo.load("v1", "point")["point"].x == 3


def test_trust_is_for_one_writer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    ann, storage = new_store(), MemoryStorage()
    ann.commit({"point": Point(1)})
    pushed(ann, storage)
    bob = cloned(storage)
    bob.settings.set("author", "bob")
    bob.commit({"point": Point(2)})
    monkeypatch.setattr("nbmodelver.remote.push._Push._writer", lambda _self: "bob")
    pushed(bob, storage)
    repo = cloned(storage)
    of_ann, of_bob = repo.origins(repo["v1"]), repo.origins(repo["v2"])
    assert of_ann != of_bob
    for origin in of_ann:
        repo.trust.add(origin)
    assert repo.load("v1")["point"].x == 1
    with pytest.raises(NeedsTrust):
        repo.load("v2")


def test_ones_own_versions_stay_trusted_after_a_fetch():
    repo, storage = new_store(), MemoryStorage()
    repo.commit({"point": Point(1)})
    pushed(repo, storage)
    fetched(repo, storage)
    assert repo.origins(repo["v1"]) == ()
    assert repo.load("v1")["point"].x == 1


def test_a_backup_carries_the_origins(tmp_path: Path):
    from nbmodelver.repo import open_repo

    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"point": Point(3)})
    pushed(theirs, storage)
    repo = cloned(storage)
    repo.backup(tmp_path / "copy")
    with pytest.raises(NeedsTrust):
        open_repo(tmp_path / "copy").load("v1")


def test_a_lazy_fetch_knows_the_origins_too():
    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"point": Point(3)})
    pushed(theirs, storage)
    repo = cloned(storage, lazy=True)
    assert repo.origins(repo["v1"])


# -- kills and failures


@pytest.mark.parametrize("options", [FetchOptions(), LAZY])
def test_a_kill_at_any_request_leaves_the_store_whole_and_brings_no_pack_twice(options: FetchOptions):
    theirs, storage = shared()
    empty = new_store()
    connected(empty, storage)
    alive: list[Any] = [None]

    def again() -> MemoryStorage:
        alive[0] = copied(empty)
        return copied_storage(storage)

    seen = 0
    for what, place in outcomes(lambda faulty: fetched(alive[0], faulty, options), again):
        repo = reopened(alive[0])
        assert repo.history.records.count() in (0, 3), what
        assert repo.verify(full=True) == [], what
        brought = {key.rpartition("/")[2] for key in (*repo.backend.list("packs/"), *repo.backend.list("incoming/"))}
        counting = Counting(place)
        fetched(repo, counting, options)
        assert not any(key.rpartition("/")[2] in brought for kind, key in counting.calls if kind == "read"), what
        assert repo.history.records.count() == 3
        assert repr(values(reopened(repo))) == repr(values(theirs)) if not options.lazy else True
        assert repo.verify(full=True) == [], what
        assert list(repo.backend.list("incoming/")) == []
        seen += 1
    assert seen >= 6


@pytest.mark.parametrize("options", [FetchOptions(), LAZY])
def test_a_kill_at_any_change_of_the_store_leaves_it_whole(options: FetchOptions):
    theirs, storage = shared()
    theirs.forget(["v2"])
    pushed(theirs, storage, ALL)
    empty = new_store()
    connected(empty, storage)
    for left in range(100):
        repo = copied(empty)
        repo.backend.left = left  # type: ignore[attr-defined]
        try:
            fetched(repo, storage, options)
        except Killed:
            repo = reopened(repo)
            assert repo.verify(full=True) == [], left
            assert check_events(repo).problems == (), left
            for version in repo.history.records.all():
                assert repo.origins(version), left
            fetched(repo, storage, options)
            assert repo.history.records.present() == theirs.history.records.present(), left
            assert repo.verify(full=True) == [], left
            assert check_events(repo).problems == (), left
            assert "best" in repo.history.tags(), left
        else:
            assert left > 5
            return
    raise AssertionError("it never ended")


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.SERVER_ERROR, Fault.THROTTLED, Fault.TRUNCATED])
def test_a_failure_of_the_network_at_any_request_is_repeated(fault: Fault):
    theirs, storage = shared()
    for number in range(1, 40):
        faulty = Faulty(storage, {number: fault})
        repo = cloned(Retrying(faulty, Patience(), sleep=lambda _s: None))
        assert repr(values(repo)) == repr(values(theirs))
        if not faulty.happened:
            return
    raise AssertionError("it never ended")


def test_an_answer_that_is_cut_unnoticed_never_becomes_a_value():
    theirs, storage = shared()
    for number in range(1, 40):
        repo = new_store()
        connected(repo, storage)
        faulty = Faulty(storage, {number: Fault.SHORT})
        failed = error_of(lambda repo=repo, faulty=faulty: fetched(repo, faulty))
        if failed is not None:
            assert failed.hint
            assert repo.history.records.count() == 0
            assert repo.verify(full=True) == []
        if not faulty.happened:
            assert number > 4
            assert repr(values(repo)) == repr(values(theirs))
            return
    raise AssertionError("it never ended")


def error_of(act: Callable[[], object]) -> Damaged | None:
    """Return the damage that the call reports, None without damage."""
    try:
        act()
    except Damaged as error:
        return error
    return None


# -- what a hostile or broken remote can do


def test_a_version_whose_parent_is_missing_is_refused():
    theirs, storage = shared()
    connection = connected(theirs, storage)
    rewrite(storage, connection, lambda segment: replace(segment, records=segment.records[1:]))
    repo = new_store()
    with pytest.raises(Damaged, match="parent"):
        fetched(repo, storage)
    assert repo.history.records.count() == 0


def test_a_record_that_is_no_record_is_refused_also_by_a_lazy_fetch():
    from nbmodelver.catalogue.records import id_of
    from nbmodelver.remote.segments import SentRecord

    theirs, storage = shared()
    raw = b'{"number":[]}'
    bad = SentRecord(id_of(raw), 4, (), raw)
    rewrite(storage, connected(theirs, storage), lambda segment: replace(segment, records=(*segment.records, bad)))
    for options in (FetchOptions(), LAZY):
        repo = new_store()
        with pytest.raises(Damaged):
            fetched(repo, storage, options)
        assert repo.history.records.present() == set()


def test_a_segment_that_says_another_number_than_its_record_is_refused():
    theirs, storage = shared()
    rewrite(
        storage, connected(theirs, storage),
        lambda segment: replace(segment, records=(*(replace(r, number=r.number + 7) for r in segment.records),)),
    )  # fmt: skip
    with pytest.raises(Damaged, match="something else"):
        fetched(new_store(), storage)


def test_an_event_under_the_id_of_another_one_is_refused():
    theirs, storage = shared()
    theirs.tag("more", "v2")
    pushed(theirs, storage, ALL)
    rewrite(
        storage, connected(theirs, storage),
        lambda segment: replace(segment, events=(*(replace(e, id="0" * 40) for e in segment.events),)),
    )  # fmt: skip
    repo = new_store()
    with pytest.raises(Damaged, match="another hash"):
        fetched(repo, storage)
    assert list(repo.backend.list("events/")) == []


def test_a_gap_in_the_events_is_refused_until_it_is_accepted():
    theirs, storage = shared()
    theirs.tag("more", "v2")
    theirs.tag("most", "v3")
    pushed(theirs, storage, ALL)
    first = min(theirs.moves.log.newest(), key=lambda e: e.order).id
    rewrite(
        storage, connected(theirs, storage),
        lambda segment: replace(segment, events=tuple(e for e in segment.events if e.id != first)),
    )  # fmt: skip
    repo = new_store()
    with pytest.raises(RemoteChanged, match="lacks event"):
        fetched(repo, storage)
    assert list(repo.backend.list("events/")) == []
    fetched(repo, storage, FetchOptions(accept_older=True))
    assert repo.history.records.count() == 3


def rewrite(storage: MemoryStorage, connection: Any, change: Any) -> None:
    """Let the head list one segment, made by `change` from all that it listed. What a member of the team could do."""
    from nbmodelver.remote import segments
    from nbmodelver.remote.compaction import send_segment

    before = connection.read("work")
    known = connection.known
    known.bring(storage, before.head.segments)
    merged = segments.merged([known.segment(one) for one in before.head.segments])
    listing = send_segment(connection, change(merged))
    assert connection.place("work").move(before, before.head.next(segments=(listing,)))


def test_a_part_with_other_bytes_than_its_id_says_is_refused_and_never_counts():
    theirs, storage = new_store(), MemoryStorage()
    theirs.commit({"x": np.random.default_rng(0).bytes(50_000), "y": 1})
    pushed(theirs, storage)
    replace_part(storage, connected(theirs, storage), theirs)
    repo = new_store()
    with pytest.raises(Damaged) as raised:
        fetched(repo, storage)
    assert raised.value.hint
    assert repo.history.records.count() == 0
    assert list(repo.backend.list("packs/")) == []
    assert repo.verify(full=True) == []
    honest = repo.commit({"x": np.random.default_rng(0).bytes(50_000), "y": 1})
    assert repo.load(honest)["x"] == np.random.default_rng(0).bytes(50_000)


def replace_part(storage: MemoryStorage, connection: Any, theirs: Repo) -> None:
    """Replace a pack by a valid one in which the largest part has other bytes than its id says."""
    from nbmodelver.remote.segments import SentPack
    from nbmodelver.store import encodings
    from nbmodelver.store.hashes import sum_of
    from nbmodelver.store.packs import NewBlock, ending, header

    ((key, contents),) = theirs.parts._index.packs().items()
    name = bytes.fromhex(key.rpartition("/")[2])
    blocks, body = [], b""
    for number, block in enumerate(contents.blocks):
        stored = bytes(theirs.parts._reader.stored(contents, block))
        if number == max(range(len(contents.blocks)), key=lambda i: contents.blocks[i].raw):
            import zstandard

            out = bytearray(block.raw)
            encodings.decode(block.encoding, stored, memoryview(out), b"")
            out[5] ^= 1
            stored = zstandard.compress(bytes(out))
            blocks.append(NewBlock(block.raw, len(stored), sum_of(stored), 1, ()))
        else:
            blocks.append(NewBlock(block.raw, block.stored, block.sum, block.encoding, block.uses))
        body += stored
    ends = ending(name, blocks, contents.entries)
    data = header(name) + body + ends
    remote_key = f"packs/{name.hex()[:2]}/{name.hex()}"
    storage.put(remote_key, [data], len(data))
    pack = SentPack(name.hex(), len(data), header(name) + ends)
    rewrite(storage, connection, lambda segment: replace(segment, packs=(pack,)))


def test_a_pack_that_is_in_the_store_and_damaged_is_named(tmp_path: Path):
    theirs, storage = shared(1)
    repo = new_store()
    (key,) = list(theirs.backend.list("packs/"))[:1]
    repo.backend._objects[key] = bytes(theirs.backend._objects[key])[:-70] + b"?" * 70  # type: ignore[attr-defined]
    from nbmodelver.errors import StoreError

    with pytest.raises(StoreError, match="damaged") as raised:
        fetched(repo, storage)
    assert "repair" in str(raised.value.hint)


def test_two_remotes_of_one_store_complete_each_other():
    _theirs, storage = shared()
    repo = cloned(storage)
    repo.commit({"more": 1})
    other = MemoryStorage("memory://other")
    push(repo, connected(repo, other, "second"), PushOptions(Selection(everything=True)))
    assert set(Remotes(repo).all()) == {"origin", "second"}
    third = cloned(other)
    assert {v.id for v in third.log()} == {v.id for v in repo.log()}
    assert third.verify(full=True) == []
