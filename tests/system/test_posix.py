"""The differences of macOS, simulated: the sync of files, and no page marks."""

from __future__ import annotations

import errno
import os

import pytest

from nbmodelver import system
from nbmodelver.errors import StoreError
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.system import posix
from nbmodelver.testing.backends import KEY, BackendContract


@pytest.fixture
def asked(monkeypatch):
    """Record calls of fcntl and fsync. F_FULLFSYNC has another meaning on Linux and is not executed."""
    calls = []
    real = os.fsync
    monkeypatch.setattr(system, "port", posix.MacOS())
    monkeypatch.setattr(posix.fcntl, "fcntl", lambda fd, what: (calls.append(what), real(fd))[0])
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), real(fd))[0])
    return calls


class TestLocal(BackendContract):
    @pytest.fixture
    def backend(self, asked, tmp_path):
        return LocalBackend(tmp_path / "store", create=True)

    def test_d2_files_and_folders_are_synced_with_f_fullfsync(self, backend, asked):
        backend.create("one", [b"x"])
        backend.swap("two", None, b"x")
        assert set(asked) == {posix._FULL_FSYNC}
        assert len(asked) >= 4

    def test_fsync_is_used_if_the_file_system_refuses_f_fullfsync(self, backend, asked, monkeypatch):
        def refuse(_fd, _what):
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

        monkeypatch.setattr(posix.fcntl, "fcntl", refuse)
        asked.clear()
        assert backend.create(KEY, [b"x"])
        assert set(asked) == {"fsync"}

    def test_d4_a_sync_that_fails_both_ways_is_an_error(self, backend, monkeypatch):
        def fail(*_):
            raise OSError(errno.EIO, "Input/output error")

        backend.create("packs/old", [b"old"])
        monkeypatch.setattr(posix.fcntl, "fcntl", fail)
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match="cannot sync"):
            backend.create(KEY, [b"x"])


def test_memory_is_hashed_without_page_marks(asked, monkeypatch):
    from nbmodelver.system import pages

    monkeypatch.setattr(pages.platform, "system", lambda: "Darwin")
    assert system.port.page_marks() is None
