"""Who acts: one pseudonym per store, and claims that are kept with their source."""

from __future__ import annotations

import json
import os
import pwd
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import StoreError
from nbmodelver.repo.core import identity
from nbmodelver.repo.core.identity import Identities

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pseudonym_is_random_stays_and_differs_between_stores(tmp_path: Path):
    first = Identities(tmp_path).person("store-a")
    assert Identities(tmp_path).person("store-a").pseudonym == first.pseudonym
    assert Identities(tmp_path).person("store-b").pseudonym != first.pseudonym
    assert set(json.loads((tmp_path / "identity.json").read_text())) == {"secret"}


def test_the_setting_comes_before_git_and_git_before_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "hub-ada")
    monkeypatch.setattr(identity, "_git_user", lambda: ("Ada Git", "ada@example.org"))
    monkeypatch.setattr(type(identity.system.port), "user_name", lambda _: "ada")
    person = Identities(tmp_path).person("s", "Ada Setting")
    assert (person.name, person.source, person.email, person.hub) == (
        "Ada Setting",
        "setting",
        "ada@example.org",
        "hub-ada",
    )
    assert Identities(tmp_path).person("s").source == "git config"
    monkeypatch.setattr(identity, "_git_user", lambda: ("", ""))
    assert (Identities(tmp_path).person("s").name, Identities(tmp_path).person("s").source) == ("hub-ada", "JupyterHub")
    monkeypatch.delenv("JUPYTERHUB_USER")
    assert (Identities(tmp_path).person("s").name, Identities(tmp_path).person("s").source) == ("ada", "login")


def test_a_missing_git_is_no_error(monkeypatch: pytest.MonkeyPatch):
    def missing(*_args: object, **_more: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(identity.subprocess, "run", missing)
    assert identity._git_user() == ("", "")


def test_a_configuration_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="secret of your pseudonyms"):
        Identities(tmp_path / "file" / "below").person("s")


def test_a_damaged_secret_is_refused_with_the_way_out(tmp_path: Path):
    (tmp_path / "identity.json").write_text('{"secret": "short"}')
    with pytest.raises(StoreError, match="cannot be used") as caught:
        Identities(tmp_path).person("s")
    assert "remove it" in caught.value.hint


def test_the_login_is_that_of_the_user_id_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "eve")
    person = Identities(tmp_path).person("s")
    assert person.login == pwd.getpwuid(os.getuid()).pw_name != "eve"
    monkeypatch.setattr(type(identity.system.port), "user_name", lambda _: "")
    assert Identities(tmp_path).person("s").login == "eve"  # A container may have no name for its user id.
