"""Packages and modules that changed around a metric, those that its code uses first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.repo.inspect.causes import surroundings as around
from nbmodelver.repo.inspect.causes.surroundings import surroundings
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    import pytest

    from nbmodelver.model import Cause
    from nbmodelver.repo import Repo

MANY = ("aa", "bb", "cc", "dd", "ee", "numpy")


def causes(repo: Repo, monkeypatch: pytest.MonkeyPatch, old: dict[str, str], new: dict[str, str]) -> list[Cause]:
    for n in (1, 2):
        commit(repo, f"import numpy as np\na = [{n}]", "total = int(np.sum(a))")
    found = worlds(repo)
    packages = {repo["v1"].id: old, repo["v2"].id: new}
    monkeypatch.setattr(type(repo), "environment", lambda _self, v: {"packages": packages[v.id]})
    return list(surroundings(repo, found))


def test_the_packages_that_the_code_imports_come_first_and_many_are_counted(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = causes(repo, monkeypatch, dict.fromkeys(MANY, "1.0"), dict.fromkeys(MANY, "2.0"))
    assert found.kind == "environment"
    assert found.what == ("numpy 1.0 → 2.0", "aa 1.0 → 2.0", "bb 1.0 → 2.0", "cc 1.0 → 2.0", "2 more packages")
    assert found.why_not == "the earlier packages are not in this environment"


def test_packages_that_the_code_does_not_import_are_said_so(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = causes(repo, monkeypatch, {"aa": "1.0"}, {"aa": "2.0"})
    assert found.why_not.endswith("the code of the metric does not import the changed ones")


def test_equal_packages_are_no_cause(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert causes(repo, monkeypatch, {"aa": "1.0"}, {"aa": "1.0"}) == []


def test_edited_modules_are_causes_and_new_ones_are_not(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (1, 2):
        commit(repo, f"a = [{n}]", "total = sum(a)")
    modules = {
        repo["v1"].id: {"m.py": "x = 1", "same.py": ""},
        repo["v2"].id: {"m.py": "x = 2", "same.py": "", "n.py": ""},
    }
    monkeypatch.setattr(type(repo), "modules", lambda _self, v: modules[v.id])
    monkeypatch.setattr(around, "_packages", lambda *_: ())
    assert [c.what for c in surroundings(repo, worlds(repo))] == [("m.py was edited",)]
