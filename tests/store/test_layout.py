import json

import pytest

from nbmodelver.errors import Damaged, NoStore, StoreTooNew
from nbmodelver.store import layout
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.store.backends.memory import MemoryBackend


@pytest.fixture
def backend():
    return MemoryBackend()


def with_format(backend, data):
    backend.create("format", [data if isinstance(data, bytes) else json.dumps(data).encode()])
    return backend


def test_a_new_store_can_be_read_and_written(backend):
    assert layout.create(backend)
    layout.check(backend, for_writing=True)
    assert not layout.create(backend)


def test_git_ignores_a_store(tmp_path):
    layout.create(LocalBackend(tmp_path, create=True))
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_a_folder_without_a_format_file_raises_no_store(backend):
    with pytest.raises(NoStore, match="no store at memory"):
        layout.check(backend, for_writing=False)


def test_d11_a_newer_store_is_refused_with_the_number_needed(backend):
    with_format(backend, {"format": 9, "readable_by": 9})
    for for_writing in (True, False):
        with pytest.raises(StoreTooNew) as caught:
            layout.check(backend, for_writing)
        assert "format 9" in str(caught.value)


def test_d11_a_newer_store_that_allows_it_can_be_read(backend):
    with_format(backend, {"format": 9, "readable_by": 1, "more": "things"})
    layout.check(backend, for_writing=False)
    with pytest.raises(StoreTooNew, match="reading works"):
        layout.check(backend, for_writing=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 5000,
        [],
        {},
        {"format": "1"},
        {"format": 0},
        {"format": True},
        {"format": 1, "readable_by": 2},
    ],
)
def test_a_damaged_format_file_is_named(backend, data):
    with_format(backend, data)
    with pytest.raises(Damaged, match="format file"):
        layout.check(backend, for_writing=False)


def test_d11_an_old_format_stays_until_it_is_raised_which_keeps_unknown_fields(backend):
    with_format(backend, {"format": 1, "readable_by": 1, "by": "nbmodelver 0.1"})
    layout.check(backend, for_writing=True)
    assert layout.number(backend) == 1
    assert layout.upgrade(backend)
    assert layout.number(backend) == layout.FORMAT
    assert json.loads(bytes(backend.read("format")))["by"] == "nbmodelver 0.1"
    assert not layout.upgrade(backend)


def test_d11_a_newer_store_is_not_lowered(backend):
    with_format(backend, {"format": 9, "readable_by": 1})
    with pytest.raises(StoreTooNew):
        layout.upgrade(backend)
    assert layout.number(backend) == 9
