"""Texts of versions are searched again before a push: the environment has other secrets now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NotPushed
from nbmodelver.remote.sent_secrets import require_no_secret
from tests.remote.places import new_store

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

SECRET = "hunter2-hunter2-hunter2"


@pytest.fixture
def repo(monkeypatch: pytest.MonkeyPatch) -> Repo:
    made = new_store()
    made.commit({"x": 1}, f"uses {SECRET}")
    made.commit({"x": 2}, note=f"uses {SECRET}")
    made.commit({"x": 3}, params={"url": f"https://{SECRET}@host", "n": 3})
    made.commit({"x": 4}, "harmless")
    monkeypatch.setenv("SERVICE_TOKEN", SECRET)
    return made


@pytest.mark.parametrize(("name", "where"), [("v1", "message"), ("v2", "note"), ("v3", "parameter 'url'")])
def test_a_text_with_the_value_of_a_variable_stops_the_push(repo: Repo, name: str, where: str):
    with pytest.raises(NotPushed, match=where) as raised:
        require_no_secret(repo, [repo[name].id], ())
    assert name in raised.value.message
    assert f"--allow-secret {name}" in str(raised.value.hint)
    assert SECRET not in raised.value.message + str(raised.value.hint)


def test_a_version_that_is_allowed_by_name_or_id_is_sent(repo: Repo):
    every = [repo[name].id for name in ("v1", "v2", "v3", "v4")]
    require_no_secret(repo, every, {"v1", repo["v2"].id[:12], "v3"})
    require_no_secret(repo, [repo["v4"].id], ())
    require_no_secret(repo, [], ())
