"""Files that are written in pieces, folders that are made durably, and the walk over a store."""

import os

import pytest

from nbmodelver import system
from nbmodelver.store.backends import files
from nbmodelver.store.backends.files import FileWriter, make_durably, walk


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A writer to a file, and the sizes of its system calls."""
    calls = []
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: (calls.append(len(data)), real(fd, data))[1])
    fd = os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)
    yield FileWriter(fd), calls, tmp_path / "file"
    os.close(fd)


def test_small_chunks_are_written_in_one_call(written):
    write, calls, path = written
    for number in range(100):
        write(b"%02d" % number)
    assert calls == []
    write.flush()
    assert calls == [200]
    assert path.read_bytes() == b"".join(b"%02d" % n for n in range(100))


def test_a_large_chunk_is_written_at_once_after_what_waits(written):
    write, calls, path = written
    write(b"small")
    write(bytes(files._TOGETHER_BYTES))
    assert calls == [files._TOGETHER_BYTES + 5]
    assert path.read_bytes().startswith(b"small\0")


def test_a_short_write_is_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:3])))
    fd = os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)
    write = FileWriter(fd)
    write(b"0123456789")
    write.flush()
    os.close(fd)
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_large_file_is_synced_while_it_is_written(written, monkeypatch):
    write, _, _ = written
    synced = []
    monkeypatch.setattr(files, "_SYNC_BYTES", 3 << 20)
    monkeypatch.setattr(type(system.port), "sync", lambda _self, fd: synced.append(fd))
    for _ in range(7):
        write(bytes(1 << 20))
    assert len(synced) == 2


def test_new_folders_and_their_names_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(type(system.port), "sync_folder_at", lambda _self, path: synced.append(path))
    make_durably(tmp_path / "a" / "b", 0o700)
    assert set(synced) == {tmp_path, tmp_path / "a"}
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    synced.clear()
    make_durably(tmp_path / "a", 0o777)
    assert synced == []
    assert (tmp_path / "a").stat().st_mode & 0o777 != 0o777, "an existing folder stays unchanged"
    make_durably(tmp_path / "a" / "b", 0o700)
    assert synced == [tmp_path / "a"], "an empty folder may be left by a process that was killed before the sync"


def test_a_walk_leaves_out_folders_of_the_backend_and_hidden_files(tmp_path):
    for name in ("packs/aa", "packs/tmp/bb", "format", "tmp/x", "locks/x", "catalogue/x", ".hidden", "packs/.hidden"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    folder = system.port.open_folder(tmp_path)
    try:
        assert sorted(walk(folder, "")) == ["format", "packs/aa", "packs/tmp/bb"]
    finally:
        system.port.close_folder(folder)
