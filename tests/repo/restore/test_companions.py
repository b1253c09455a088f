"""Code that comes back alone brings the constants, helpers and imports that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.codecs import sources
from nbmodelver.errors import NotLoadable
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.imports import found
from tests.codecs.cells import run

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.repo import Repo

TEXT = """
import math
import collections as co
SCALE = 3
OTHER = 4
def helper(x):
    return math.floor(x) * SCALE
def user(x):
    return helper(x) + 1
class Net:
    def go(self):
        return user(1.5), co.Counter
net = Net()
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A store with one version of the cell above."""
    made = mv.open(tmp_path, create=True)
    scope = run(TEXT)
    names = ("SCALE", "OTHER", "helper", "user", "Net", "net")
    made.commit({name: scope[name] for name in names}, namespace=scope, around=CommitContext(imports=found(scope)))
    return made


def test_a_function_loaded_alone_runs(repo: Repo) -> None:
    loaded = repo.load("v1", "user")
    assert list(loaded) == ["user"]
    assert loaded["user"](2.5) == 7
    assert "OTHER" not in loaded["user"].__globals__


def test_a_method_of_an_instance_loaded_alone_runs(repo: Repo) -> None:
    import collections

    assert repo.load("v1", "net")["net"].go() == (4, collections.Counter)


def test_what_the_namespace_holds_already_stays(repo: Repo) -> None:
    scope: dict[str, Any] = {"__name__": "__main__", "SCALE": 100}
    assert repo.load("v1", "user", namespace=scope)["user"](1) == 101
    assert scope["SCALE"] == 100
    assert scope["helper"](1) == 100


def test_a_rollback_of_one_name_brings_what_it_cannot_run_without(repo: Repo) -> None:
    live: dict[str, Any] = {"__name__": "__main__"}
    rollback = repo.rollback("v1", live, names="user")
    plan = repo.planned(rollback, saves_first=False)
    assert plan.named("appears") == ("user", "SCALE", "helper")
    assert "restored too: SCALE, helper (needed by user)" in plan.notes
    assert "imported again: math" in plan.notes
    live.update(rollback.load())
    assert live["user"](1) == 4
    assert "co" not in live


def test_a_rollback_of_one_name_leaves_alone_what_is_live(repo: Repo) -> None:
    live = run("import math\nSCALE = 50\ndef helper(x): return x * SCALE\n")
    rollback = repo.rollback("v1", live, names="user")
    assert repo.planned(rollback, saves_first=False).named("appears") == ("user",)
    live.update(rollback.load())
    assert live["user"](1) == 51


def test_the_plan_says_what_another_python_cannot_bring_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = mv.open(tmp_path, create=True)
    text = (
        "exec('def made(x): return x')\nexec('class Odd:\\n def f(self): pass')\nodd = Odd()\n"
        "class Held:\n    pass\nheld = Held()\nheld.f = lambda x: x\n"
    )
    scope = run(text)
    repo.commit({name: scope[name] for name in ("made", "held", "odd")}, namespace=scope)
    here = sources.readable(sources.PYTHON)
    monkeypatch.setattr(sources, "PYTHON", "cpython-399-00000000")
    plan = repo.plan("v1", {"__name__": "__main__"})
    reasons = {change.name: change.reason for change in plan.changes if change.effect == "lost"}
    assert reasons == {
        "made": f"code without source text (made) runs in {here} only",
        "Odd": f"code without source text (Odd.f) runs in {here} only",
        "odd": f"code without source text (Odd.f) runs in {here} only",
    }
    with pytest.raises(NotLoadable, match="made"):
        repo.load("v1", "made")
    assert repo.load("v1", "held")["held"].f(4) == 4
