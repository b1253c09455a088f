"""What holds for a store in a folder, whatever the operating system."""

import os

import pytest

from nbmodelver.errors import StoreLocked
from nbmodelver.testing.backends import KEY, BackendContract


class FolderContract(BackendContract):
    def tmp_files(self, backend):
        folder = backend.root / "tmp"
        return sorted(p.name for p in folder.iterdir()) if folder.exists() else []

    def test_no_temporary_file_is_left(self, backend):
        backend.create(KEY, [b"x"])
        backend.create(KEY, [b"y"])
        backend.swap("refs/a", None, b"1")

        def failing():
            yield b"x"
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            backend.create("packs/other", failing())
        assert self.tmp_files(backend) == []

    def test_a_sweep_removes_only_files_whose_writers_have_ended(self, backend):
        backend.create(KEY, [b"x"])
        (backend.root / "tmp" / "dead.tmp").write_bytes(b"left over")

        def while_writing():
            assert backend.sweep() == 1
            yield b"still written"

        assert backend.create("packs/living", while_writing())
        assert backend.read("packs/living") == b"still written"
        assert self.tmp_files(backend) == []

    def test_the_holder_of_a_lock_is_named(self, backend):
        named = pytest.raises(StoreLocked, match=f"process {os.getpid()}")
        with backend.lock("a"), named, backend.lock("a", timeout_s=0.02):
            pass
