"""The storage by SFTP keeps the contract against OpenSSH's server."""

import os
import threading
import time
from pathlib import Path

import pytest

from nbmodelver.errors import (
    RemoteDenied,
    RemoteError,
    RemoteFull,
    RemoteMissing,
    RemoteUnreachable,
)
from nbmodelver.store.objects import sftp
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.objects import KEY, ObjectStorageContract
from tests import servers


@pytest.fixture
def remote(opened, tmp_path):
    """A storage in an empty folder, and this folder."""
    folder = tmp_path / "remote"
    folder.mkdir(mode=0o700)
    return opened("ssh", str(folder).lstrip("/")), folder


class TestSftp(ObjectStorageContract):
    swaps = False

    @pytest.fixture
    def storage(self, remote):
        return remote[0]

    def test_no_temporary_file_remains_and_modes_are_for_the_owner(self, remote):
        storage, folder = remote
        storage.create(KEY, b"x")
        storage.create(KEY, b"y")
        storage.put("packs/a", [b"z"], 1)
        assert list((folder / "tmp").iterdir()) == []
        assert (folder / "packs").stat().st_mode & 0o777 == 0o700

    def test_a_folder_of_a_group_is_for_the_group(self, remote):
        storage, folder = remote
        folder.chmod(0o2770)
        storage.create(KEY, b"x")
        storage.put("packs/a", [b"x"], 1)
        for path in folder.rglob("*"):
            assert path.stat().st_mode & 0o7777 == (0o2770 if path.is_dir() else 0o660), path

    def test_the_probe_finds_numbered_heads(self, remote):
        storage, folder = remote
        assert probe(storage).rule == "numbered"
        assert list(storage.list("")) == []
        assert list((folder / "tmp").iterdir()) == []

    def test_links_are_not_listed(self, remote, tmp_path):
        storage, folder = remote
        (tmp_path / "outside").write_bytes(b"x")
        (folder / "link").symlink_to(tmp_path / "outside")
        (folder / "READ ME").write_bytes(b"x")
        storage.create("format", b"1")
        assert [one.key for one in storage.list("")] == ["format"]

    def test_a_link_is_replaced_and_not_followed(self, remote, tmp_path):
        storage, folder = remote
        (tmp_path / "outside").write_bytes(b"private")
        (folder / "link").symlink_to(tmp_path / "outside")
        assert not storage.create("link", b"x")
        storage.put("link", [b"x"], 1)
        assert (tmp_path / "outside").read_bytes() == b"private"
        assert (folder / "link").read_bytes() == b"x"

    def test_a_sweep_removes_old_temporary_files_only(self, remote):
        storage, folder = remote
        assert storage.sweep() == 0
        storage.create(KEY, b"x")
        for name in ("old.tmp", "new.tmp"):
            (folder / "tmp" / name).write_bytes(b"x")
        os.utime(folder / "tmp" / "old.tmp", (1, 1))
        assert storage.sweep() == 1
        assert [path.name for path in (folder / "tmp").iterdir()] == ["new.tmp"]

    def test_a_dropped_connection_is_made_again(self, remote):
        storage, _ = remote
        storage.create(KEY, b"x")
        storage._connections._client.get_transport().sock.close()
        assert storage.read(KEY) == b"x"
        storage._connections._client.get_transport().sock.close()
        assert storage.create("packs/a", b"y")
        storage._connections._client.get_transport().sock.close()
        storage.put("packs/a", [b"z"], 1)
        assert storage.read("packs/a") == b"z"

    @pytest.mark.parametrize("after", [False, True])
    def test_a_connection_that_drops_during_a_creation_is_no_conflict(self, remote, monkeypatch, after):
        storage, folder = remote
        failed = []

        def drop(channel, key, data, real=sftp.SftpStorage._created):
            if failed:
                return real(storage, channel, key, data)
            failed.append(1)
            if after:
                real(storage, channel, key, data)
            storage._connections._client.get_transport().close()
            raise EOFError

        monkeypatch.setattr(storage, "_created", drop)
        assert storage.create(KEY, b"ours")
        assert (folder / KEY).read_bytes() == b"ours"

    def test_many_threads_share_a_few_channels(self, remote):
        storage, _ = remote
        data = os.urandom(300_000)
        storage.create(KEY, data)
        wrong = []
        threads = [
            threading.Thread(target=lambda: [storage.read(KEY) == data or wrong.append(1) for _ in range(3)])
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(storage._connections._idle) <= 4


class TestSftpWithoutHardLinks(ObjectStorageContract):
    swaps = False

    @pytest.fixture
    def storage(self, remote, monkeypatch):
        from paramiko import SFTPClient

        real = SFTPClient._request

        def request(client, kind, *arguments):
            if arguments[0] == "hardlink@openssh.com":
                raise OSError("Operation unsupported")
            return real(client, kind, *arguments)

        monkeypatch.setattr(SFTPClient, "_request", request)
        return remote[0]

    def test_an_abandoned_claim_ends(self, storage, remote, monkeypatch):
        claims = []
        real = sftp._discard
        monkeypatch.setattr(sftp, "_discard", lambda channel, path: (claims.append(path), real(channel, path)))
        storage.create(KEY, b"x")
        storage.delete([KEY])
        claim = Path(next(path for path in claims if path.endswith(".claim")))
        claim.touch()
        monkeypatch.setattr(sftp, "CLAIM_WAIT_S", 0.2)
        with pytest.raises(RemoteUnreachable, match="another process is creating"):
            storage.create(KEY, b"x")
        os.utime(claim, (1, 1))
        assert storage.create(KEY, b"x")


def test_a_missing_folder_is_named(opened):
    storage = opened("ssh", "no/such/folder")
    for act in (
        lambda: storage.read(KEY),
        lambda: storage.create(KEY, b"x"),
        lambda: storage.put(KEY, [b"x"], 1),
        lambda: list(storage.list("")),
        lambda: list(storage.list("packs/")),
        lambda: storage.delete([KEY]),
    ):
        with pytest.raises(RemoteMissing, match="no/such/folder") as caught:
            act()
        assert "mkdir" in caught.value.hint


def test_a_host_that_is_not_known_is_denied(opened, started, tmp_path):
    home = Path(started("ssh").environment["HOME"])
    known = home / ".ssh" / "known_hosts"
    lines = known.read_text()
    try:
        known.write_text("")
        with pytest.raises(RemoteDenied, match="not in known_hosts") as caught:
            opened("ssh", "x").read(KEY)
        assert "run `ssh -p" in caught.value.hint
        other = tmp_path / "other"
        servers._make_key(other)
        kind, key = other.with_suffix(".pub").read_text().split()[:2]
        known.write_text(f"{lines.split()[0]} {kind} {key}\n")
        with pytest.raises(RemoteDenied, match="another key"):
            opened("ssh", "x").read(KEY)
    finally:
        known.write_text(lines)
    assert known.read_text() == lines


def test_a_key_that_is_not_accepted_is_denied(opened, started):
    home = Path(started("ssh").environment["HOME"])
    accepted = home / ".ssh" / "authorized_keys"
    text = accepted.read_text()
    try:
        accepted.write_text("")
        with pytest.raises(RemoteDenied, match="no key was accepted") as caught:
            opened("ssh", "x").read(KEY)
        assert "ssh-add" in caught.value.hint
    finally:
        accepted.write_text(text)


def test_a_server_that_is_not_there_is_unreachable(started, monkeypatch):
    for name, value in started("ssh").environment.items():
        monkeypatch.setenv(name, value)
    storage = open_storage(parse(f"ssh://me@127.0.0.1:{servers.free_port()}/x"))
    with pytest.raises(RemoteUnreachable, match="ssh://me@127"):
        storage.read(KEY)
    storage.close()


def test_a_server_that_says_nothing_is_unreachable_in_time(started, monkeypatch):
    import socket

    for name, value in started("ssh").environment.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"connect_timeout_s": "0.3", "timeout_s": "0.3"}
        storage = open_storage(parse(f"ssh://me@127.0.0.1:{silent.getsockname()[1]}/x"), options=options)
        began = time.monotonic()
        with pytest.raises(RemoteUnreachable):
            storage.read(KEY)
        assert time.monotonic() - began < 10
        storage.close()


def test_the_configuration_of_ssh_is_honoured(started, monkeypatch, tmp_path):
    server = started("ssh")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    home = Path(server.environment["HOME"])
    user = parse(f"{server.address}/x").user
    public = (server.folder / "host_key.pub").read_text().split()
    (home / ".ssh" / "team_hosts").write_text(f"[127.0.0.1]:{server.port} {public[0]} {public[1]}\n")
    moved = home / ".ssh" / "team_key"
    moved.write_bytes((home / ".ssh" / "id_ed25519").read_bytes())
    moved.chmod(0o600)
    configuration = home / ".ssh" / "config"
    configuration.write_text(
        f"Host team\n  HostName 127.0.0.1\n  Port {server.port}\n  User {user}\n  IdentityFile ~/.ssh/team_key\n"
        "  IdentitiesOnly yes\n  UserKnownHostsFile ~/.ssh/team_hosts\n"
    )
    try:
        (tmp_path / "r").mkdir()
        storage = open_storage(parse(f"ssh://team{tmp_path}/r"))
        assert storage.create(KEY, b"x")
        assert (tmp_path / "r" / KEY).read_bytes() == b"x"
        storage.close()
    finally:
        configuration.unlink()


def test_a_folder_of_the_home_is_found(opened, started):
    home = Path.home()
    storage = opened("ssh", "~/no-such-folder-of-nbmodelver")
    with pytest.raises(RemoteMissing):
        storage.read(KEY)
    assert not (home / "no-such-folder-of-nbmodelver").exists()


def test_a_full_disk_is_named(remote, monkeypatch):
    from paramiko import SFTPFile

    storage, _ = remote
    monkeypatch.setattr(SFTPFile, "write", lambda *_arguments: (_ for _ in ()).throw(OSError("Failure")))
    with pytest.raises(RemoteError) as caught:
        storage.create(KEY, b"x")
    assert type(caught.value) is RemoteError
    monkeypatch.setattr(storage, "_full", lambda *_arguments: "0 bytes are free")
    with pytest.raises(RemoteFull, match="0 bytes are free"):
        storage.create(KEY, b"x")


def test_the_free_space_is_asked_for(remote):
    storage, _ = remote
    with storage._connections.lend() as channel:
        assert storage._full(channel, 1) == ""
        assert "bytes are free" in storage._full(channel, 1 << 60)


def test_a_closed_storage_says_so(remote):
    storage, _ = remote
    storage.create(KEY, b"x")
    storage.close()
    with pytest.raises(RemoteError, match="is closed"):
        storage.read(KEY)
    assert not [
        thread for thread in threading.enumerate() if "Transport" in type(thread).__name__ and thread.is_active()
    ]
