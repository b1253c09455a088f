"""What a push sends into another store waits outside of it, and packs of the sender are not copied."""

import pytest

from nbmodelver.remote.outbox import Outbox, own_pack_key
from nbmodelver.store.index import PREFIX as PACKS
from tests.remote.places import new_store


def test_a_pack_of_the_sender_is_read_from_its_files():
    repo = new_store()
    repo.commit({"x": list(range(1000))})
    repo.wait_for_pending()
    [own] = repo.backend.list(PACKS)
    name = own.removeprefix(PACKS)
    key = f"{PACKS}{name[:2]}/{name}"
    assert own_pack_key(key) == own
    outbox, size = Outbox(repo.backend), repo.backend.size(own)

    def unread():
        raise AssertionError("a pack of the sender is not read")
        yield b""

    outbox.put(key, unread(), size)
    assert outbox.size(key) == size
    assert outbox.read(key, 0, 10) == bytes(repo.backend.read(own, 0, 10))
    assert outbox.read_many(key, [(5, 3), (0, 2)]) == [
        bytes(repo.backend.read(own, 5, 3)),
        bytes(repo.backend.read(own, 0, 2)),
    ]
    assert outbox.read(key, size, 5) == b""


def test_other_packs_and_segments_come_back_until_it_is_closed():
    outbox = Outbox(new_store().backend)
    assert outbox.create(f"{PACKS}aa/{'a' * 32}", b"first")
    assert not outbox.create(f"{PACKS}aa/{'a' * 32}", b"again")
    outbox.put(f"{PACKS}bb/{'b' * 32}", [b"sec", b"ond"], 6)
    assert outbox.create("segments/cc/x", b"segment")
    assert outbox.read(f"{PACKS}aa/{'a' * 32}") == b"first"
    assert outbox.read(f"{PACKS}bb/{'b' * 32}", 2, 3) == b"con"
    assert outbox.read("segments/cc/x") == b"segment"
    with pytest.raises(KeyError):
        outbox.size(f"{PACKS}dd/{'d' * 32}")
    outbox.close()
    outbox.close()
