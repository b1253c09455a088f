"""Classes and functions of a load: the live one if it is unchanged, else the stored one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.errors import NotLoadable
from nbmodelver.repo.restore.definition_loader import DefinitionLoader
from tests.codecs.cells import run

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

CODE = "class Net:\n    def go(self):\n        return 1\nnet = Net()\n"


@pytest.fixture(autouse=True)
def scope(repo: Repo) -> dict[str, Any]:
    made = run(CODE)
    repo.commit({"net": made["net"]}, namespace=made)
    return made


def loader(repo: Repo, live: dict[str, Any]) -> DefinitionLoader:
    return DefinitionLoader(repo.rollback("v1", live))


def test_an_unchanged_class_of_the_notebook_is_used(repo: Repo, scope: dict[str, Any]) -> None:
    assert loader(repo, scope).find("Net") is scope["Net"]


def test_a_changed_class_is_restored_in_its_stored_form(repo: Repo) -> None:
    edited = run(CODE.replace("return 1", "return 2"))
    found = loader(repo, edited).find("Net")
    assert found is not edited["Net"]
    assert found().go() == 1


def test_a_class_that_only_live_instances_use_is_used(repo: Repo, scope: dict[str, Any]) -> None:
    cls = scope["Net"]
    assert loader(repo, {**scope, "Net": 7}).find("Net") is cls


def test_a_definition_is_looked_up_once(repo: Repo) -> None:
    loading = loader(repo, {})
    assert loading.find("Net") is loading.find("Net")


def test_a_definition_that_the_version_lacks_is_named(repo: Repo) -> None:
    with pytest.raises(NotLoadable, match="v1 does not contain the definition of 'Other'"):
        loader(repo, {}).find("Other")
