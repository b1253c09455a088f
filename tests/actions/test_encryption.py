"""Who can read an encrypted remote, and the key of this user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyrage
import pytest

from nbmodelver.actions import encryption
from nbmodelver.actions.remotes import AddRequest, add_remote
from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.remote import remotes
from tests.remote.places import new_store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBMODELVER_AGE_KEY", raising=False)
    monkeypatch.delenv("NBMODELVER_AGE_KEY_FILE", raising=False)
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _app: str(tmp_path / "config"))
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path / "home")


def test_members_are_added_and_listed(tmp_path: Path) -> None:
    repo = new_store()
    add_remote(repo, AddRequest("origin", str(tmp_path / "team"), encrypt=True))
    own = encryption.own_key()
    assert own.path == tmp_path / "config" / "encryption-key.json"
    other = str(pyrage.x25519.Identity.generate().to_public())
    assert encryption.members(repo, "origin").keys == (own.public,)
    shared = encryption.share(repo, "", [other, own.public])
    assert (shared.keys, shared.own, shared.new) == ((own.public, other), own.public, (other,))
    with pytest.raises(UsageError, match="not a public key"):
        encryption.share(repo, "origin", ["age1x"])


def test_a_key_of_a_variable_has_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    key = pyrage.x25519.Identity.generate()
    monkeypatch.setenv("NBMODELVER_AGE_KEY", str(key))
    found = encryption.own_key()
    assert (found.public, found.path) == (str(key.to_public()), None)


def test_a_remote_in_clear_has_no_members(tmp_path: Path) -> None:
    repo = new_store()
    add_remote(repo, AddRequest("origin", str(tmp_path / "team")))
    with pytest.raises(UsageError, match="is not encrypted") as caught:
        encryption.members(repo, "origin")
    assert "--encrypt" in caught.value.hint


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remotes, "find_spec", lambda name: None if name == "pyrage" else object())
    with pytest.raises(MissingLibrary, match="pyrage") as caught:
        add_remote(new_store(), AddRequest("origin", str(tmp_path / "team"), encrypt=True))
    assert "nbmodelver[encrypted]" in caught.value.hint
    with pytest.raises(MissingLibrary):
        encryption.own_key()
