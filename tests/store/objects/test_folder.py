"""The storage in a folder keeps the contract, also where a network disk loses answers or has no hard links."""

import errno
import os
import stat
import threading

import pytest

from nbmodelver.errors import (
    NotSupported,
    RemoteDenied,
    RemoteError,
    RemoteFull,
    RemoteMissing,
    RemoteUnreachable,
)
from nbmodelver.store.objects import claims
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.testing.objects import KEY, ObjectStorageContract


def failing(monkeypatch, call, number, *, after=False, times=10**6):
    """Let a call of the operating system raise an error, before or after it takes effect."""
    real, left = getattr(os, call), [times]

    def fail(*args, **kwargs):
        if left[0] == 0:
            return real(*args, **kwargs)
        left[0] -= 1
        if after:
            real(*args, **kwargs)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)


class TestFolder(ObjectStorageContract):
    swaps = False

    @pytest.fixture
    def storage(self, tmp_path):
        (tmp_path / "remote").mkdir(mode=0o700)
        return FolderStorage(tmp_path / "remote")

    def left_over(self, storage):
        return [path.name for path in (storage.root / "tmp").iterdir()] if (storage.root / "tmp").exists() else []

    def test_no_temporary_file_remains(self, storage):
        storage.create(KEY, b"x")
        storage.create(KEY, b"y")
        storage.put("packs/a", [b"z"], 1)
        assert self.left_over(storage) == []

    def test_files_are_for_the_owner_only(self, storage):
        storage.create(KEY, b"x")
        storage.put("packs/a", [b"x"], 1)
        for path in storage.root.rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path

    def test_a_folder_of_a_group_is_for_the_group_whatever_the_umask(self, storage):
        storage.root.chmod(0o2770)
        before = os.umask(0o077)
        try:
            storage.create(KEY, b"x")
            storage.put("packs/a", [b"x"], 1)
        finally:
            os.umask(before)
        for path in storage.root.rglob("*"):
            assert path.stat().st_mode & 0o7777 == (0o2770 if path.is_dir() else 0o660), path

    @pytest.mark.parametrize(
        ("number", "error"),
        [
            (errno.ENOSPC, RemoteFull), (errno.EDQUOT, RemoteFull), (errno.EROFS, RemoteDenied),
            (errno.EACCES, RemoteDenied), (errno.EIO, RemoteUnreachable), (errno.ETIMEDOUT, RemoteUnreachable),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("call", ["write", "fsync", "link", "open"])
    def test_an_error_of_the_system_is_an_error_of_the_remote(self, storage, monkeypatch, number, error, call):
        failing(monkeypatch, call, number)
        for write in (lambda: storage.create(KEY, b"x"), lambda: storage.put(KEY, [b"x"], 1)):
            if call == "link" and "put" in write.__code__.co_names:
                continue
            with pytest.raises(error) as caught:
                write()
            assert type(caught.value) is error
            assert str(storage.root) in caught.value.message
            assert caught.value.hint
        monkeypatch.undo()
        assert list(storage.list("")) == []
        assert self.left_over(storage) == []
        assert storage.create(KEY, b"x")

    @pytest.mark.parametrize("number", [errno.EEXIST, errno.ESTALE, errno.ETIMEDOUT])
    def test_a_lost_answer_of_a_network_disk_is_not_a_conflict(self, storage, monkeypatch, number):
        failing(monkeypatch, "link", number, after=True)
        assert storage.create(KEY, b"x")
        assert storage.read(KEY) == b"x"

    def test_another_ones_object_after_a_lost_answer_is_an_error_and_not_ours(self, storage, monkeypatch):
        failing(monkeypatch, "link", errno.ESTALE)
        with pytest.raises(RemoteUnreachable):
            storage.create(KEY, b"x")

    def test_a_stale_handle_is_opened_again(self, storage, monkeypatch):
        storage.create(KEY, b"x")
        real, failed = os.open, []

        def stale(path, *args, **kwargs):
            if path == KEY.split("/")[-1] and not failed:
                failed.append(path)
                raise OSError(errno.ESTALE, "Stale file handle")
            return real(path, *args, **kwargs)

        monkeypatch.setattr(os, "open", stale)
        assert storage.read(KEY) == b"x"
        assert failed

    def test_a_failed_sync_of_the_folder_can_be_tried_again(self, storage, monkeypatch):
        real = os.fsync

        def fail(fd):
            if stat.S_ISDIR(os.fstat(fd).st_mode):
                raise OSError(errno.EIO, "I/O error")
            real(fd)

        storage.create("segments/0a/other", b"y")
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(RemoteUnreachable):
            storage.create(KEY, b"x")
        monkeypatch.undo()
        assert not storage.create(KEY, b"x")
        assert storage.read(KEY) == b"x"

    def test_short_writes_are_continued(self, storage, monkeypatch):
        real = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:7])))
        storage.create(KEY, b"0123456789" * 10)
        assert storage.read(KEY) == b"0123456789" * 10

    def test_a_file_is_synced_before_it_has_a_name(self, storage, monkeypatch):
        events = []
        for call in ("fsync", "link", "rename"):
            real = getattr(os, call)
            monkeypatch.setattr(os, call, lambda *a, call=call, real=real, **k: (events.append(call), real(*a, **k))[1])
        storage.create("one", b"x")
        assert events[-3:] == ["fsync", "link", "fsync"]
        storage.put("two", [b"x"], 1)
        assert events[-3:] == ["fsync", "rename", "fsync"]

    @pytest.mark.parametrize("planted", ["file", "folder"])
    def test_links_in_the_folder_are_not_followed(self, storage, tmp_path, planted):
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "file").write_bytes(b"private")
        if planted == "file":
            (storage.root / "packs").mkdir()
            (storage.root / "packs" / "file").symlink_to(outside / "file")
        else:
            (storage.root / "packs").symlink_to(outside)
        with pytest.raises(RemoteError):
            storage.read("packs/file")
        if planted == "file":
            assert list(storage.list("packs/")) == []
        else:
            for act in (
                lambda: list(storage.list("packs/")),
                lambda: storage.create("packs/new", b"x"),
                lambda: storage.put("packs/file", [b"x"], 1),
                lambda: storage.delete(["packs/file"]),
            ):
                with pytest.raises(RemoteError, match="links inside a remote"):
                    act()
        assert [path.name for path in outside.iterdir()] == ["file"]
        assert (outside / "file").read_bytes() == b"private"

    def test_a_planted_pipe_does_not_hang(self, storage):
        os.mkfifo(storage.root / "pipe")
        with pytest.raises(RemoteError):
            storage.read("pipe")
        assert list(storage.list("")) == []

    def test_files_whose_names_are_no_keys_are_not_listed(self, storage):
        (storage.root / "READ ME.txt").write_bytes(b"x")
        (storage.root / ".nfs0001").write_bytes(b"x")
        storage.create("format", b"1")
        assert [one.key for one in storage.list("")] == ["format"]

    def test_a_missing_folder_says_how_to_make_it(self, tmp_path):
        storage = FolderStorage(tmp_path / "nowhere")
        for act in (
            lambda: storage.read(KEY),
            lambda: list(storage.list("")),
            lambda: storage.create(KEY, b"x"),
            lambda: storage.delete([KEY]),
        ):
            with pytest.raises(RemoteMissing, match=str(tmp_path / "nowhere")) as caught:
                act()
            assert "mkdir" in caught.value.hint

    def test_a_file_in_place_of_the_folder_is_named(self, tmp_path):
        (tmp_path / "file").write_bytes(b"x")
        with pytest.raises(RemoteMissing, match="is not a folder"):
            FolderStorage(tmp_path / "file").read(KEY)

    def test_a_sweep_removes_old_temporary_files_only(self, storage):
        assert storage.sweep() == 0
        storage.create(KEY, b"x")
        for name in ("old.tmp", "new.tmp"):
            (storage.root / "tmp" / name).write_bytes(b"x")
        os.utime(storage.root / "tmp" / "old.tmp", (1, 1))
        assert storage.sweep() == 1
        assert self.left_over(storage) == ["new.tmp"]
        assert storage.read(KEY) == b"x"

    def test_ages_are_by_the_clock_of_the_file_server(self, storage, monkeypatch):
        import time

        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 7 * 24 * 3600)  # our clock is a week ahead
        storage.create(KEY, b"x")
        (listed,) = storage.list("")
        assert -5 < listed.age_s < 60

    def test_it_has_no_compare_and_swap(self, storage):
        with pytest.raises(NotSupported, match="compare-and-swap"):
            storage.replace(KEY, b"x", "tag")

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
    def test_a_read_only_folder_reads_and_refuses_to_write(self, storage):
        storage.create(KEY, b"x")
        folders = [path for path in (storage.root, *storage.root.rglob("*")) if path.is_dir()]
        for path in folders:
            path.chmod(0o500)
        try:
            assert storage.read(KEY) == b"x"
            with pytest.raises(RemoteDenied, match=str(storage.root)):
                storage.create("packs/new", b"y")
        finally:
            for path in folders:
                path.chmod(0o700)


class TestFolderWithoutHardLinks(ObjectStorageContract):
    swaps = False

    @pytest.fixture
    def storage(self, tmp_path, monkeypatch):
        failing(monkeypatch, "link", errno.EPERM)
        (tmp_path / "remote").mkdir()
        return FolderStorage(tmp_path / "remote")

    def test_nothing_remains_in_the_folder_of_temporary_files(self, storage):
        storage.create(KEY, b"x")
        storage.create(KEY, b"y")
        assert list((storage.root / "tmp").iterdir()) == []

    def test_many_races_have_one_winner_each(self, storage):
        for number in range(20):
            key, wins = f"heads/{number}", []
            threads = [
                threading.Thread(
                    target=lambda n=n, key=key, wins=wins: storage.create(key, b"%d" % n) and wins.append(n)
                )
                for n in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(wins) == 1
            assert storage.read(key) == b"%d" % wins[0]

    def test_an_abandoned_claim_ends(self, storage, monkeypatch):
        storage.create("first", b"x")
        taken = []
        real = claims._take
        monkeypatch.setattr(claims, "_take", lambda path, *rest: (taken.append(rest[1]), real(path, *rest))[1])
        storage.create(KEY, b"x")
        storage.delete([KEY])
        marker = storage.root / "tmp" / taken[0]
        marker.touch()
        monkeypatch.setattr(claims, "WAIT_S", 0.1)
        with pytest.raises(RemoteUnreachable, match="another process is creating"):
            storage.create(KEY, b"x")
        os.utime(marker, (1, 1))
        assert storage.create(KEY, b"x")
