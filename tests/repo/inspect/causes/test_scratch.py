"""Code of a version runs in a namespace of its own, and what goes wrong is a result."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NeedsTrust
from nbmodelver.repo.inspect.causes.scratch import ScratchRun, require_trust, run

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def version(repo: Repo) -> str:
    repo.commit({"a": [1, 2], "b": 5})
    return repo["v1"].id


def test_values_are_loaded_and_expressions_evaluated(repo: Repo, version: str) -> None:
    found = run(repo, ScratchRun(version, ((version, ("a",)),), {"k": 3}, result="sum(a) * k > 8", also="sum(a) * k"))
    assert (found.value, found.also, found.truth, found.error) == (True, 9, True, "")


def test_a_name_that_the_version_has_is_loaded_when_the_code_reads_it(repo: Repo, version: str) -> None:
    assert run(repo, ScratchRun(version, statements=("c = a[0] + b",), result="c")).value == 6


@pytest.mark.parametrize(
    ("statement", "failed", "error"),
    [
        ("assert False, 'too small'", "assert", "AssertionError: too small"),
        ("assert False", "assert", "AssertionError"),
        ("1 / 0", "run", "ZeroDivisionError: division by zero"),
        ("unknown", "run", "NameError: name 'unknown' is not defined"),
        ("raise SystemExit(3)", "run", "SystemExit: 3"),
    ],
)
def test_an_error_is_a_result(repo: Repo, version: str, statement: str, failed: str, error: str) -> None:
    found = run(repo, ScratchRun(version, statements=(statement,)))
    assert (found.failed, found.error) == (failed, error)


def test_imports_that_fail_are_said(repo: Repo, version: str) -> None:
    found = run(repo, ScratchRun(version, imports={"m": "no_such_module_x"}))
    assert found.failed == "load"
    assert found.error.startswith("'m' cannot be imported")
    assert run(repo, ScratchRun(version, imports={"s": "math:sqrt"}, result="s(9)")).value == 3.0


def test_definitions_that_need_a_value_run_after_the_load(repo: Repo, version: str) -> None:
    wanted = ScratchRun(version, ((version, ("b",)),), definitions=("def f(x=b):\n    return x",), result="f()")
    assert run(repo, wanted).value == 5


def test_the_random_state_is_seeded_inside_and_the_same_after_it(repo: Repo, version: str) -> None:
    random.seed(7)
    state = random.getstate()
    wanted = ScratchRun(version, imports={"random": "random"}, result="random.random()", seed=3)
    first, second = run(repo, wanted), run(repo, wanted)
    assert first.value == second.value
    assert random.getstate() == state


def test_output_is_hidden_and_objects_are_no_values(
    repo: Repo, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(repo, ScratchRun(version, statements=("print('loud')",), result="object()"))
    assert capsys.readouterr().out == ""
    assert (found.value, found.truth) == (None, True)


def test_versions_from_elsewhere_need_trust(repo: Repo, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    require_trust(repo, repo[version])
    monkeypatch.setattr(type(repo), "trusts", lambda *_: False)
    with pytest.raises(NeedsTrust, match="v1 came from elsewhere"):
        require_trust(repo, repo[version])
