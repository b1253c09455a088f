"""The remotes of a store, the marker of a remote, and what `add` finds out and refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import BadName, Damaged, RemoteError, RemoteMissing, RemoteTooNew, UsageError
from nbmodelver.model.remotes import Abilities
from nbmodelver.remote.remotes import (
    RemoteConfig,
    RemoteConnection,
    Remotes,
    add,
    make_marker,
    now_utc,
    read_marker,
    to_json,
)  # fmt: skip
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting, Fault, Faulty
from tests.remote.places import new_store, outcomes, probed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

CONFIG = RemoteConfig(
    "origin", "s3://bucket/x", "a" * 32, "swap", {"region": "eu"}, True, Abilities(True, True, True, True)
)


@pytest.fixture
def repo() -> Repo:
    return new_store()


def test_a_configuration_comes_back_equal(repo: Repo):
    Remotes(repo).put(CONFIG)
    assert Remotes(repo).all() == {"origin": CONFIG}
    assert to_json(CONFIG)["address"] == "s3://bucket/x"
    Remotes(repo).put(RemoteConfig("origin", "s3://other", "b" * 32, "numbered"))
    assert Remotes(repo).get().address == "s3://other"
    assert Remotes(repo).remove("origin").address == "s3://other"
    assert Remotes(repo).all() == {}


def test_the_only_remote_needs_no_name_and_of_several_origin_is_meant(repo: Repo):
    with pytest.raises(UsageError, match="no remote"):
        Remotes(repo).get()
    Remotes(repo).put(RemoteConfig("team", "s3://t", "a" * 32, "swap"))
    assert Remotes(repo).get().name == "team"
    Remotes(repo).put(RemoteConfig("other", "s3://o", "a" * 32, "swap"))
    with pytest.raises(UsageError, match="several") as raised:
        Remotes(repo).get()
    assert "other, team" in str(raised.value.hint)
    with pytest.raises(UsageError, match="'no'"):
        Remotes(repo).get("no")
    Remotes(repo).put(CONFIG)
    assert Remotes(repo).get().name == "origin"


def test_a_bad_name_is_refused(repo: Repo):
    with pytest.raises(BadName):
        Remotes(repo).put(RemoteConfig("../x", "s3://t", "a" * 32, "swap"))


def test_a_damaged_configuration_is_named(repo: Repo):
    repo.refs.move("remotes/origin", None, "{}")
    with pytest.raises(Damaged, match="remotes/origin"):
        Remotes(repo).all()


def test_an_empty_place_becomes_a_remote(repo: Repo):
    storage = MemoryStorage()
    config = add(repo, "origin", "memory://x", storage, probe=probed)
    assert config.rule == "swap"
    marker = read_marker(storage)
    assert marker is not None
    assert marker.id == config.id
    assert add(repo, "origin", "memory://x", storage, probe=probed).id == config.id
    assert add(new_store(), "team", "memory://x", storage, probe=probed, as_it_is=True).abilities is None


def test_the_rule_follows_from_what_the_place_does(repo: Repo):
    assert add(repo, "origin", "memory://x", MemoryStorage(swaps=False), probe=probed).rule == "numbered"
    single = Abilities(False, False, False, True)
    assert add(repo, "second", "memory://y", MemoryStorage(), probe=lambda _s: single).rule == "single writer"
    assert Abilities(True, True, False, True).rule == "single writer"
    assert Abilities(True, True, True, True, writes=False).rule == "read only"


def test_the_rule_of_the_first_writer_counts(repo: Repo):
    storage = MemoryStorage(swaps=False)
    add(repo, "origin", "memory://x", storage, probe=probed)
    storage.swaps = True
    assert add(new_store(), "origin", "memory://x", storage, probe=probed).rule == "numbered"


def test_a_name_that_is_taken_is_refused(repo: Repo):
    add(repo, "origin", "memory://x", MemoryStorage(), probe=probed)
    with pytest.raises(UsageError, match="memory://x"):
        add(repo, "origin", "memory://other", MemoryStorage(), probe=probed)


def test_an_empty_place_that_cannot_be_written_is_no_remote(repo: Repo):
    with pytest.raises(RemoteMissing):
        add(repo, "origin", "memory://x", MemoryStorage(writes=False), probe=probed)


def test_a_place_with_other_objects_is_refused_and_stays(repo: Repo):
    storage = MemoryStorage()
    storage.create("photos/cat", b"cat")
    with pytest.raises(RemoteError, match="photos/cat") as raised:
        make_marker(storage, "swap")
    assert "prefix" in str(raised.value.hint)
    assert [one.key for one in storage.list("")] == ["photos/cat"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", RemoteError), (b"hello", RemoteError), (b"[]", RemoteError), (b'{"format":3}', RemoteError),
        (b'{"remote":1,"readable_by":1,"id":"../x","rule":"swap"}', Damaged), (b"[" * 4000, RemoteError),
        (b'{"remote":1,"readable_by":1,"id":"' + b"a" * 32 + b'","rule":"hope"}', Damaged),
        (b'{"remote":1,"readable_by":1,"rule":"swap"}', Damaged), (b'{"remote":2,"readable_by":2}', RemoteTooNew),
        (b'{"remote":"1"}', RemoteError),
    ],
)  # fmt: skip
def test_a_marker_of_another_kind_is_named(data: bytes, error: type[Exception]):
    storage = MemoryStorage()
    storage.create("format", data)
    with pytest.raises(error) as raised:
        read_marker(storage)
    assert raised.value.hint  # type: ignore[attr-defined]


def test_a_newer_marker_that_says_so_can_be_read():
    storage = MemoryStorage()
    storage.create("format", json.dumps({"remote": 2, "readable_by": 1, "id": "a" * 32, "rule": "swap"}).encode())
    marker = read_marker(storage)
    assert marker is not None
    assert marker.id == "a" * 32


def test_of_two_that_make_a_marker_one_wins():
    storage = MemoryStorage()
    first = make_marker(storage, "swap")
    assert make_marker(storage, "numbered") == first


def test_a_place_that_keeps_nothing_is_named():
    class Nothing(MemoryStorage):
        def create(self, key: str, data: bytes) -> bool:
            return True

    with pytest.raises(RemoteError, match="keep"):
        make_marker(Nothing(), "swap")


def test_a_kill_at_any_request_of_add_can_be_repeated():
    stores: list[Any] = [None]

    def fresh() -> MemoryStorage:
        stores[0] = new_store()
        return MemoryStorage()

    seen = 0
    for what, place in outcomes(lambda s: add(stores[0], "origin", "memory://x", s, probe=_quick), fresh):
        config = add(stores[0], "origin", "memory://x", place, probe=_quick)
        marker = read_marker(place)
        assert marker is not None, what
        assert marker.id == config.id
        seen += 1
    assert seen >= 8


def _quick(storage: Any) -> Abilities:
    storage.create("probe/x", b"1")
    return Abilities(True, True, True, True)


def test_no_credentials_are_kept(repo: Repo):
    add(repo, "origin", "memory://x", MemoryStorage(), probe=probed, options={"region": "eu"})
    assert "secret" not in Remotes(repo).get().text()
    assert Remotes(repo).get().options == {"region": "eu"}


def test_a_connection_reads_heads_by_the_rule_of_its_remote(repo: Repo):
    storage = Counting(MemoryStorage(swaps=False))
    config = add(repo, "origin", "memory://x", storage, probe=probed)
    connection = RemoteConnection(repo, config, storage)
    storage.reset()
    assert connection.read("work").head is None
    assert storage.requests == {"list": 1}
    assert connection.place("work").rule == "numbered"


def test_a_network_that_fails_is_no_missing_remote(repo: Repo):
    failing = Faulty(MemoryStorage(), probability=1, faults=[Fault.SERVER_ERROR])
    with pytest.raises(RemoteError):
        add(repo, "origin", "memory://x", failing, probe=probed)
    assert Remotes(repo).all() == {}


def test_the_time_is_utc_in_iso_form():
    assert now_utc().endswith("Z")
    assert len(now_utc()) == 20
