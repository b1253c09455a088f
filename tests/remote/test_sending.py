"""The note of the packs that a push is sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import StoreReadOnly
from nbmodelver.remote.known import pack_key
from nbmodelver.remote.sending import Sending
from nbmodelver.store.objects.memory import MemoryStorage
from nbmodelver.testing.object_wrappers import Counting
from tests.remote.places import connected, new_store

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def repo() -> Repo:
    return new_store()


@pytest.fixture
def storage() -> Counting:
    return Counting(MemoryStorage())


def sending(repo: Repo, storage: Counting) -> Sending:
    return Sending(repo.backend, connected(repo, storage))


def test_a_pack_that_was_never_sent_costs_no_request(repo: Repo, storage: Counting):
    first = sending(repo, storage)
    storage.reset()
    first.begin([ONE, TWO])
    assert not first.has(ONE, 3)
    assert storage.total == 0


def test_the_next_process_finds_what_was_sent(repo: Repo, storage: Counting):
    sending(repo, storage).begin([ONE, TWO])
    storage.create(pack_key(ONE), b"abc")
    later = sending(repo, storage)
    assert later.has(ONE, 3)
    assert not later.has(TWO, 3)
    assert not later.has(ONE, 4)


def test_a_pack_that_was_deleted_since_it_was_sent_is_sent_again(repo: Repo, storage: Counting):
    first = sending(repo, storage)
    first.begin([ONE])
    storage.create(pack_key(ONE), b"abc")
    first.done(ONE)
    assert first.has(ONE, 3)
    storage.delete([pack_key(ONE)])
    assert not first.has(ONE, 3)


def test_a_finished_push_leaves_no_note(repo: Repo, storage: Counting):
    first = sending(repo, storage)
    first.begin([ONE])
    assert list(repo.backend.list("remotes/"))
    first.forget()
    assert not list(repo.backend.list("remotes/"))
    sending(repo, storage).forget()


@pytest.mark.parametrize("note", [b"", b"{", b'{"a":1}', b"[1]", b"null", b"[" * 9999])
def test_a_damaged_note_counts_as_none(repo: Repo, storage: Counting, note: bytes):
    sending(repo, storage).begin([ONE])
    (key,) = repo.backend.list("remotes/")
    repo.backend._objects[key] = note  # type: ignore[attr-defined]
    later = sending(repo, storage)
    assert not later.has(ONE, 3)
    later.begin([TWO])
    storage.create(pack_key(TWO), b"abc")
    assert sending(repo, storage).has(TWO, 3)


def test_a_store_that_cannot_be_written_has_no_note(repo: Repo, storage: Counting, monkeypatch: pytest.MonkeyPatch):
    first = sending(repo, storage)

    def refused(*_: Any) -> bool:
        raise StoreReadOnly("no")

    monkeypatch.setattr(repo.backend, "swap", refused)
    first.begin([ONE])
    first.forget()
