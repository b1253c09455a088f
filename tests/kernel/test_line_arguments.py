"""Lines as people write them: names in any script, arrays of one number, hints that fit (issue 12, cases 14 and 27)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import BadName, UnknownName, UsageError

if TYPE_CHECKING:
    from tests.shells import Shell

ONES = [
    "np.array([0.75])", "np.array(0.75)", "np.array([[0.75]])", "np.float32(0.75)", "torch.tensor([0.75])",
    "torch.tensor([[0.75]], requires_grad=True)", "pd.Series([0.75])", "pd.Series({'acc': 0.75})", "pl.Series([0.75])",
    "np.array([3],dtype='int8')/4", "np.ma.array([0.75])",
]  # fmt: skip


@pytest.mark.parametrize("expression", ONES)
def test_an_array_of_one_number_is_that_number(shell: Shell, expression: str) -> None:
    if expression.startswith("torch"):
        pytest.importorskip("torch")
        shell.run("import torch")
    shell.run("import numpy as np, pandas as pd, polars as pl, nbmodelver as mv; x = 1")
    shell.run(f"%mv_commit x --metric a={expression}")
    shell.run(f"x = 2; mv.commit('x', metric={{'a': {expression}}})")
    shell.run(f"mv.open('.').commit({{'x': 3}}, metrics={{'a': {expression}}})")
    assert [v.metrics["a"] for v in shell.run("mv.log().value")] == [0.75] * 3


@pytest.mark.parametrize("expression", ["np.array([0.1, 0.2])", "np.array([])", "pd.Series([1, 2])", "[0.75]"])
def test_more_or_less_than_one_number_is_refused(shell: Shell, expression: str) -> None:
    shell.run("import numpy as np, pandas as pd; x = 1")
    error = shell.fails(f"%mv_commit x --metric a={expression}")
    assert isinstance(error, UsageError)
    assert "'a' is not a number" in error.message


@pytest.mark.parametrize("name", ["größte", "最好", "наилучшая", "सर्वश्रेष्ठ", "βέλτιστο-2"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_tag_and_a_branch_in_ones_own_letters(shell: Shell, name: str, form: str) -> None:
    typed = unicodedata.normalize(form, name)
    shell.run("import nbmodelver as mv; x = 1\n%mv_commit x -m one\nx = 2\n%mv_commit x -m two")
    shell.run(f"%mv_tag {typed} v1")
    assert list(shell.run("%mv_tag").value) == [name]
    assert shell.run(f"%mv_show {typed}").value.name == "v1"
    assert [v.name for v in shell.run(f"%mv_log --tag {typed}").value] == ["v1"]
    assert [v.name for v in shell.run(f"""%mv_log --where "tag == '{typed}'" """).value] == ["v1"]
    shell.run(f"%mv_tag {typed} --delete")
    shell.run(f"%mv_branch {typed}\n%mv_switch {typed}\nx = 3\n%mv_commit x --tag {typed}")
    head = shell.run("mv.log().value")[0]
    assert (head.branch, head.name) == (name, "v3")
    assert [v.name for v in shell.run(f"%mv_log --branch {typed}").value] == ["v3"]
    assert f"on {name}" in str(shell.run("%mv_status"))
    shell.run(f"%mv_switch main\n%mv_branch {typed} --delete")
    assert list(shell.run("%mv_branch").value) == ["main"]


def test_a_tag_that_cannot_be_told_from_another_is_refused(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x --tag cop")
    error = shell.fails("%mv_tag \u0441\u043e\u0440 v1")
    assert isinstance(error, BadName)
    assert "looks like 'cop' (Cyrillic and Latin letters)" in error.message
    error = shell.fails("%mv_branch b\u0435st")
    assert error.hint == "try: best"  # type: ignore[attr-defined]
    shell.run("%mv_branch größte")
    assert "only in case" in str(shell.fails("%mv_branch Größte"))


@pytest.mark.parametrize("name", ["größe", "данные", "データ", "ĳ"])
def test_a_variable_in_any_script_is_named_as_python_reads_it(shell: Shell, name: str) -> None:
    shell.run(f"import nbmodelver as mv\n{name} = 1")
    for typed in (name, unicodedata.normalize("NFD", name)):
        shell.run(f"%mv_commit {typed}")
    kept = unicodedata.normalize("NFKC", name)
    assert mv_names(shell) == [(kept,), (kept,)]
    shell.run(f"{name} = 2\n%mv_rollback v1 {name} --yes")
    assert shell[kept] == 1


def mv_names(shell: Shell) -> list[tuple[str, ...]]:
    return [v.names for v in shell.run("mv.log().value")]


@pytest.mark.parametrize(
    ("where", "said", "hint"),
    [
        ("metrics.nosuch > 1", "no version has metrics.nosuch", "use one of these metrics: acc, val/loss"),
        ("metrics.ac > 1", "no version has metrics.ac", "did you mean metrics.acc?"),
        ("metrics.val/los > 1", "no version has metrics.val/los", "did you mean metrics.val/loss?"),
        ("params.nosuch", "no version has params.nosuch", "use one of these params: seed, x"),
        ("params.acc > 1", "no version has params.acc", "did you mean metrics.acc?"),
        ("metrics.seed == 7", "no version has metrics.seed", "did you mean params.seed?"),
    ],
)
def test_a_condition_on_what_no_version_has_says_so(shell: Shell, where: str, said: str, hint: str) -> None:
    shell.run("x = 1\n%mv_commit x --metric acc=0.5 --metric val/loss=0.5 --param seed=7")
    error = shell.fails(f'%mv_log --where "{where}"')
    assert isinstance(error, UsageError)
    assert error.message == said
    assert error.hint == hint


@pytest.mark.parametrize(
    ("line", "kind", "hint"),
    [
        ("%mv_commit mdel", UnknownName, "try: %mv_commit model"),
        ("%mv_commit model.coef_", UsageError, "name the whole variable: model"),
        ("%mv_commit model[0]", UsageError, "name the whole variable: model"),
        ("%mv_commit my-model", UsageError, "write names of variables, separated by spaces"),
        ("%mv_commit model lr=0.1", UsageError, "--param lr=0.1"),
        ("%mv_commit model --metric acc=1 - loss", UsageError, "put quotes around an expression"),
        ("%mv_commit model -m two words", UnknownName, 'put a text of several words in quotes: -m "two words"'),
    ],
)
def test_a_hint_has_to_do_with_what_was_written(shell: Shell, line: str, kind: type, hint: str) -> None:
    shell.run("model = {'lr': 1}")
    error = shell.fails(line)
    assert isinstance(error, kind)
    assert hint in error.hint  # type: ignore[attr-defined]
    assert ("--metric" in error.hint) == ("loss" in line or "lr=" in line)  # type: ignore[attr-defined]
