"""Encrypted remotes: everything works as without encryption, the place sees no plaintext, and only members read."""

import json
import shutil

import pyrage
import pytest

from nbmodelver.errors import Damaged, RemoteChanged, RemoteDenied, RemoteTooNew, UsageError
from nbmodelver.remote import encryption, own_keys
from nbmodelver.remote.attach import attach
from nbmodelver.remote.collect import CollectOptions, collect
from nbmodelver.remote.fetch import fetch
from nbmodelver.remote.outgoing import PushOptions
from nbmodelver.remote.push import push
from nbmodelver.remote.remotes import RemoteConnection, Remotes, add, make_marker, read_marker
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.memory import MemoryStorage
from tests.remote.places import ADDRESS, ALL, cloned_in, connected, new_store, probed, pushed, values
from tests.remote.stranger import RemoteStranger

WORDS = b"customer-7-is-late"


@pytest.fixture(autouse=True)
def person(tmp_path, monkeypatch):
    """Gives a way to become another person: with another configuration and another home."""

    def become(name):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.setattr("platformdirs.user_config_dir", lambda _app: str(tmp_path / name / "config"))
        monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path / name)
        return own_keys.OwnKeys()

    for variable in (own_keys.VARIABLE, own_keys.FILE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    become("ann")
    return become


def encrypted(storage, *recipients):
    """A store with two versions, pushed to a new encrypted remote."""
    repo = new_store()
    add(repo, "origin", ADDRESS, storage, probe=probed, encrypt=True, recipients=recipients)
    repo.commit({"note": WORDS.decode(), "x": list(range(5000))}, message=WORDS.decode())
    repo.commit({"note": WORDS.decode(), "x": 2})
    pushed(repo, storage, ALL)
    return repo


def joined(storage):
    """A new store with the remote."""
    repo = new_store()
    add(repo, "origin", ADDRESS, storage, probe=probed, as_it_is=True)
    fetch(repo, connected(repo, storage))
    return repo


def test_versions_come_back_and_the_place_sees_no_plaintext():
    storage = MemoryStorage()
    repo = encrypted(storage)
    assert values(joined(storage)) == values(repo)
    for one in storage.list(""):
        data = storage.read(one.key)
        assert one.key == "format" or data.startswith(b"age-encryption.org/v1\n"), one.key
        assert WORDS not in data


@pytest.mark.parametrize("swaps", [True, False])
def test_pyrage_alone_decrypts_a_remote(tmp_path, swaps):
    storage = MemoryStorage(swaps=swaps)
    repo = encrypted(storage)
    [own] = own_keys.OwnKeys().all()
    identity = json.loads(pyrage.decrypt(storage.read("keys/remote"), [own]))["identity"]
    for one in storage.list(""):
        data = storage.read(one.key)
        if one.key == "keys/remote":
            continue
        path = tmp_path / one.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            data if one.key == "format" else pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)])
        )
    assert set(RemoteStranger(tmp_path).records) == set(values(repo))


def test_a_lazy_clone_reads_by_ranges(tmp_path):
    storage = MemoryStorage()
    repo = encrypted(storage)
    other, _ = cloned_in(tmp_path / "other", storage, lazy=True)
    attach(other, lambda _config: storage)
    head = other.history.head
    assert other.load(head)["note"] == WORDS.decode()
    assert other.verify() == []
    assert values(other) == values(repo)


def test_gc_and_a_second_push_work():
    storage = MemoryStorage()
    repo = encrypted(storage)
    repo.commit({"x": 3})
    pushed(repo, storage)
    repo.forget("v2")
    collect(repo, connected(repo, storage), CollectOptions(grace_s=0, forgotten=True))
    collect(repo, connected(repo, storage), CollectOptions(grace_s=0, forgotten=True))
    assert joined(storage).verify(full=True) == []


def test_a_person_without_a_key_is_refused_until_a_member_adds_it(person):
    storage = MemoryStorage()
    repo = encrypted(storage)
    person("ben")
    with pytest.raises(RemoteDenied, match="none of your keys opens it") as caught:
        joined(storage)
    public = caught.value.hint.rpartition(" ")[2]
    assert public == own_keys.OwnKeys().public()
    assert "share origin age1" in caught.value.hint
    person("ann")
    assert encryption.share(storage, "origin", public) == (public,)
    assert encryption.share(storage, "origin", public) == ()
    assert public in encryption.members(storage, "origin")
    person("ben")
    assert values(joined(storage)) == values(repo)


def test_members_can_be_given_when_the_remote_is_made(person, tmp_path):
    public = person("ben").public()
    person("ann")
    storage = MemoryStorage()
    (tmp_path / "keys.txt").write_text(f"# the team\n{public}\n\n")
    repo = encrypted(storage, str(tmp_path / "keys.txt"))
    person("ben")
    assert values(joined(storage)) == values(repo)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_a_key_of_openssh_opens_a_remote(person, tmp_path):
    import subprocess

    storage = MemoryStorage()
    person("ben")
    (tmp_path / "ben/.ssh").mkdir()
    key = tmp_path / "ben/.ssh/id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    person("ann")
    repo = encrypted(storage, f"{key}.pub")
    person("ben")
    assert values(joined(storage)) == values(repo)
    assert not own_keys.OwnKeys().path.exists()


def test_a_machine_gets_its_key_from_the_environment(person, monkeypatch, tmp_path):
    machine = pyrage.x25519.Identity.generate()
    storage = MemoryStorage()
    repo = encrypted(storage, str(machine.to_public()))
    person("ci")
    monkeypatch.setenv(own_keys.VARIABLE, str(machine))
    assert values(joined(storage)) == values(repo)
    monkeypatch.delenv(own_keys.VARIABLE)
    (tmp_path / "key").write_text(f"# made by age-keygen\n{machine}\n")
    monkeypatch.setenv(own_keys.FILE_VARIABLE, str(tmp_path / "key"))
    assert values(joined(storage)) == values(repo)
    monkeypatch.setenv(own_keys.FILE_VARIABLE, str(tmp_path / "missing"))
    with pytest.raises(UsageError, match="missing cannot be read"):
        joined(storage)
    monkeypatch.setenv(own_keys.FILE_VARIABLE, "")
    monkeypatch.setenv(own_keys.VARIABLE, "AGE-SECRET-KEY-1BROKEN")
    with pytest.raises(UsageError, match="malformed key"):
        joined(storage)


def test_a_remote_whose_key_was_replaced_is_not_written():
    storage = MemoryStorage()
    repo = encrypted(storage)
    storage.delete(["keys/remote"])
    encryption.create(storage)
    repo.commit({"x": 3})
    before = {one.key for one in storage.list("")}
    with pytest.raises(RemoteChanged, match="another key"):
        push(repo, connected(repo, storage), PushOptions())
    with pytest.raises(RemoteChanged, match="another key"):
        fetch(repo, connected(repo, storage))
    with pytest.raises(RemoteChanged, match="another key"):
        add(repo, "origin", ADDRESS, storage, probe=probed)
    assert {one.key for one in storage.list("")} == before


def test_a_marker_that_no_longer_names_the_encryption_changes_nothing():
    storage = MemoryStorage()
    repo = encrypted(storage)
    marker = json.loads(storage.read("format"))
    del marker["encryption"]
    data = json.dumps(marker).encode()
    storage.put("format", [data], len(data))
    repo.commit({"x": WORDS.decode()})
    pushed(repo, storage)
    assert all(WORDS not in storage.read(one.key) for one in storage.list(""))
    with pytest.raises(RemoteChanged):
        add(repo, "origin", ADDRESS, storage, probe=probed)


def test_a_remote_that_exists_is_not_made_an_encrypted_one():
    storage = MemoryStorage()
    make_marker(storage, "swap")
    with pytest.raises(UsageError, match="not encrypted"):
        add(new_store(), "origin", ADDRESS, storage, probe=probed, encrypt=True)
    assert "keys/remote" not in {one.key for one in storage.list("")}


def test_a_prefix_with_other_objects_gets_no_key():
    storage = MemoryStorage()
    storage.create("photos/cat", b"x")
    with pytest.raises(Exception, match="other objects"):
        add(new_store(), "origin", ADDRESS, storage, probe=probed, encrypt=True)
    assert [one.key for one in storage.list("")] == ["photos/cat"]


def test_two_who_make_the_remote_at_the_same_moment_share_one_key():
    storage = MemoryStorage()
    encryption.create(storage)
    first = encryption.public_key(storage, "origin")
    repo = encrypted(storage)
    assert Remotes(repo).get().encryption == first


def test_an_unknown_encryption_asks_for_an_upgrade():
    storage = MemoryStorage()
    make_marker(storage, "swap")
    marker = {**json.loads(storage.read("format")), "encryption": "rot13"}
    data = json.dumps(marker).encode()
    storage.put("format", [data], len(data))
    with pytest.raises(RemoteTooNew, match="encryption"):
        read_marker(storage)


@pytest.mark.parametrize("content", [b"", b"x" * 500, b"age-encryption.org/v1\n"])
def test_a_damaged_key_of_the_remote_is_an_error(content):
    storage = MemoryStorage()
    encrypted(storage)
    storage.put("keys/remote", [content], len(content))
    with pytest.raises((Damaged, RemoteDenied)) as caught:
        joined(storage)
    assert caught.value.hint
    storage.delete(["keys/remote"])
    with pytest.raises(Damaged, match="missing"):
        joined(storage)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("age1nonsense", "not a public key"), ("ssh-ed25519 AAAA", "not a public key"),
        ("AGE-SECRET-KEY-1ABC", "cannot be read"), ("/nowhere/key.pub", "cannot be read"),
    ],
)  # fmt: skip
def test_a_malformed_public_key_is_an_error(given, said):
    with pytest.raises(UsageError, match=said) as caught:
        encryption.create(MemoryStorage(), [given])
    assert "age1..." in caught.value.hint


def test_a_shared_folder_is_encrypted_too(tmp_path):
    (tmp_path / "shared").mkdir()
    repo = encrypted(FolderStorage(tmp_path / "shared"))
    files = [path for path in (tmp_path / "shared").rglob("*") if path.is_file()]
    assert files
    assert all(WORDS not in path.read_bytes() for path in files)
    assert values(joined(FolderStorage(tmp_path / "shared"))) == values(repo)


def test_an_object_that_the_place_changed_does_not_count():
    storage = MemoryStorage()
    repo = encrypted(storage)
    key = next(one.key for one in storage.list("packs/"))
    data = bytearray(storage.read(key))
    data[-20] ^= 1
    storage.put(key, [bytes(data)], len(data))
    with pytest.raises(Damaged, match="decrypt"):
        joined(storage)
    connection = RemoteConnection(repo, Remotes(repo).get(), storage)
    push(repo, connection, PushOptions(ALL.selection, again=True))
    assert values(joined(storage)) == values(repo)
