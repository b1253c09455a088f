"""The verbs that commit: what a line means, and what is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import NothingToCommit, UnknownName, UsageError
from nbmodelver.kernel.committing import CellFailed
from nbmodelver.kernel.notebook import Notebook
from nbmodelver.verbs import PythonValue

if TYPE_CHECKING:
    from tests.shells import Shell


def test_metrics_and_parameters_are_expressions_of_the_notebook(shell: Shell) -> None:
    shell.run("x, rate = [1, 2], 0.5")
    version = shell.run("%mv_commit x --metric acc=rate/2 --metric fid=len(x):lower --param n=len(x) --param s=str(x)")
    assert dict(version.metrics) == {"acc": 0.25, "fid": 2.0}
    assert dict(version.directions) == {"fid": "lower"}
    assert (version.params["n"], version.params["s"]) == (2, "[1, 2]")


@pytest.mark.parametrize(
    ("option", "error", "says"),
    [
        ("--metric acc=rat", UnknownName, "no variable 'rat'"), ("--metric acc=1/0", UsageError, "ZeroDivisionError"),
        ("--metric acc='text'", UsageError, "acc"), ("--param n=)", UsageError, "is not an expression"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_evaluated_stores_nothing(
    shell: Shell, option: str, error: type[Exception], says: str
) -> None:
    shell.run("x, rate = 1, 0.5\n%mv_commit x")
    raised = shell.fails(f"%mv_commit x {option}")
    assert isinstance(raised, error)
    assert says in str(raised)
    assert [v.name for v in shell.run("%mv_log").value] == ["v1"]


def test_words_of_a_message_without_quotes_are_recognised(shell: Shell) -> None:
    shell.run("x = 1")
    raised = shell.fails("%mv_commit x -m deeper zebras everywhere")
    assert isinstance(raised, UnknownName)
    assert raised.hint == 'put a text of several words in quotes: -m "deeper zebras everywhere"'


def test_nothing_to_commit_is_a_sentence_unless_names_were_given(shell: Shell) -> None:
    assert "nothing to commit" in str(shell.run("%mv_commit"))
    shell.run("g = (i for i in ())")
    assert isinstance(shell.fails("%mv_commit g"), NothingToCommit)


def test_a_dry_run_says_what_would_be_kept_and_stores_nothing(shell: Shell) -> None:
    shell.run("x = [1]; y = x; g = (i for i in ())")
    shown = shell.run("%mv_commit --dry-run")
    assert "would keep x, y" in str(shown)
    assert "not kept: g" in str(shown)
    assert set(shown.value) == {"x", "y"}
    assert "no versions yet" in str(shell.run("%mv_status"))


def test_a_cell_commits_what_it_bound_or_changed(shell: Shell) -> None:
    shell.run("x, y, z = [1], [2], [3]\n%mv_commit")
    version = shell.run("%%mv_commit\nx.append(4)\nw = z")
    assert {"x", "w"} <= set(version.names)
    assert "y" not in version.names


def test_a_cell_that_fails_or_changes_nothing_commits_nothing(shell: Shell) -> None:
    shell.run("x = [1]\n%mv_commit")
    assert isinstance(shell.fails("%%mv_commit\nx = [2]\n1 / 0"), CellFailed)
    assert isinstance(shell.fails("%%mv_commit\nprint('only a look')"), NothingToCommit)
    assert [v.name for v in shell.run("%mv_log").value] == ["v1"]


def test_automatic_commits_follow_each_cell_that_changed_a_variable(shell: Shell) -> None:
    shell.run("x = 1\n%mv_auto on")
    shell.run("x = 2")
    shell.run("x")
    shell.fails("x = 3; 1 / 0")
    log = shell.run("%mv_log").value
    assert {v.auto for v in log} == {"auto"}
    assert [v.name for v in log] == ["v2", "v1"], "a cell that fails or only looks makes no version"
    shell.run("%mv_auto off")
    shell.run("x = 9")
    assert [v.name for v in shell.run("%mv_log").value] == ["v3", "v2", "v1"], "v3 has the value of the failed cell"
    assert "automatic commits are off" in str(shell.run("%mv_auto"))
    assert "automatic commits are off" in str(shell.run("%mv_auto"))


def test_only_code_that_depends_on_something_is_recorded_as_the_source_of_a_metric(shell: Shell) -> None:
    metrics: dict[str, str | PythonValue] = {
        "acc": "model.score(X, y)", "fid": "f(x) : lower", "n": "12:lower", "t": "(1, 2)", "v": PythonValue(3),
    }  # fmt: skip
    commits = Notebook(shell.shell).commits
    assert commits._expressions(metrics) == {"acc": "model.score(X, y)", "fid": "f(x)"}
