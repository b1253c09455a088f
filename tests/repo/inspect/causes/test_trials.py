"""What a test of a change loads, and what it runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo.inspect.causes.trials import SEED, Trial
from nbmodelver.repo.inspect.causes.worlds import RESULT, Worlds
from tests.repo.inspect.causes.programs import commit, worlds

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def found(repo: Repo) -> Worlds:
    for n in (1, 2):
        commit(repo, f"a = [{n}]", "k = [3]", "b = [x * k[0] for x in a]", "total = sum(b)", seconds=2.0)
    return worlds(repo)


def test_without_a_change_the_kept_values_are_loaded_and_only_the_metric_runs(found: Worlds) -> None:
    trial = Trial(found.after)
    assert trial.ran == ()
    assert trial.run.loads == ((found.after.version.id, ("total",)),)
    assert trial.run.statements == (f"{RESULT} = total",)
    assert (trial.run.result, trial.run.seed) == (RESULT, SEED)


def test_a_value_of_the_other_version_is_loaded_and_what_depends_on_it_runs_again(found: Worlds) -> None:
    again = frozenset({"b", "total"})
    trial = Trial(found.after, values={"a": found.before.version}, again=again, other=found.before)
    assert set(trial.ran) == {"b", "total"}
    assert dict(trial.run.loads) == {found.after.version.id: ("k",), found.before.version.id: ("a",)}
    assert trial.run.statements == ("b = [x * k[0] for x in a]", "total = sum(b)", f"{RESULT} = total")
    assert trial.cost_s == 4.0


def test_other_statements_run_in_the_place_of_those_that_made_the_name(found: Worlds) -> None:
    again = frozenset({"b", "total"})
    trial = Trial(found.after, statements={"a": ("a = [7]",)}, again=again, other=found.before)
    assert trial.run.statements[:2] == ("a = [7]", "b = [x * k[0] for x in a]")
    assert set(trial.ran) == {"a", "b", "total"}


def test_definitions_run_before_the_load(repo: Repo) -> None:
    for n in (1, 2):
        commit(repo, "def f(x):\n    return x * 2", f"a = {n}", "total = f(a)")
    run = Trial(worlds(repo).after, again=frozenset({"total"})).run
    assert run.definitions == ("def f(x):\n    return x * 2",)
    assert run.statements[0] == "total = f(a)"
