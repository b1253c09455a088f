"""The user's key and pins lie in the user's own configuration, which nobody else can read or write."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nbmodelver import system
from nbmodelver.catalogue.events import keys
from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.repo import Repo
from nbmodelver.repo.core.moves import EventDraft
from nbmodelver.repo.core.signing import PinnedKeys, SigningKey
from nbmodelver.store import layout
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_made_once_and_only_for_its_owner(tmp_path: Path):
    own = SigningKey(tmp_path)
    assert own.private() is None
    made = own.create()
    assert own.create().public == SigningKey(tmp_path).create().public == made.public
    assert own.path.stat().st_mode & 0o777 == 0o600
    assert keys.is_key(made.public)


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path):
    own = SigningKey(tmp_path)
    own.create()
    own.path.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others") as caught:
        own.private()
    assert "chmod 600" in caught.value.hint
    own.path.chmod(0o620)
    with pytest.raises(UsageError, match="can be written by others"):
        own.private()


def test_a_damaged_key_and_a_link_are_refused(tmp_path: Path):
    own = SigningKey(tmp_path)
    own.create()
    for text in ("{}", '{"secret": "short"}', "no JSON"):
        own.path.write_text(text)
        with pytest.raises(UsageError, match="is damaged"):
            own.private()
    os.rename(own.path, tmp_path / "elsewhere")
    own.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=r"is a link|can be read"):
        own.private()


def ssh_key(path: Path, mode: int = 0o600) -> Path:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(mode)
    return path


def test_a_key_of_openssh_is_named_and_not_copied(tmp_path: Path):
    own = SigningKey(tmp_path / "config")
    path = ssh_key(tmp_path / "id_ed25519")
    assert own.use_openssh(path).public == keys.PrivateKey(bytes(32)).public
    assert json.loads(own.path.read_text()) == {"openssh": str(path)}
    found = own.private()
    assert found is not None
    assert found.public == own.use_openssh(path).public
    path.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        own.private()


def test_a_key_of_openssh_does_not_replace_another_key(tmp_path: Path):
    own = SigningKey(tmp_path / "config")
    own.create()
    with pytest.raises(UsageError, match="you have a signing key") as caught:
        own.use_openssh(ssh_key(tmp_path / "id"))
    assert str(own.path) in caught.value.hint
    with pytest.raises(UsageError, match="can be read by others"):
        SigningKey(tmp_path / "other").use_openssh(ssh_key(tmp_path / "open", 0o644))


def test_keys_are_pinned_and_unpinned(tmp_path: Path):
    pinned, key = PinnedKeys(tmp_path), keys.new().public
    assert pinned.all() == {}
    pinned.add(key)
    assert list(PinnedKeys(tmp_path).all()) == [key]
    with pytest.raises(UsageError, match="is no public key"):
        pinned.add("ada")
    pinned.remove(key)
    assert pinned.all() == {}
    with pytest.raises(UsageError, match="is not pinned"):
        pinned.remove(key)


def test_pins_that_others_can_write_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pinned = PinnedKeys(tmp_path)
    pinned.add(keys.new().public)
    monkeypatch.setattr(type(system.port), "others_can_write", lambda *_: "can be written by others")
    assert pinned.all() == {}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    backend = MemoryBackend()
    layout.create(backend)
    return Repo(backend)


def test_signing_is_on_with_a_key_for_decisions_only_and_a_setting_switches_it_off(repo: Repo):
    assert repo.moves.note(EventDraft("approve")).signature is None
    public = SigningKey().create().public
    signed = repo.moves.note(EventDraft("approve"))
    assert signed.signature is not None
    assert (signed.signature.key, keys.verdict(signed.signature)) == (public, "valid")
    assert repo.moves.note(EventDraft("request")).signature is None
    assert repo.moves.note(EventDraft("access")).signature is None
    repo.settings.set("sign", "off")
    assert repo.moves.note(EventDraft("approve")).signature is None


def test_a_key_without_the_library_stops_the_decision_before_anything_is_written(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
):
    SigningKey().create()

    def missing() -> None:
        raise MissingLibrary("signatures need the library cryptography", "install it")

    monkeypatch.setattr(keys, "_library", missing)
    with pytest.raises(MissingLibrary):
        repo.moves.note(EventDraft("approve"))
    assert repo.moves.log.count() == 0
    repo.settings.set("sign", "off")
    assert repo.moves.note(EventDraft("approve")).kind == "approve"
