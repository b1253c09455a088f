"""Where versions come from: what is damaged makes nothing trusted."""

import pytest
import zstandard

from nbmodelver.catalogue import origins as module
from nbmodelver.catalogue.origins import PREFIX, UNKNOWN, Origins
from nbmodelver.errors import StoreReadOnly
from nbmodelver.model import VersionId
from nbmodelver.store.backends.memory import MemoryBackend

V = [VersionId(c * 40) for c in "abcd"]
ANN, BOB = "remote:s3://x#ann", "remote:s3://x#bob"


@pytest.fixture
def backend():
    return MemoryBackend()


def test_a_version_that_was_committed_here_has_none(backend):
    assert Origins(backend).of(V[0]) is None


def test_origins_are_durable_and_seen_by_other_processes(backend):
    other = Origins(backend)
    assert other.of(V[0]) is None
    Origins(backend).add({ANN: V[:2], BOB: [V[2]]})
    assert [other.of(v) for v in V] == [ANN, ANN, BOB, None]
    assert [Origins(backend).of(v) for v in V] == [ANN, ANN, BOB, None]


def test_a_version_that_has_an_origin_keeps_it(backend):
    Origins(backend).add({ANN: [V[0]]})
    Origins(backend).add({BOB: V[:2]})
    assert [Origins(backend).of(v) for v in V[:2]] == [ANN, BOB]


def test_known_origins_write_nothing(backend):
    origins = Origins(backend)
    origins.add({ANN: V})
    before = dict(backend._objects)
    origins.add({ANN: V, BOB: V})
    origins.add({})
    assert backend._objects == before


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1], lambda data: b"", lambda data: data[:5] + b"?" + data[6:], lambda data: b"[]",
        lambda data: zstandard.compress(b"[" * 100), lambda data: zstandard.compress(b'{"x":["no id"]}'),
        lambda data: zstandard.compress(bytes(65 << 20)), lambda data: zstandard.compress(b"5"),
    ],
)  # fmt: skip
def test_a_damaged_file_makes_every_version_untrusted(backend, change):
    Origins(backend).add({ANN: [V[0]]})
    (key,) = backend.list(PREFIX)
    whole = backend._objects[key]
    backend._objects[key] = change(whole)
    origins = Origins(backend)
    assert [origins.of(v) for v in V] == [UNKNOWN] * 4
    backend._objects[key] = whole
    assert origins.of(V[0]) == ANN
    assert origins.of(V[1]) is None


def test_every_changed_byte_is_noticed(backend):
    Origins(backend).add({ANN: [V[0]]})
    (key,) = backend.list(PREFIX)
    whole = backend._objects[key]
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 0x55
        backend._objects[key] = bytes(data)
        assert Origins(backend).of(V[0]) in (UNKNOWN, ANN)
        assert Origins(backend).of(V[1]) in (UNKNOWN, None)
        assert (Origins(backend).of(V[0]) == ANN) == (Origins(backend).of(V[1]) is None)


def test_a_file_under_another_name_is_damage(backend):
    Origins(backend).add({ANN: [V[0]]})
    (key,) = backend.list(PREFIX)
    backend._objects[PREFIX + "0" * 40] = backend._objects.pop(key)
    assert Origins(backend).of(V[0]) == UNKNOWN


def test_many_versions_take_several_files_that_stay_readable(backend, monkeypatch):
    monkeypatch.setattr(module, "MOST_VERSIONS", 2)
    Origins(backend).add({ANN: V})
    assert len(list(backend.list(PREFIX))) == 2
    assert [Origins(backend).of(v) for v in V] == [ANN] * 4


def test_unchanged_files_are_not_read_again(backend, monkeypatch):
    origins = Origins(backend)
    for number, v in enumerate(V):
        origins.add({f"remote:{number}": [v]})
    monkeypatch.setattr(backend, "read", lambda *_: pytest.fail("read again"))
    assert origins.of(V[3]) == "remote:3"


def test_a_store_that_cannot_be_written_says_so(backend, monkeypatch):
    def refused(*_):
        raise StoreReadOnly("no")

    monkeypatch.setattr(backend, "create", refused)
    with pytest.raises(StoreReadOnly):
        Origins(backend).add({ANN: [V[0]]})
