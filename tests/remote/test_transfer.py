"""A remote as one operation sees it, and what it may not lose or take back (P8)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import RemoteChanged, RemoteError
from nbmodelver.remote import compaction
from nbmodelver.remote.fetch import FetchOptions
from nbmodelver.remote.heads import Head
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.transfer import Meter, Remote, Selection, ids_in
from nbmodelver.store.objects.memory import MemoryStorage
from tests.remote.places import (
    ALL,
    cloned,
    connected,
    copied,
    copied_storage,
    fetched,
    new_store,
    pulled,
    pushed,
)  # fmt: skip

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

ACCEPT = FetchOptions(accept_older=True)


def grown(*, swaps: bool = True) -> tuple[Repo, MemoryStorage, MemoryStorage]:
    """A store, its remote, and the remote as it was one push earlier."""
    repo, storage = new_store(), MemoryStorage(swaps=swaps)
    repo.commit({"x": 1})
    pushed(repo, storage, ALL)
    before = copied_storage(storage)
    repo.commit({"x": 2})
    repo.tag("best")
    pushed(repo, storage, ALL)
    return repo, storage, before


@pytest.mark.parametrize("swaps", [True, False])
def test_p8_a_remote_that_went_back_is_refused_until_it_is_accepted(swaps: bool):
    repo, storage, before = grown(swaps=swaps)
    reader = cloned(storage)
    for act in (lambda: fetched(reader, before), lambda: pushed(repo, before), lambda: pushed(reader, before)):
        with pytest.raises(RemoteChanged) as raised:
            act()
        assert "--accept-older" in str(raised.value.hint)
    assert reader.history.records.count() == 2
    fetched(reader, before, ACCEPT)
    assert fetched(reader, before).did_nothing
    pushed(repo, before, PushOptions(accept_older=True))
    assert cloned(before).history.records.count() == 2


@pytest.mark.parametrize("swaps", [True, False])
def test_p8_a_remote_that_was_emptied_is_refused_until_it_is_accepted(swaps: bool):
    repo, storage, _ = grown(swaps=swaps)
    storage.delete([one.key for one in storage.list("") if one.key.startswith("work/")])
    with pytest.raises(RemoteChanged, match=r"nothing|no head"):
        fetched(repo, storage)
    fetched(repo, storage, ACCEPT)
    pushed(repo, storage, PushOptions(Selection(everything=True), accept_older=True))
    assert cloned(storage).history.records.count() == 2


def test_p8_another_head_of_the_same_number_is_refused_until_it_is_accepted():
    repo, _storage, before = grown()
    other = cloned(before)
    other.commit({"x": "other"})
    pushed(other, before)
    with pytest.raises(RemoteChanged, match="another head"):
        fetched(repo, before)
    fetched(repo, before, ACCEPT)
    assert repo.history.records.count() == 3
    assert repo.verify(full=True) == []


@pytest.mark.parametrize("what", ["records", "events"])
def test_p8_lost_versions_and_events_are_named_until_it_is_accepted(what: str):
    from dataclasses import replace

    from tests.remote.test_fetch import rewrite

    repo, storage, _ = grown()
    rewrite(storage, connected(repo, storage), lambda s: replace(s, **{what: getattr(s, what)[:-1]}))
    with pytest.raises(RemoteChanged, match="lost") as raised:
        fetched(repo, storage)
    assert "--accept-older" in str(raised.value.hint)
    assert "--all" in str(raised.value.hint)
    fetched(repo, storage, ACCEPT)


def test_a_lost_version_is_sent_again_when_the_loss_was_accepted():
    from dataclasses import replace

    from tests.remote.test_fetch import rewrite

    repo, storage, _ = grown()
    rewrite(storage, connected(repo, storage), lambda s: replace(s, records=s.records[:1]))
    pushed(repo, storage, PushOptions(Selection(everything=True), accept_older=True))
    assert cloned(storage).history.records.count() == 2


def test_a_compaction_loses_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compaction, "MANY", 2)
    repo, storage, _ = grown()
    reader = cloned(storage)
    for number in range(5):
        repo.commit({"x": number * 10})
        pushed(repo, storage)
        pulled(reader, storage)
    assert reader.history.records.count() == 7


def test_the_head_of_another_remote_is_refused():
    repo, storage, _ = grown()
    stranger, other = new_store(), MemoryStorage()
    stranger.commit({"z": 1})
    pushed(stranger, other)
    storage._objects["work/head"] = other._objects["work/head"]
    with pytest.raises(RemoteError, match="another remote") as raised:
        fetched(repo, storage)
    assert "remove" in str(raised.value.hint)


def test_a_push_of_another_process_of_the_same_store_is_no_step_back():
    repo, storage, _ = grown()
    same = copied(repo)
    repo.commit({"x": 3})

    class Slow(MemoryStorage):
        def read_tagged(self, key: str) -> Any:
            found = storage.read_tagged(key)
            if key == "work/head" and repo.history.records.count() == 3:
                repo.commit({"x": 4})
                pushed(repo, storage)
                for name in list(repo.backend.list("remotes/")):  # Both processes share the folder.
                    same.backend._objects[name] = bytes(repo.backend._objects[name])  # type: ignore[attr-defined]
            return found

    slow = Slow()
    slow._objects = storage._objects
    fetched(same, slow)
    assert connected(same, storage).known.head("work") == connected(repo, storage).known.head("work")


def test_a_store_that_cannot_be_written_forgets_what_it_saw(monkeypatch: pytest.MonkeyPatch):
    from nbmodelver.errors import StoreReadOnly

    repo, storage, _ = grown()
    remote = Remote(repo, connected(repo, storage))
    remote.read()

    def refused(*_: Any, **__: Any) -> None:
        raise StoreReadOnly("no")

    monkeypatch.setattr(remote.connection.known, "remember", refused)
    remote.remember()


def test_a_meter_reports_what_was_done_and_never_more_than_the_total():
    seen: list[tuple[int, int, str]] = []
    meter = Meter(lambda *one: seen.append(one), "bytes sent", 10)
    meter(4)
    meter(9)
    assert seen == [(4, 10, "bytes sent"), (13, 13, "bytes sent")]
    assert meter.seconds >= 0
    Meter(None, "x")(1)


def test_ids_are_found_at_any_depth():
    assert list(ids_in({"a": ["b" * 40, {"c": "d" * 40}], "e": 5, "f": "short"})) == ["b" * 40, "d" * 40]


def test_a_selection_knows_that_it_is_empty():
    assert Selection(names=("x",)).is_empty
    assert not Selection(everything=True).is_empty


def test_threads_of_one_store_fetch_at_once():
    _, storage, _ = grown()
    reader = new_store()
    connected(reader, storage)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            fetched(reader, storage)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert reader.verify(full=True) == []


def test_the_first_head_belongs_to_the_remote():
    repo, storage, _ = grown()
    head = connected(repo, storage).read("work").head
    assert isinstance(head, Head)
    assert head.remote == connected(repo, storage).config.id
