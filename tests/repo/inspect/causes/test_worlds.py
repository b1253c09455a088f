"""Which names a metric depends on, and which of them differ between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.repo.inspect.causes.worlds import RESULT, definitions, same_value
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo

F = "def f(x):\n    return x * 2"


def test_only_names_that_the_metric_depends_on_are_in_a_world(repo: Repo) -> None:
    commit(repo, "a = [1]\nb = [5]\nother = [7]", "total = sum(a) + sum(b)")
    commit(repo, "a = [2]\nb = [5]\nother = [8]", "total = sum(a) + sum(b)")
    found = worlds(repo)
    assert set(found.names) == {"a", "b", "total", RESULT}
    assert {n: found.differs(n) for n in ("a", "b", "total")} == {"a": True, "b": False, "total": True}
    assert found.is_equal("b")
    assert {"a", "b"} <= set(found.inputs("total"))
    assert found.changed_inputs("total") == ("a",)
    assert (found.changed("total"), found.changed("b")) == (True, False)


def test_a_value_that_the_version_does_not_hold_is_changed_if_its_inputs_are(repo: Repo) -> None:
    commit(repo, "a = [1]", "b = [n + 1 for n in a]", "total = sum(b)", names="a")
    commit(repo, "a = [2]", "b = [n + 1 for n in a]", "total = sum(b)", names="a")
    found = worlds(repo)
    assert not found.before.can_load("b")
    assert (found.differs("b"), found.changed("b")) == (False, True)


def test_code_is_never_loaded_as_a_value(repo: Repo) -> None:
    commit(repo, F, "import math", "total = f(1) + math.floor(0.5)")
    commit(repo, F.replace("2", "3"), "import math", "total = f(1) + math.floor(0.5)")
    found = worlds(repo)
    assert found.before.is_code("f")
    assert found.before.is_code("math")
    assert not found.before.can_load("f")
    assert found.has_other_code("f")
    assert found.is_code_of_both("f")
    assert not same_value(repo["v1"], repo["v2"], "f")
    assert definitions(repo["v1"], "f") != definitions(repo["v2"], "f")
    assert definitions(repo["v1"], "g") == ()


def test_a_name_with_several_values_cannot_stand_for_its_statements(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, f"a = [{n}]", "b = [sum(a)]", "a = [9]", "total = sum(a) + sum(b)", names="a")
    assert not worlds(repo).before.can_load("a")
