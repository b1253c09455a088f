"""P8: refs that moved at a remote without an event, and branches that went back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import RemoteChanged
from nbmodelver.remote.fetch import FetchOptions
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.repo.core.moves import EventDraft, Wanted
from nbmodelver.store.objects.memory import MemoryStorage
from tests.remote.places import ALL, cloned, connected, fetched, new_store, pushed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

ACCEPT = FetchOptions(accept_older=True)
MODEL = "models/churn/1.0.0"


def shared() -> tuple[Repo, Repo, MemoryStorage]:
    """A writer, a reader that has everything, and their remote."""
    repo, storage = new_store(), MemoryStorage()
    for number in range(3):
        repo.commit({"x": number})
    repo.tag("best", "v1")
    register(repo, "v1")
    pushed(repo, storage, ALL)
    return repo, cloned(storage), storage


def register(repo: Repo, version: str) -> None:
    wanted = Wanted(MODEL, repo.moves.state(MODEL), {"version": repo[version].id})
    repo.moves.run(EventDraft("register", MODEL), [wanted])


def by_hand(repo: Repo, storage: MemoryStorage, area: Any, **refs: Any) -> None:
    """Move refs as somebody who has write access and does not use nbmodelver."""
    connection = connected(repo, storage)
    before = connection.read(area)
    assert before.head is not None
    moved = {k: v for k, v in {**before.head.refs, **{k.replace("__", "/"): v for k, v in refs.items()}}.items() if v}
    assert connection.place(area).move(before, before.head.next(refs=moved))


def refused(reader: Repo, storage: MemoryStorage, match: str) -> None:
    with pytest.raises(RemoteChanged, match=match) as raised:
        fetched(reader, storage)
    assert "--accept-older" in str(raised.value.hint)
    fetched(reader, storage, ACCEPT)
    fetched(reader, storage)


def test_p8_a_tag_that_was_moved_without_an_event_is_refused():
    repo, reader, storage = shared()
    by_hand(repo, storage, "work", tags__best=repo["v3"].id)
    refused(reader, storage, "the tag best")
    assert reader.history.tags()["best"].id == repo["v1"].id


def test_p8_a_tag_that_was_removed_without_an_event_is_refused():
    repo, reader, storage = shared()
    by_hand(repo, storage, "work", tags__best=None)
    refused(reader, storage, "the tag best")


def test_a_tag_that_was_moved_with_an_event_is_followed():
    repo, reader, storage = shared()
    repo.tag("best", "v3", move=True)
    pushed(repo, storage, ALL)
    fetched(reader, storage)
    assert reader.history.tags()["best"].id == repo["v3"].id


def test_p8_a_registry_ref_that_names_no_event_is_refused_also_by_a_first_clone():
    repo, reader, storage = shared()
    by_hand(repo, storage, "registry", models__churn__9={"event": "0" * 40, "value": {"version": repo["v3"].id}})
    with pytest.raises(RemoteChanged, match="names an event"):
        cloned(storage)
    refused_until_accepted(reader, storage)


def refused_until_accepted(reader: Repo, storage: MemoryStorage) -> None:
    with pytest.raises(RemoteChanged):
        fetched(reader, storage)
    fetched(reader, storage, ACCEPT)


def test_p8_a_registry_ref_with_another_value_than_its_event_set_is_refused():
    repo, reader, storage = shared()
    state = repo.moves.state(MODEL)
    assert state is not None
    by_hand(repo, storage, "registry", models__churn__1={"event": state.event, "value": {"version": repo["v3"].id}})
    with pytest.raises(RemoteChanged, match="without an event"):
        cloned(storage)
    refused_until_accepted(reader, storage)
    assert reader.moves.state("models/churn/1") is None


def test_a_registry_ref_that_was_moved_with_an_event_is_followed():
    repo, reader, storage = shared()
    register(repo, "v3")
    pushed(repo, storage)
    fetched(reader, storage)
    assert reader.moves.state(MODEL) == repo.moves.state(MODEL)


def test_p8_a_branch_that_went_back_is_refused():
    repo, reader, storage = shared()
    by_hand(repo, storage, "work", heads__main=repo["v2"].id)
    refused(reader, storage, "the branch main")
    assert reader.history.head == repo["v3"]


def test_p8_a_branch_that_was_removed_by_hand_is_refused():
    repo, reader, storage = shared()
    by_hand(repo, storage, "work", heads__main=None)
    refused(reader, storage, "the branch main")


def test_a_forced_push_moves_a_branch_with_an_event_and_is_followed():
    repo, reader, storage = shared()
    reader.commit({"x": "theirs"})
    pushed(reader, storage)
    repo.commit({"x": "ours"})
    pushed(repo, storage, PushOptions(force=True, why="theirs was wrong"))
    found = fetched(reader, storage)
    assert found.branches == {"main": (reader["HEAD"].id, repo["HEAD"].id)}


def test_a_forced_push_excuses_no_later_step_back():
    repo, reader, storage = shared()
    reader.commit({"x": "theirs"})
    pushed(reader, storage)
    repo.commit({"x": "ours"})
    pushed(repo, storage, PushOptions(force=True, why="theirs was wrong"))
    fetched(reader, storage)
    by_hand(repo, storage, "work", heads__main=repo["v1"].id)
    refused(reader, storage, "the branch main")


def test_a_purge_replaces_the_version_of_a_branch_and_of_a_tag_without_a_complaint():
    repo, reader, storage = shared()
    repo.commit({"x": 1, "gone": 2})
    pushed(repo, storage, ALL)
    fetched(reader, storage)
    repo.purge("gone")
    pushed(repo, storage, ALL)
    fetched(reader, storage)
    assert cloned(storage).verify(full=True) == []


def test_a_store_without_events_moves_tags_freely():
    from nbmodelver.repo import Repo
    from nbmodelver.store import layout
    from nbmodelver.store.backends.memory import MemoryBackend

    backend = MemoryBackend()
    layout.create(backend)
    stored = (
        bytes(backend._objects["format"]).replace(b'"format": 3', b'"format": 2').replace(b'"format":3', b'"format":2')
    )
    backend._objects["format"] = stored
    repo = Repo(backend)
    if repo.moves.has_events:
        pytest.skip("the format could not be lowered")
    storage = MemoryStorage()
    repo.commit({"x": 1})
    repo.commit({"x": 2})
    repo.tag("best", "v1")
    pushed(repo, storage, ALL)
    reader = new_store()
    fetched(reader, storage)
    repo.tag("best", "v2", move=True)
    pushed(repo, storage, PushOptions(ALL.selection, force=True, why="x"))
    fetched(reader, storage)
    assert reader.verify(full=True) == []
