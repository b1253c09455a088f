import os

import pytest

from nbmodelver.errors import NoStore, StoreError, StoreFull, StoreReadOnly
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.testing.backends import KEY
from tests.store.backends.folder_contract import FolderContract


class TestLocal(FolderContract):
    @pytest.fixture
    def backend(self, tmp_path):
        return LocalBackend(tmp_path / "store", create=True)

    def test_files_are_for_the_owner_only(self, backend):
        backend.create(KEY, [b"x"])
        backend.swap("refs/a", None, b"1")
        for path in backend.root.rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
        assert backend.root.stat().st_mode & 0o777 == 0o700

    def test_a_shared_store_is_for_the_group(self, tmp_path):
        backend = LocalBackend(tmp_path / "store", create=True, shared=True)
        LocalBackend(tmp_path / "store").create(KEY, [b"x"])
        assert backend.root.stat().st_mode & 0o777 == 0o770
        assert (backend.root / KEY).stat().st_mode & 0o777 == 0o660
        assert (backend.root / KEY).parent.stat().st_mode & 0o7777 == 0o2770, "another user creates objects there"

    def test_p9_a_store_that_others_can_write_says_so(self, tmp_path):
        assert not LocalBackend(tmp_path / "own", create=True).writable_by_others()
        assert LocalBackend(tmp_path / "team", create=True, shared=True).writable_by_others()

    def test_a_missing_folder_raises_no_store(self, tmp_path):
        with pytest.raises(NoStore):
            LocalBackend(tmp_path / "nowhere")

    @pytest.mark.parametrize(
        ("number", "error"),
        [
            ("ENOSPC", StoreFull),
            ("EDQUOT", StoreFull),
            ("EFBIG", StoreFull),
            ("EROFS", StoreReadOnly),
            ("EIO", StoreError),
        ],
    )
    @pytest.mark.parametrize("call", ["write", "fsync", "link", "open", "rename"])
    def test_d4_an_os_error_is_one_error_that_names_the_operation(self, backend, monkeypatch, number, error, call):
        import errno

        backend.create("packs/old", [b"old"])
        code = getattr(errno, number)

        def fail(*args, **kwargs):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, call, fail)
        write = (
            (lambda: backend.swap("refs/a", None, b"1")) if call == "rename" else lambda: backend.create(KEY, [b"x"])
        )
        with pytest.raises(error) as caught:
            write()
        assert type(caught.value) is error
        assert caught.value.message.startswith("cannot ")
        assert str(backend.root) in caught.value.message
        monkeypatch.undo()
        assert list(backend.list("")) == ["packs/old"]
        assert self.tmp_files(backend) == []
        assert backend.create(KEY, [b"x"])

    def test_d4_a_failed_sync_of_the_folder_leaves_nothing(self, backend, monkeypatch):
        import errno
        import stat

        backend.create("packs/old", [b"old"])
        real = os.fsync

        def fail(fd):
            if stat.S_ISDIR(os.fstat(fd).st_mode):
                raise OSError(errno.EIO, "I/O error")
            real(fd)

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StoreError):
            backend.create(KEY, [b"x"])
        assert list(backend.list("")) == ["packs/old"]

    def test_short_writes_are_continued(self, backend, monkeypatch):
        real = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:7])))
        backend.create(KEY, [b"0123456789" * 10])
        assert backend.read(KEY) == b"0123456789" * 10

    def test_d2_files_are_synced_before_they_have_a_name(self, backend, monkeypatch):
        events = []
        for call in ("fsync", "link", "rename"):
            real = getattr(os, call)
            monkeypatch.setattr(os, call, lambda *a, call=call, real=real, **k: (events.append(call), real(*a, **k))[1])
        backend.create("one", [b"x"])
        assert events[-3:] == ["fsync", "link", "fsync"]
        backend.swap("two", None, b"x")
        assert events[-3:] == ["fsync", "rename", "fsync"]

    def test_a_lost_answer_of_a_network_disk_is_not_a_conflict(self, backend, monkeypatch):
        real = os.link

        def twice(*args, **kwargs):
            real(*args, **kwargs)
            raise FileExistsError(17, "File exists")

        monkeypatch.setattr(os, "link", twice)
        assert backend.create(KEY, [b"x"])

    def test_a_disk_without_hard_links_works(self, backend, monkeypatch):
        import errno

        def fail(*args, **kwargs):
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", fail)
        assert backend.create(KEY, [b"x"])
        assert backend.read(KEY) == b"x"
        assert not backend.create(KEY, [b"y"])

    @pytest.mark.parametrize("planted", ["file", "folder"])
    def test_p10_links_in_the_store_are_not_followed(self, backend, tmp_path, planted):
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret").write_bytes(b"secret")
        if planted == "file":
            (backend.root / "packs").mkdir()
            (backend.root / "packs" / "secret").symlink_to(outside / "secret")
        else:
            (backend.root / "packs").symlink_to(outside)
        with pytest.raises(StoreError):
            backend.read("packs/secret")
        if planted == "folder":
            with pytest.raises(StoreError):
                list(backend.list("packs/"))
            with pytest.raises(StoreError):
                backend.create("packs/new", [b"x"])
            with pytest.raises(StoreError):
                backend.delete("packs/secret")
        assert sorted(p.name for p in outside.iterdir()) == ["secret"]

    def test_a_planted_pipe_does_not_hang(self, backend):
        (backend.root / "packs").mkdir()
        os.mkfifo(backend.root / "packs" / "pipe")
        with pytest.raises(StoreError):
            backend.read("packs/pipe")

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
    def test_d5_a_read_only_folder_reads_and_refuses_to_write(self, backend):
        backend.create(KEY, [b"x"])
        for path in [*backend.root.rglob("*"), backend.root]:
            if path.is_dir():
                path.chmod(0o500)
        try:
            assert backend.read(KEY) == b"x"
            assert list(backend.list("")) == [KEY]
            with pytest.raises(StoreReadOnly, match=str(backend.root)):
                backend.create("packs/new", [b"y"])
        finally:
            for path in [backend.root, *backend.root.rglob("*")]:
                if path.is_dir():
                    path.chmod(0o700)
