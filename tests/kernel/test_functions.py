"""The verbs as functions, for loops and helpers: values in place of words, held to the same rules."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.errors import UsageError
from nbmodelver.verbs import VERBS, call_from_python, parse, signature

if TYPE_CHECKING:
    from tests.shells import Shell

SETUP = "import nbmodelver as mv, numpy as np\ndf = np.arange(9); p = {'lr': 0.1}"


def test_a_training_loop_commits_its_numbers(shell: Shell) -> None:
    """A metric was an expression in quotes; a number failed with "'float' object has no attribute 'strip'"."""
    shell.run(SETUP)
    shell.run(
        "for epoch in range(3):\n    df[0] = epoch\n"
        "    v = mv.commit(message=f'epoch {epoch}', metric={'loss': 1 / (1 + epoch), 'n': np.int64(epoch)})"
    )
    assert [v.metrics for v in mv.open().log()] == [{"loss": 1 / (1 + e), "n": e} for e in (2, 1, 0)]
    assert mv.open()["HEAD"].message == "epoch 2"


def test_metrics_that_are_tensors_are_their_numbers(shell: Shell) -> None:
    """torch warns of a number taken from a tensor that learns, and warnings are errors here."""
    pytest.importorskip("torch")
    shell.run(SETUP + "\nimport torch\nloss = (torch.ones(1, requires_grad=True) * 0.5).sum()")
    assert shell.run("mv.commit('p', metric={'loss': loss})").metrics == {"loss": 0.5}
    shell.run("p['lr'] = 2")
    assert shell.run("%mv_commit p --metric loss=loss").metrics == {"loss": 0.5}


def test_parameters_are_the_values_themselves(shell: Shell) -> None:
    shell.run(SETUP)
    asked = "{'kernel': 'rbf', 'depth': None, 'lr': 1e-3, 'n': np.array(7), 'layers': [3, 4]}"
    made = shell.run(f"mv.commit('df', param={asked}, tag='best', note='by hand')")
    assert made.params == {"kernel": "rbf", "depth": None, "lr": 1e-3, "n": 7, "layers": [3, 4]}
    assert mv.open()["best"] == made.value


def test_versions_stand_for_themselves(shell: Shell) -> None:
    shell.run(SETUP)
    shell.run("one = mv.commit('df', 'p'); df[0] = 5; two = mv.commit(['df', 'p'])")
    shell.run("mv.rollback(one, 'df', yes=True)")
    assert shell["df"][0] == 0
    assert shell.run("mv.diff(one, two.value)").to_dict()["after"]["name"] == "v2"
    assert shell.run("mv.log(limit=1)")[0].name == "v2"


@pytest.mark.parametrize(
    ("call", "said", "way"),
    [
        ("mv.commit(df)", "names cannot be a ndarray", "in quotes: commit('df')"),
        ("mv.commit('d f')", "'d f' is not the name of a variable", "separate names with spaces"),
        ("mv.commit('nothing')", "nothing", ""),
        ("mv.commit(metrics={'acc': 1})", "no argument 'metrics'", "did you mean metric?"),
        ("mv.commit(params={'a': 1})", "no argument 'params'", "did you mean param?"),
        ("mv.commit(metric=0.5)", "metric must be a dict, not a float", "metric={'name': ...}"),
        ("mv.commit(metric={'acc': 'high'})", "'acc' is not a number but a str", "'high'"),
        ("mv.commit(metric={'val acc': 1})", "'val acc' is not a valid name for a metric", "letters, digits"),
        ("mv.commit(metric={'fid': (1, 'less')})", "direction of 'fid' cannot be 'less'", "'lower' or 'higher'"),
        ("mv.commit('df', names=['p'])", "'names' twice", "once"),
        ("mv.commit('df', message=['a'])", "message cannot be a list", "a short description"),
        ("mv.commit('df', background=1)", "background must be True or False, not a int", ""),
        ("mv.rollback()", "rollback needs 'version'", "v3, HEAD"),
        ("mv.rollback(df)", "version cannot be a ndarray", "HEAD"),
        ("mv.blame()", "blame needs 'name'", "the variable"),
        ("mv.log(5)", "unexpected argument 5", "where, limit"),
        ("mv.log(limit=0)", "cannot be '0'", "at least 1"),
        ("mv.log(limit=2.5)", "cannot be '2.5'", "whole number"),
        ("mv.log(limit=True)", "limit cannot be a bool", ""),
        ("mv.undo(1)", "unexpected argument 1", "leave it out"),
        ("mv.auto('maybe')", "cannot be 'maybe'", "on"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_way_out(shell: Shell, call: str, said: str, way: str) -> None:
    shell.run(SETUP)
    error = shell.fails(call)
    assert said in str(error)
    assert way in str(error)
    assert not mv.open(create=True).log()


def test_an_interrupt_is_told_like_that_of_a_magic(shell: Shell) -> None:
    shell.run(SETUP + "\nclass Stop:\n    def __reduce__(self):\n        raise KeyboardInterrupt\nstop = Stop()")
    assert "commit was interrupted" in str(shell.fails("mv.commit('stop')"))


@pytest.mark.parametrize("name", VERBS)
def test_a_function_says_how_it_is_called(name: str) -> None:
    """What the signature calls the default is what a line without that argument means."""
    verb = VERBS[name]
    function = getattr(mv, f"{name}_" if name in ("import", *mv.FOLDERS) else name)
    assert inspect.signature(function) == signature(verb)
    assert set(signature(verb).parameters) == {a.name for a in verb.arguments}
    if not any(a.required for a in verb.arguments):
        assert call_from_python(verb, (), {}).values == parse(verb, "").values


def test_only_a_usage_error_comes_from_odd_arguments() -> None:
    odd = [object(), 1j, b"x", {1: 2}, [[["a"]]], {"a": object()}, float("nan"), type, [None], ""]
    for verb in VERBS.values():
        for argument in verb.arguments:
            for value in odd:
                try:
                    call_from_python(verb, (), {argument.name: value})
                except UsageError:
                    continue


def test_what_nbmodelver_gave_is_none_of_the_variables(shell: Shell) -> None:
    """`--all` kept the answers of verbs, and named at each commit that a repo cannot be kept."""
    shell.run(SETUP + "\nv = mv.commit('df')\nrepo = mv.open(); old = repo['v1']; log = mv.log(); kinds = [1]")
    made = shell.run("%mv_commit --all")
    assert (set(made.names), made.skipped) == ({"df", "p", "kinds"}, ())
    shell.run("kinds.append(2)\n%mv_rollback v2 --yes")
    assert {"v", "repo", "old", "log"} <= set(shell.shell.user_ns)
    assert shell.run("%mv_commit old").names == ("old",)


def test_a_verb_with_the_name_of_a_folder_is_a_function_with_an_underscore() -> None:
    """`from nbmodelver import bundle` must give the folder, whatever was imported before."""
    code = (
        "from nbmodelver import bundle, remote; import nbmodelver as mv; "
        "print(bundle.write.__name__, mv.bundle_.__name__, remote.__name__, mv.remote_.__name__)"
    )
    paths = {**os.environ, "PYTHONPATH": str(Path(mv.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, env=paths)
    assert done.stdout == "write bundle nbmodelver.remote remote\n"
    names = {path.stem for path in Path(mv.__file__).parent.iterdir()}
    assert names & VERBS.keys() == set(mv.FOLDERS)
