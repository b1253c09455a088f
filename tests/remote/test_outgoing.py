"""What a push would send: the difference between a store and a remote, found from copies without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadName, Diverged, MissingPart, NotPushed
from nbmodelver.remote.outgoing import Outgoing, PushOptions
from nbmodelver.remote.transfer import Selection
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import ALL, cloned, connected, copied_storage, fetched, new_store, pushed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

DEFAULT = PushOptions()


def shared() -> tuple[Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    for number in range(3):
        repo.commit({"x": number})
    repo.tag("best", "v1")
    pushed(repo, storage, ALL)
    return repo, storage


def outgoing(repo: Repo, storage: MemoryStorage | Counting, options: PushOptions = DEFAULT) -> Outgoing:
    made = Outgoing(repo, connected(repo, storage), options)
    made.remote.read()
    return made


def test_versions_are_sent_parents_first_and_only_what_is_not_there():
    repo, storage = shared()
    repo.commit({"x": 10})
    repo.commit({"x": 11})
    found = outgoing(repo, storage)
    assert found.versions == [repo["v4"].id, repo["v5"].id]
    assert found.branches == {"main": repo["v5"].id}
    assert [c.ref for c in found.changes] == ["heads/main"]


def test_everything_means_every_branch_and_every_version():
    repo, storage = shared()
    repo.branch("side")
    repo.commit({"x": 10})
    found = outgoing(repo, storage, ALL)
    assert set(found.branches) == {"main", "side"}
    assert found.tags == {"best": repo["v1"].id}


def test_versions_only_sends_no_tag_and_no_event():
    repo, storage = shared()
    repo.tag("more", "v2")
    found = outgoing(repo, storage, PushOptions(versions_only=True))
    assert (found.tags, found.event_ids, found.registry_refs) == ({}, [], [])


def test_a_tag_of_a_version_that_is_not_sent_stays_here():
    repo, storage = shared()
    repo.history.set_head(repo.branch("side").id, "side")
    repo.commit({"y": 1})
    repo.tag("of-side")
    assert "of-side" not in outgoing(repo, storage, PushOptions(Selection(branches=("main",)))).tags


def test_what_the_plan_needs_is_known_without_a_request():
    repo, storage = shared()
    repo.commit({"x": 10})
    counting = Counting(storage)
    found = outgoing(repo, counting)
    counting.reset()
    assert found.changes
    assert found.shipment.parts
    assert found.event_ids == []
    found.require_one_history()
    found.require_rights()
    assert counting.total == 0


def test_again_sends_what_the_remote_has_too():
    repo, storage = shared()
    assert outgoing(repo, storage, ALL).shipment.parts == 0
    found = outgoing(repo, storage, PushOptions(ALL.selection, again=True))
    assert found.shipment.parts >= len(repo.reachability.all())
    whole = copied_storage(storage)
    for one in list(storage.list("packs/")):  # Every pack there is damaged.
        storage.put(one.key, [b"?" * one.size_bytes], one.size_bytes)
    pushed(repo, storage, PushOptions(ALL.selection, again=True))
    assert cloned(whole).verify(full=True) == []


def test_packs_that_were_damaged_there_are_repaired_by_sending_them_again():
    repo, storage = shared()
    for one in list(storage.list("packs/")):
        storage.put(one.key, [b"?" * one.size_bytes], one.size_bytes)
    pushed(repo, storage, PushOptions(ALL.selection, again=True))
    assert cloned(storage).verify(full=True) == []


def test_the_name_of_a_branch_at_the_remote_must_be_one():
    repo, storage = shared()
    with pytest.raises(BadName):
        _ = outgoing(repo, storage, PushOptions(branch_as="a//b")).branches
    with pytest.raises(BadName):
        _ = outgoing(repo, storage, PushOptions(branch_as="\u202ex")).branches


def test_a_way_out_of_a_divergence_has_a_name_that_is_valid():
    repo, storage = shared()
    other = cloned(storage)
    other.commit({"x": "b"})
    pushed(other, storage)
    repo.commit({"x": "a"})
    repo.settings.set("author", "Ann M\u00fcller (lab)")
    with pytest.raises(Diverged) as raised:
        _ = outgoing(repo, storage).changes
    name = str(raised.value.hint).rpartition("--as ")[2]
    pushed(repo, storage, PushOptions(branch_as=name))


def test_a_registry_ref_that_both_moved_is_a_divergence():
    repo, storage = shared()
    other = cloned(storage)
    for one, value in ((repo, "ours"), (other, "theirs")):
        one.moves.run(EventDraft("promote", "m"), [Wanted("stages/m/p", None, value)])
    pushed(other, storage)
    with pytest.raises(Diverged, match="stages/m/p") as raised:
        pushed(repo, storage)
    assert "pull" in str(raised.value.hint)
    pushed(repo, storage, PushOptions(versions_only=True))


def test_a_registry_ref_follows_step_by_step():
    repo, storage = shared()
    for value in ("one", "two", "three"):
        before = repo.moves.state("stages/m/p")
        repo.moves.run(EventDraft("promote", "m"), [Wanted("stages/m/p", before, value)])
        if value != "two":
            pushed(repo, storage)
    other = cloned(storage)
    assert other.moves.state("stages/m/p") == repo.moves.state("stages/m/p")
    assert not outgoing(other, storage).changes


def test_a_remote_that_is_ahead_with_a_registry_ref_is_left_alone():
    repo, storage = shared()
    other = cloned(storage)
    repo.moves.run(EventDraft("promote", "m"), [Wanted("stages/m/p", None, "one")])
    pushed(repo, storage)
    fetched(other, storage)
    before = repo.moves.state("stages/m/p")
    repo.moves.run(EventDraft("promote", "m"), [Wanted("stages/m/p", before, "two")])
    pushed(repo, storage)
    assert not any(c.ref == "stages/m/p" for c in pushed(other, storage).changes)
    assert cloned(storage).moves.state("stages/m/p") == repo.moves.state("stages/m/p")


def test_a_part_that_nobody_has_is_missing_and_nothing_is_sent():
    repo, storage = shared()
    repo.commit({"x": list(range(9))})
    part = next(iter(repo.reachability.of_all([repo["v4"]]) - repo.reachability.of_all([repo["v3"]])))
    place = repo.parts._index.find(part)
    assert place is not None
    repo.backend.delete(place.contents.pack)
    counting = Counting(storage)
    with pytest.raises(MissingPart):
        pushed(repo, counting)
    assert counting.writes == 0


def test_rights_that_were_found_to_be_for_reading_are_named_before_anything_is_sent():
    from dataclasses import replace

    from nbmodelver.remote.remotes import Remotes
    from tests.remote.places import probed

    repo, storage = shared()
    repo.commit({"x": 10})
    storage.writes = False
    config = Remotes(repo).get()
    Remotes(repo).put(replace(config, abilities=probed(storage)))
    with pytest.raises(NotPushed, match="reading only") as raised:
        pushed(repo, storage)
    assert "check" in str(raised.value.hint)
