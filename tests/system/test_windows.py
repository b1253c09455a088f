"""The port to Windows on a simulated file system (windows_disk.py). These tests do not run on Windows."""

from __future__ import annotations

import errno
import os
import threading
import time

import pytest

from nbmodelver import system
from nbmodelver.errors import InUse, NoStore, StoreError, StoreReadOnly
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.system import windows as w
from nbmodelver.testing.backends import KEY
from tests.store.backends.folder_contract import FolderContract
from tests.system.windows_disk import WindowsDisk


class TestLocal(FolderContract):
    @pytest.fixture
    def backend(self, disk, tmp_path):
        return LocalBackend(tmp_path / "store", create=True)

    @pytest.fixture(autouse=True)
    def _patient(self, disk, monkeypatch):
        """Several threads can block each other for longer than 0.05 s."""
        monkeypatch.setattr(w, "PATIENCE_S", 20)

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
        with pytest.raises(StoreError, match="links inside a store are not followed"):
            backend.read("packs/secret")
        if planted == "folder":
            for act in (
                lambda: list(backend.list("packs/")),
                lambda: backend.create("packs/new", [b"x"]),
                lambda: backend.delete("packs/secret"),
            ):
                with pytest.raises(StoreError, match="links inside a store are not followed"):
                    act()
        assert sorted(p.name for p in outside.iterdir()) == ["secret"]

    def test_names_that_differ_by_their_case_alone_are_one(self, backend):
        backend.create(KEY, [b"x"])
        (backend.root / "packs").rename(backend.root / "PACKS")
        assert backend.read(KEY) == b"x"
        assert not backend.create(KEY, [b"y"])
        backend.delete(KEY)
        assert os.listdir(backend.root / "PACKS") == []

    def test_a_name_that_is_longer_than_260_characters_works(self, disk, tmp_path):
        deep = tmp_path / ("d" * 100) / ("e" * 100)
        backend = LocalBackend(deep / "store", create=True)
        key = f"packs/{'f' * 100}"
        assert len(str(backend.root / key)) > 260
        assert backend.create(key, [b"x"])
        assert backend.read(key) == b"x"
        assert list(backend.list("")) == [key]
        assert backend.swap("refs/" + "g" * 100, None, b"1")
        backend.move(key, f"quarantine/{'h' * 100}")
        backend.delete(f"quarantine/{'h' * 100}")
        with backend.lock("a"):
            assert backend.sweep() == 0

    def test_d2_files_are_synced_before_and_after_they_get_a_name(self, backend, disk):
        disk.calls.clear()
        backend.create("one", [b"x"])
        assert disk.calls[:3] == ["flush", "rename", "flush"]
        disk.calls.clear()
        backend.swap("two", None, b"x")
        assert disk.calls[:3] == ["flush", "replace", "flush"]

    def test_a_failed_sync_of_a_name_leaves_nothing(self, backend, disk, monkeypatch):
        real, count = disk.flush, [0]

        def flush(fd):
            count[0] += 1
            if count[0] == 2:
                raise OSError(errno.EIO, "I/O error")
            real(fd)

        monkeypatch.setattr(disk, "flush", flush)
        with pytest.raises(StoreError, match="cannot name"):
            backend.create(KEY, [b"x"])
        assert list(backend.list("")) == []

    def test_an_open_reader_does_not_block_deletion_and_replacement(self, backend):
        backend.swap("refs/a", None, b"0")
        stop, wrong = threading.Event(), []

        def read():
            while not stop.is_set():
                try:
                    value = bytes(backend.read("refs/a"))
                except StoreError as error:
                    wrong.append(error)
                else:
                    wrong.extend([] if value.isdigit() else [value])

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            for number in range(30):
                assert backend.swap("refs/a", b"%d" % number, b"%d" % (number + 1))
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        assert wrong == []
        assert backend.read("refs/a") == b"30"


@pytest.fixture
def backend(disk, tmp_path):
    return LocalBackend(tmp_path / "store", create=True)


@pytest.mark.parametrize("share", [w.SHARE_READ | w.SHARE_WRITE, w.SHARE_READ])
def test_a_file_that_another_program_has_open_is_named_and_unchanged(backend, disk, share):
    backend.create(KEY, [b"x"])
    backend.swap("refs/a", None, b"1")
    others = [disk.open_elsewhere(backend.root / key, share) for key in (KEY, "refs/a")]
    for act in (
        lambda: backend.delete(KEY),
        lambda: backend.move(KEY, "quarantine/x"),
        lambda: backend.swap("refs/a", b"1", b"2"),
        lambda: backend.swap("refs/a", b"1", None),
    ):
        with pytest.raises(InUse, match="another program") as caught:
            act()
        assert str(backend.root) in caught.value.message
        assert "close" in caught.value.hint
    assert (backend.read(KEY), backend.read("refs/a")) == (b"x", b"1")
    assert list((backend.root / "tmp").iterdir()) == []
    for other in others:
        disk.close_elsewhere(other)
    assert backend.swap("refs/a", b"1", b"2")
    backend.delete(KEY)
    assert list(backend.list("")) == ["refs/a"]


def test_a_short_use_of_a_file_by_another_program_is_waited_for(backend, disk, monkeypatch):
    monkeypatch.setattr(w, "PATIENCE_S", 20)
    backend.create(KEY, [b"x"])
    other = disk.open_elsewhere(backend.root / KEY)
    threading.Timer(0.1, disk.close_elsewhere, [other]).start()
    backend.delete(KEY)
    assert list(backend.list("")) == []


def test_a_file_that_cannot_be_shared_is_named(backend, disk):
    backend.create(KEY, [b"x"])
    other = disk.open_elsewhere(backend.root / KEY, share=0)
    with pytest.raises(InUse, match="another program"):
        backend.read(KEY)
    disk.close_elsewhere(other)
    assert backend.read(KEY) == b"x"


def test_a_mapped_file_is_not_deleted(backend, disk):
    backend.create(KEY, [b"x"])
    disk.mapped.add(str(backend.root / KEY))
    with pytest.raises(InUse):
        backend.delete(KEY)
    assert backend.read(KEY) == b"x"


def test_a_deleted_file_that_is_still_read_is_gone_for_others_when_the_reader_ends(backend, disk, monkeypatch):
    backend.swap("refs/a", None, b"1")
    reader = disk.open_elsewhere(backend.root / "refs" / "a", w.SHARE_ALL)
    assert backend.swap("refs/a", b"1", None)
    with pytest.raises(StoreReadOnly):
        backend.read("refs/a")
    disk.close_elsewhere(reader)
    with pytest.raises(KeyError):
        backend.read("refs/a")
    assert backend.swap("refs/a", None, b"2")


def test_a_folder_that_is_open_keeps_its_name(disk, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    port = system.port
    outer = port.open_folder(tmp_path)
    inner = port.into(port.open_folder(tmp_path / "a"), "b")
    with pytest.raises(OSError, match=os.strerror(errno.EBUSY)):
        port.move(outer, "a", outer, "c")
    port.close_folder(inner)
    port.move(outer, "a", outer, "c")
    port.close_folder(outer)
    assert (tmp_path / "c" / "b").is_dir()


def test_the_locked_byte_is_behind_the_end_of_the_file(disk, tmp_path):
    port = system.port
    folder = port.open_folder(tmp_path)
    mine, other = (port.open_lock_file(folder, "lock", 0o600) for _ in range(2))
    assert port.lock(mine, shared=False)
    port.write_holder(mine, b"12345      ")
    assert port.read_at(other, 11, 0) == b"12345      "
    with pytest.raises(PermissionError):
        port.read_at(other, 1, w.LOCK_AT)
    assert not port.lock(other, shared=True)
    port.unlock(mine)
    assert port.lock(other, shared=True)
    assert port.lock(mine, shared=True)
    for fd in (mine, other):
        os.close(fd)
    port.close_folder(folder)


def test_a_lock_ends_with_the_descriptor_of_its_holder(disk, tmp_path):
    port = system.port
    folder = port.open_folder(tmp_path)
    mine, other = (port.open_lock_file(folder, "lock", 0o600) for _ in range(2))
    assert port.lock(mine, shared=False)
    os.close(mine)
    assert port.lock(other, shared=False)
    os.close(other)
    port.close_folder(folder)


@pytest.mark.parametrize(
    ("path", "long"),
    [
        ("C:\\a\\b", "\\\\?\\C:\\a\\b"),
        ("C:\\", "\\\\?\\C:"),
        ("\\\\server\\share\\a", "\\\\?\\UNC\\server\\share\\a"),
        ("\\\\?\\C:\\a", "\\\\?\\C:\\a"),
    ],
)
def test_a_path_in_the_long_form_stays_unchanged(path, long):
    assert w.long_form(path) == long


def test_p9_a_store_outside_the_users_profile_is_one_that_others_can_write(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "port", w.Windows(WindowsDisk(profile=str(tmp_path / "Users" / "Me"))))
    for folder, own in (("Users/Me/study", True), ("users/me/study", True), ("Users/Meier", False), ("data", False)):
        backend = LocalBackend(tmp_path / folder, create=True)
        assert backend.writable_by_others() is not own, folder


def test_a_missing_folder_raises_no_store(disk, tmp_path):
    with pytest.raises(NoStore):
        LocalBackend(tmp_path / "nowhere")


def test_a_value_is_encoded_without_a_time_limit(disk):
    from nbmodelver.codecs.limits import time_limit

    with time_limit(0.001):
        time.sleep(0.01)


def test_memory_is_hashed_without_page_marks(disk):
    assert system.port.page_marks() is None


def test_a_key_outside_the_users_profile_is_one_that_others_can_read(tmp_path):
    port = w.Windows(WindowsDisk(profile=str(tmp_path / "Me")))
    status = tmp_path.lstat()
    assert port.others_can_read(tmp_path / "Me" / "key", status) == ""
    assert port.others_can_read(tmp_path / "key", status) == "lies outside your user profile"
    assert port.user_name() == ""
