"""The names that functions of a version refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.restore.needed import names_needed, with_definitions
from tests.codecs.cells import run

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

TEXT = """
SCALE = 3
OTHER = 4
def helper(x):
    return x * SCALE
def user(x):
    return helper(x) + 1
class Net:
    def go(self):
        return user(1)
net = Net()
plain = [1]
"""


@pytest.fixture(autouse=True)
def one(repo: Repo) -> None:
    scope = run(TEXT)
    names = ("SCALE", "OTHER", "helper", "user", "Net", "net", "plain")
    repo.commit({name: scope[name] for name in names}, namespace=scope)


def needed(repo: Repo, *names: str) -> set[str]:
    version = repo["v1"]
    return names_needed(repo.group_store, version, [version.group_of(n) for n in names]) & set(version.kept)


def test_names_are_followed_through_other_functions(repo: Repo) -> None:
    assert needed(repo, "helper") == {"SCALE"}
    assert needed(repo, "user") == {"helper", "SCALE"}
    assert needed(repo, "net") == {"user", "helper", "SCALE"}


def test_plain_values_need_nothing(repo: Repo) -> None:
    assert needed(repo, "plain", "OTHER") == set()
    assert needed(repo) == set()


def test_a_group_comes_with_its_definitions(repo: Repo) -> None:
    version = repo["v1"]
    found = with_definitions(repo.group_store, version, version.group_of("net"))
    assert found[0] == version.group_of("net")
    assert "Net" in {name for group in found for name in group.names}
    assert with_definitions(repo.group_store, version, version.group_of("plain")) == [version.group_of("plain")]
