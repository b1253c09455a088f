import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.errors import Damaged, LimitExceeded, RefMoved
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend
from nbmodelver.store.refs import Refs


@pytest.fixture
def backend():
    return MemoryBackend()


@pytest.fixture
def refs(backend):
    return Refs(backend)


def test_a_ref_is_made_moved_and_deleted(refs):
    assert refs.get("HEAD") is None
    refs.move("HEAD", None, "a")
    refs.move("HEAD", "a", "b")
    assert refs.get("HEAD") == "b"
    refs.delete("HEAD")
    refs.delete("HEAD")
    assert refs.get("HEAD") is None


def test_the_second_of_two_moves_raises_ref_moved(refs):
    refs.move("heads/main", None, "a")
    for expected in (None, "x"):
        with pytest.raises(RefMoved, match="heads/main"):
            refs.move("heads/main", expected, "b")
    with pytest.raises(RefMoved):
        refs.delete("heads/main", "x")
    assert refs.get("heads/main") == "a"


def test_all_gives_names_and_values_by_prefix(refs):
    for name in ("tags/b", "tags/a", "heads/main", "HEAD"):
        refs.move(name, None, name.upper())
    assert refs.all("tags/") == {"tags/a": "TAGS/A", "tags/b": "TAGS/B"}
    assert list(refs.all()) == ["HEAD", "heads/main", "tags/a", "tags/b"]


@given(st.text(), st.text())
def test_any_name_and_value_come_back(name, value):
    refs = Refs(MemoryBackend())
    refs.move(name, None, value)
    assert refs.get(name) == value
    assert refs.all() == {name: value}


def test_p18_no_name_becomes_a_path(tmp_path):
    backend = LocalBackend(tmp_path / "store", create=True)
    for name in ("../../escape", "/etc/passwd", "con", "a\0b", "HEAD", "head", "x" * 5000, "\u202e", "\ud800"):
        Refs(backend).move(name, None, "v")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store"]
    assert all(len(p.name) == 40 for p in (tmp_path / "store" / "refs").iterdir())
    assert len(Refs(backend).all()) == 9


def test_any_changed_byte_is_detected(backend, refs):
    refs.move("tags/best", None, "version")
    (key,) = backend.list("refs/")
    good = bytes(backend.read(key))
    for at in range(len(good)):
        for bad in (good[:at], good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]):
            assert backend.swap(key, bytes(backend.read(key)), bad)
            with pytest.raises(Damaged):
                refs.get("tags/best")
            with pytest.raises(Damaged):
                refs.all()


def test_a_ref_in_the_file_of_another_raises_damaged(backend, refs):
    refs.move("tags/a", None, "1")
    refs.move("tags/b", None, "2")
    first, second = backend.list("refs/")
    backend.swap(first, bytes(backend.read(first)), bytes(backend.read(second)))
    with pytest.raises(Damaged):
        refs.all()


def test_a_value_above_the_limit_is_refused(refs):
    with pytest.raises(LimitExceeded, match="65536"):
        refs.move("notes/x", None, "x" * 65_537)
    refs.move("notes/x", None, "\n" * 65_536)
    assert refs.get("notes/x") == "\n" * 65_536
