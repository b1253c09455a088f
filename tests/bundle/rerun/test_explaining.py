"""Differences are tested by further runs, and only as many of them as are needed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.bundle.rerun import causes, explaining
from nbmodelver.bundle.rerun.explaining import Variation, explained
from nbmodelver.model import Cell
from nbmodelver.model.rerun import RerunItem

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(sources: Sequence[str], items: Sequence[RerunItem], unstable: dict[Variation, set[str]], **more: Any) -> Any:
    """Explain items of cells; `unstable` says which variables change with which variation. Gives items and runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            explaining, "changed",
            lambda _planned, _first, variation: {("variable", name) for name in unstable.get(variation, ())},
        )  # fmt: skip
        patch.setattr(explaining, "results", lambda _run: None)
        patch.setattr(explaining, "environment_then", lambda _run: more.get("now", {}))
        version = SimpleNamespace(inputs=(), expressions={})
        planned = SimpleNamespace(
            cells=[Cell(source) for source in sources], modules={}, recorded=more.get("then", {}),
            plan=SimpleNamespace(version=version, differences=more.get("differs", ())),
            files=SimpleNamespace(digests=frozenset()), restores=more.get("restores", ()),
        )  # fmt: skip
        first = SimpleNamespace(ended=more.get("ended", ""), watched=more.get("watched", {}))
        found, runs = explained(planned, items, first, lambda variation: variation)  # type: ignore[arg-type,return-value]
        return [(i.agreed, i.cause, i.is_tested) for i in found], runs


DIFFERENT = RerunItem("variable", "x", "different", "1.5 became 2.5")
CLOSE = replace(DIFFERENT, agreed="numerically equal", detail="largest relative difference 1e-09")


def test_what_is_equal_needs_no_further_run() -> None:
    items = [RerunItem("variable", "x", "bit-identical"), RerunItem("variable", "y", "missing", "no cell makes it")]
    assert run(["x = 1"], items, {}) == (
        [("bit-identical", "", False), ("missing", "code that is not in the record", False)], 1,
    )  # fmt: skip


def test_two_runs_that_differ_cannot_tell() -> None:
    same = {Variation(): {"x"}}
    assert run(["x = random.random()"], [DIFFERENT], same) == ([("cannot tell", causes.CHANCE, True)], 2)
    assert run(["x = random.random()"], [CLOSE], same) == ([("numerically equal", causes.CHANCE, True)], 2)
    assert run(["x = time.time()"], [CLOSE], same) == ([("cannot tell", causes.CLOCK, True)], 2)


def test_another_hash_seed_shows_the_order_of_sets() -> None:
    sets = {Variation(hash_seed=1): {"x"}}
    assert run(["x = list({1, 2})"], [DIFFERENT], sets) == ([("different", causes.SETS, True)], 3)


def test_one_thread_shows_how_sums_depend_on_threads() -> None:
    threads = {Variation(threads=1): {"x"}}
    machines = {"then": {"threads": {"blas": 8}}, "now": {"threads": {"blas": 2}}}
    assert run(["x = a @ b"], [CLOSE], threads, **machines) == ([("numerically equal", causes.THREADS, True)], 3)
    found, runs = run(["x = a @ b"], [CLOSE], {}, **machines)
    assert (found[0][1:], runs) == (("floating point: threads: 8 for blas then, 2 for blas now", False), 3)


@pytest.mark.parametrize(
    ("source", "detail", "more", "cause"),
    [
        ("x = os.environ['MODE']", "'a' became 'b'", {}, "the environment variable MODE, which a re-run does not get"),
        ("x = date.today()", "2026-01-01 became 2026-01-02", {}, causes.CLOCK),
        ("x = f(1)", "'a' became 'b'", {"differs": ("pandas: 1 then, 2 now",)},
         "the environment: pandas: 1 then, 2 now"),
        ("x = f(1)", "'a' became 'b'", {"then": {"blas": ["a"]}, "now": {"blas": ["b"]}},
         "not found: something that the record does not have"),
        ("x = f(1)", "1.5 became 2.5", {"then": {"blas": ["a"]}, "now": {"blas": ["b"]}},
         "floating point: linear algebra: a then, b now"),
        ("x = urlopen(u)", "'a' became 'b'", {"watched": {"hosts": ["example.org"]}}, "the network: example.org"),
    ],
)  # fmt: skip
def test_what_no_run_shows_is_named_as_likely(source: str, detail: str, more: dict[str, Any], cause: str) -> None:
    assert run([source], [replace(DIFFERENT, detail=detail)], {}, **more)[0] == [("different", cause, False)]


def test_after_an_early_end_nothing_runs_again() -> None:
    items = [replace(DIFFERENT, agreed="missing"), RerunItem("variable", "y", "bit-identical")]
    ended = "cell 1 raised KeyError: 'MODE'"
    found, runs = run(["x = os.environ['MODE']"], items, {}, ended=ended)
    assert found[0] == ("missing", "the environment variable MODE, which a re-run does not get", False)
    assert (found[1], runs) == (("bit-identical", "", False), 1)


def test_values_of_other_versions_are_a_cause() -> None:
    restores, cause = (
        {"restores": ("%mv_rollback",)},
        "values that %mv_rollback put in place, which a re-run does not repeat",
    )
    missing = replace(DIFFERENT, agreed="missing")
    assert run(["x = y"], [DIFFERENT], {}, **restores) == ([("different", cause, False)], 2)
    assert run(["x = y"], [missing], {}, **restores)[0] == [("missing", cause, False)]
    assert run(["x = y"], [missing], {}, ended="cell 1 raised AssertionError: ", **restores)[0][0][1] == cause
    ended = run(["v = %mv_log\nx = max(v)"], [missing], {}, ended="cell 1 raised ValueError: empty")
    assert ended[0] == [("missing", causes.STORE, False)]
