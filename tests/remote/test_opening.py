"""The storage of an address, with retries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.remote.opening import made_folder, open_address, open_remote, usual_form
from nbmodelver.remote.remotes import RemoteConfig
from nbmodelver.store.objects.memory import forget, named
from nbmodelver.store.objects.retrying import Retrying

if TYPE_CHECKING:
    from pathlib import Path


def test_an_address_is_opened_with_retries():
    storage = open_address("memory://opening", {})
    assert isinstance(storage, Retrying)
    storage.create("a", b"1")
    assert named("opening").read("a") == b"1"
    config = RemoteConfig("origin", "memory://opening", "a" * 32, "swap")
    assert open_remote(config).read("a") == b"1"
    forget("opening")


def test_an_invalid_address_is_named():
    with pytest.raises(UsageError) as raised:
        open_address("gopher://x", {})
    assert raised.value.hint


def test_a_folder_is_kept_as_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "share").mkdir()
    assert str(tmp_path / "share") in usual_form("./share")
    assert usual_form(usual_form("./share")) == usual_form("./share")


def test_only_the_last_part_of_a_folder_is_created(tmp_path: Path):
    made_folder(str(tmp_path / "share"))
    assert (tmp_path / "share").is_dir()
    made_folder(str(tmp_path / "not-mounted" / "share"))
    assert not (tmp_path / "not-mounted").exists()
