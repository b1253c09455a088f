"""How branches stand to a remote, and that following one loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.catalogue.records import Records
from nbmodelver.errors import NotPushed, RemoteMissing
from nbmodelver.remote.known import Known
from nbmodelver.remote.pull import follow, remote_branches, standing, standings, unsent
from nbmodelver.remote.remotes import RemoteConfig, Remotes
from nbmodelver.remote.transfer import ancestors_here
from nbmodelver.store.objects.memory import MemoryStorage
from tests.remote.places import ALL, cloned, fetched, new_store, pushed

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def two() -> tuple[Repo, Repo, MemoryStorage]:
    repo, storage = new_store(), MemoryStorage()
    for number in range(2):
        repo.commit({"x": number})
    pushed(repo, storage, ALL)
    return repo, cloned(storage), storage


def config(repo: Repo) -> RemoteConfig:
    return Remotes(repo).get()


def test_a_branch_is_the_same_ahead_behind_or_diverged():
    repo, other, storage = two()
    assert standing(other, config(other), "main").relation == "same"
    mine = other.commit({"x": "mine"})
    found = standing(other, config(other), "main")
    assert (found.relation, found.ahead, found.behind) == ("ahead", (mine.id,), ())
    theirs = repo.commit({"x": "theirs"})
    pushed(repo, storage)
    fetched(other, storage)
    found = standing(other, config(other), "main")
    assert (found.relation, found.ahead, found.behind) == ("diverged", (mine.id,), (theirs.id,))


def test_a_branch_that_only_one_side_has_is_new_or_only_here():
    repo, other, storage = two()
    repo.branch("theirs")
    pushed(repo, storage, ALL)
    fetched(other, storage)
    other.branch("ours")
    relations = {s.branch: s.relation for s in standings(other, config(other))}
    assert relations == {"main": "same", "ours": "only here", "theirs": "new"}


def test_following_moves_a_branch_forward_and_never_back():
    repo, other, storage = two()
    new = repo.commit({"x": "new"})
    pushed(repo, storage)
    fetched(other, storage)
    assert follow(other, config(other), "main").relation == "behind"
    assert other.refs.get("heads/main") == new.id
    assert follow(other, config(other), "main").relation == "same"
    mine = other.commit({"x": "mine"}) if other.history.head_id == new.id else None
    if mine is None:
        other.history.set_head(new.id, "main")
        mine = other.commit({"x": "mine"})
    assert follow(other, config(other), "main").relation == "ahead"
    assert other.refs.get("heads/main") == mine.id


def test_a_diverged_branch_stays():
    repo, other, storage = two()
    repo.commit({"x": "theirs"})
    pushed(repo, storage)
    mine = other.commit({"x": "mine"})
    fetched(other, storage)
    assert follow(other, config(other), "main").relation == "diverged"
    assert other.refs.get("heads/main") == mine.id


def test_a_branch_that_the_remote_lacks_is_named():
    _, other, _ = two()
    with pytest.raises(RemoteMissing, match="'no'") as raised:
        follow(other, config(other), "no")
    assert "main" in str(raised.value.hint)


def test_a_branch_whose_versions_were_not_fetched_is_not_followed():
    repo, other, storage = two()
    repo.commit({"x": "new"})
    pushed(repo, storage)
    from nbmodelver.remote.transfer import Remote
    from tests.remote.places import connected

    remote = Remote(other, connected(other, storage))
    remote.read()
    remote.remember()
    with pytest.raises(NotPushed, match="not here") as raised:
        follow(other, config(other), "main")
    assert "fetch" in str(raised.value.hint)


def test_versions_that_were_not_sent_are_known_without_a_request():
    _, other, _ = two()
    mine = other.commit({"x": "mine"})
    assert unsent(other, config(other)) == [mine.id]
    assert remote_branches(other, config(other)) == {"main": other["v2"].id}
    there = Known(other.backend, config(other).id).inventory()
    assert list(ancestors_here(other, mine.id, there)) == [mine.id, other["v2"].id, other["v1"].id]


def test_records_of_versions_that_the_remote_has_are_not_read(monkeypatch):
    _, other, _ = two()
    mine = other.commit({"x": "mine"})
    read: list[str] = []
    real = Records.read
    monkeypatch.setattr(Records, "read", lambda self, id_: read.append(id_) or real(self, id_))
    assert standing(other, config(other), "main").ahead == (mine.id,)
    assert set(read) <= {mine.id}


def test_forgotten_versions_are_walked_through():
    repo, other, storage = two()
    repo.forget(["v1"])
    repo.commit({"x": "new"})
    pushed(repo, storage)
    fetched(other, storage)
    assert standing(other, config(other), "main").relation == "behind"
    assert standing(repo, config(repo), "main").relation == "same"
