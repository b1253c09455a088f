"""The receiving side of a push into a store: branches move by compare-and-swap, HEAD and notebooks stay."""

import pytest

from nbmodelver.errors import NotPushed
from nbmodelver.remote.opening import in_use, open_store, probe
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConnection, Remotes, add
from nbmodelver.remote.store_receiving import receive
from nbmodelver.remote.store_storage import StoreStorage
from tests.remote.places import ALL, new_store, values


def named(name):
    repo = new_store()
    repo.backend.where = name
    return repo


def pushed(own, other, options=None, receiving=receive):
    with in_use(open_store(other.backend, own)) as storage:
        assert isinstance(storage, StoreStorage)
        storage._receive = receiving
        config = Remotes(own).all().get("other") or add(own, "other", "other", storage, probe=probe)
        return push(own, RemoteConnection(own, config, storage), options)


def test_the_store_gets_versions_and_branches_and_its_head_stays():
    own, other = named("own"), named("other")
    for number in range(3):
        own.commit({"x": number})
    pushed(own, other, ALL)
    assert values(other) == values(own)
    assert other.refs.get("heads/main") == own["v3"].id
    assert other.history.head is None
    assert other.verify(full=True) == []


def test_a_branch_that_moved_meanwhile_is_compared_again():
    own, other = named("own"), named("other")
    own.commit({"x": 1})
    pushed(own, other)
    own.commit({"x": 2})
    calls = []

    def late(storage, area, head):
        if not calls:
            calls.append(1)
            other.refs.move("heads/side", None, own["v1"].id)
            other.refs.move("heads/main", own["v1"].id, own["v1"].id)
            return False
        return receive(storage, area, head)

    done = pushed(own, other, receiving=late)
    assert done.rounds == 2
    assert other.refs.get("heads/main") == own["v2"].id


def test_a_version_that_the_store_forgot_is_refused():
    own, other = named("own"), named("other")
    own.commit({"x": 1})
    own.commit({"x": 2})
    pushed(own, other)
    other.forget("v2", force=True)
    own.branch("again")
    with pytest.raises(NotPushed, match="forgotten in other") as caught:
        pushed(own, other, PushOptions(branch_as="again"))
    assert "--undo" in caught.value.hint
    assert other.refs.get("heads/again") is None
