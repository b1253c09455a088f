"""Trust as an action: given to the origins of a version and taken back, with what loading it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.actions import trust
from nbmodelver.errors import NeedsTrust

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo


class Place:
    """A class of a test: its instances need pickle."""


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_a_version_made_here_has_no_origin(repo: Repo) -> None:
    repo.commit({"a": 1})
    assert trust.give(repo, "v1") == trust.Trusted(repo["v1"], (), {}, [], [])


def test_trust_in_an_origin_is_given_and_revoked(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"place": Place()})
    bundle.write(repo, "v1", tmp_path / "x.zip")
    other = mv.open(tmp_path / "other", create=True)
    bundle.bring_in(other, tmp_path / "x.zip")
    with pytest.raises(NeedsTrust):
        other.load("v1")
    given = trust.give(other, "v1")
    assert given.origins
    assert list(given.runs) == [("place",)]
    assert isinstance(other.load("v1")["place"], Place)
    assert trust.revoke(other, "v1").origins == given.origins
    with pytest.raises(NeedsTrust):
        mv.open(tmp_path / "other").load("v1")
