"""A lookup creates no objects for other parts, and finds a copy in any pack."""

import numpy as np
import pytest

from nbmodelver.store import index as index_module
from nbmodelver.store import packs
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.hashes import id_of
from nbmodelver.store.parts import PartStore
from tests.store.samples import put


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def store(backend):
    return PartStore(backend)


def test_looking_up_a_part_creates_no_object_for_the_others(store, backend, monkeypatch):
    noise = np.random.default_rng(3)
    ids, _ = put(store, *((noise.bytes(50), None, "") for _ in range(500)))
    fresh, made = PartStore(backend), []
    real = packs.Contents.entry
    monkeypatch.setattr(packs.Contents, "entry", lambda self, row: (made.append(row), real(self, row))[1])
    assert fresh.has(ids[7])
    assert not fresh.has("ab" * 20)
    with fresh.writing() as pack:
        pack.put(b"something new")
    assert len(made) <= 2
    assert all("entries" not in vars(contents) for contents in fresh._index.packs().values())


@pytest.mark.parametrize("many", [1, 6, 10**6])
def test_every_part_is_found_while_a_pack_has_it(backend, monkeypatch, many):
    """Packs are added and removed at random; ids share prefixes, and some parts are in several packs."""
    monkeypatch.setattr(index_module, "MANY_PARTS", many)
    choose = np.random.default_rng(many)
    store, away = PartStore(backend), {}
    pieces = [b"piece %d" % n for n in range(60)]
    looking = PartStore(backend)
    ids = {piece: id_of(piece) for piece in pieces}
    for _ in range(60):
        writer = store._writer(again=True)
        for at in choose.choice(len(pieces), 5, replace=False):
            writer.put(pieces[at])
        writer.seal()
        for key in [k for k in backend.list("packs/") if choose.random() < 0.2]:
            away[key] = bytes(backend.read(key))
            backend.delete(key)
        for key in [k for k in away if choose.random() < 0.1]:
            backend.create(key, [away.pop(key)])
        looking._index.refresh()
        held = {e.id for key in backend.list("packs/") for e in packs.read_contents(backend, key).entries}
        assert {id_ for id_ in ids.values() if looking.has(id_)} == held
        assert sorted(p.entry.id for p in looking._index.parts()) == sorted(held)
        for piece, id_ in ids.items():
            assert id_ not in held or bytes(looking.get(id_)) == piece


def test_a_part_in_two_packs_is_read_from_the_other_when_one_goes(store, backend):
    (id_,), _ = put(store, (b"twice" * 100, None, ""))
    first = set(backend.list("packs/"))
    writer = store._writer(again=True)
    writer.put(b"twice" * 100)
    writer.seal()
    both = set(backend.list("packs/"))
    assert len(both) == 2
    for gone in (first, both - first):
        looking = PartStore(backend)
        assert looking.has(id_)
        (key,) = gone
        data = bytes(backend.read(key))
        backend.delete(key)
        looking._index.refresh()
        assert bytes(looking.get(id_)) == b"twice" * 100
        assert [p.contents.pack for p in looking._index.parts()] == sorted(both - gone)
        backend.create(key, [data])
    for key in both:
        backend.delete(key)
    store._index.refresh()
    assert not store.has(id_)
    assert list(store._index.parts()) == []
