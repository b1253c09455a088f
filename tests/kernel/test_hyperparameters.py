"""Hyperparameters that matter, and what a diff points at, in a notebook (issue 12, cases 03 and 12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell

UNSEEN = "in nothing that a profile shows"


def params(shell: Shell) -> dict[str, Any]:
    return dict(shell.run("import nbmodelver as mv\nmv.log().value")[0].params)


def differing(shell: Shell) -> str:
    """The diff of the last two versions, its code aside."""
    said = str(shell.run("%mv_diff")).partition("\nCode\n")[0]
    assert UNSEEN not in said
    return re.sub(r" +", " ", said)


def test_vocabularies_texts_and_labels_are_no_hyperparameters(shell: Shell) -> None:
    shell.run("vocab = {f'w{i}': i for i in range(2000)}; lr = 1e-3; texts = [f'text {i}' for i in range(5000)]")
    shell.run("labels = ['a', 'b'] * 900; prompt = 'Say it. ' * 40\n%mv_commit")
    assert params(shell) == {"lr": 1e-3}
    assert "lr 0.001" in re.sub(r" +", " ", str(shell.run("%mv_show")))
    shell.run("texts[4000] = 'other'; vocab['unk'] = 1; labels[1] = 'c'; prompt = prompt[:100] + '!' + prompt[100:]")
    shell.run("%mv_commit")
    said = differing(shell)
    assert "~ [4000] text 4000 other" in said
    assert "+ 'unk' 1" in said
    assert "~ [1] b c" in said
    assert "size (MB)" not in said
    before, after = next(line for line in said.splitlines() if line.startswith("~ value ") and "…" in line).split("…")[
        1::2
    ][:2]
    assert before != after


def test_a_changed_text_of_the_first_is_not_the_same_words_twice(shell: Shell) -> None:
    shell.run("texts = [f'text {i}' for i in range(5000)]; few = ['a long item of a list'] * 30\n%mv_commit")
    shell.run("texts[3] = 'other'; few[25] = 'another'\n%mv_commit")
    said = differing(shell)
    assert "~ [3] text 3 other" in said
    assert "another" in said


@pytest.mark.parametrize(
    ("made", "changed", "path", "row"),
    [
        (
            "class cfg:\n    lr = 0.1\n    class opt:\n        beta = 0.9",
            "cfg.opt.beta = 0.8",
            "cfg.opt.beta",
            "0.9 0.8 -0.1",
        ),
        ("class C:\n    pass\ncfg = C(); cfg.lr = 0.1", "cfg.lr = 0.2", "cfg.lr", "0.1 0.2 +0.1"),
        ("import argparse; cfg = argparse.Namespace(lr=0.1)", "cfg.lr = 0.2", "cfg.lr", "0.1 0.2 +0.1"),
        (
            "cfg = {'opt': {'sched': {'warmup': 5}}}",
            "cfg['opt']['sched']['warmup'] = 6",
            "cfg.opt.sched.warmup",
            "5 6 +1",
        ),
        ("class E(dict):\n    pass\ncfg = E(lr=1, opt=E(b=2))", "cfg['opt']['b'] = 3", "cfg.opt.b", "2 3 +1"),
        (
            "import attr\n@attr.define\nclass A:\n    lr: float = 0.1\ncfg = A()",
            "cfg.lr = 0.2",
            "cfg.lr",
            "0.1 0.2 +0.1",
        ),
    ],
)
def test_a_value_inside_a_configuration_is_a_parameter(
    shell: Shell, made: str, changed: str, path: str, row: str
) -> None:
    shell.run(f"{made}\n%mv_commit cfg")
    assert path in params(shell)
    shell.run(f"{changed}\n%mv_commit cfg")
    assert f"~ {path} {row}" in differing(shell)
    assert shell.run(f'%mv_log --where "params.{path} == {row.split()[1]}"').value[0].name == "v2"


def test_omegaconf_is_told_by_path(shell: Shell) -> None:
    pytest.importorskip("omegaconf")
    shell.run("from omegaconf import OmegaConf\ncfg = OmegaConf.create({'opt': {'lr': 0.1, 'b': [1, 2]}})\n%mv_commit")
    assert params(shell) == {"cfg.opt.lr": 0.1, "cfg.opt.b": [1, 2]}
    shell.run("cfg.opt.lr = 0.2; cfg.opt.b[1] = 3\n%mv_commit")
    said = differing(shell)
    assert "~ cfg.opt.lr 0.1 0.2 +0.1" in said
    assert "~ opt.b[1] 2 3" in said


def test_a_secret_inside_a_configuration_is_no_parameter(shell: Shell) -> None:
    shell.run("class CFG:\n    lr = 0.1\n    api_key = 'sk-' + 'abcd1234' * 5\n%mv_commit CFG")
    assert params(shell) == {"CFG.lr": 0.1}


@pytest.mark.parametrize(
    ("made", "changed", "row"),
    [
        ("x = {1, 2, 'a'}", "x.add('b')", "+ 'b'"),
        ("x = b'a' * 300", "x = b'a' * 200 + b'b' + b'a' * 99", "~ [200] "),
        ("x = {'a': [1, (2, {3, 4})]}", "x['a'][1] = (2, {3, 5})", "+ a[1][1][5]"),
        ("x = ('a', 'b', [1] * 100)", "x[2][70] = 2", "~ [2][70] 1 2"),
        ("x = ['word'] * 100", "x.insert(50, 'new')", "new"),
        ("x = {(1, 2): 'a'}", "x[(1, 2)] = 'b'", "a b"),
        ("import pandas as pd; x = pd.DataFrame({'n': [1, 2]})", "x['n'] = [1, 3]", "~ n[1] 2 3"),
        (
            "import pandas as pd; x = pd.DataFrame({'n': [1, 2]})",
            "x['n'] = [2, 1]",
            "another order 2 sorted by n, descending",
        ),
        (
            "import pandas as pd; x = pd.DataFrame({'c': pd.Categorical(['a', 'b'], ['a', 'b', 'c'])})",
            "x['c'] = x.c.cat.reorder_categories(['c', 'a', 'b'])",
            "~ categories of c a, b, c c, a, b",
        ),
        (
            "import pandas as pd; x = pd.Series(['a'], dtype='category')",
            "x = x.cat.as_ordered()",
            "same values category category, ordered",
        ),
        ("x = 'a' * 500", "x = 'a' * 400 + 'b' * 100", "…"),
        ("class O: pass\nx = O(); x.it = [1, object]", "x.it[0] = 2", "~ it[0] 1 2"),
    ],
)
def test_a_change_is_pointed_at(shell: Shell, made: str, changed: str, row: str) -> None:
    shell.run(f"{made}\n%mv_commit x")
    shell.run(f"{changed}\n%mv_commit x")
    assert row in differing(shell)


def test_a_thousand_scalars_do_not_hide_what_the_model_was_made_with(shell: Shell) -> None:
    shell.run("globals().update({f'z{i}': i for i in range(1000)}); depth, seed, note = 3, 7, 'x'")
    shell.run("from sklearn.tree import DecisionTreeClassifier\nmax_features = 2; cfg = {'lr': 0.1}")
    shell.run(
        "model = DecisionTreeClassifier(\n    max_depth=depth,\n    random_state=seed\n)\n%mv_commit --param given=1"
    )
    said = re.sub(r" +", " ", str(shell.run("%mv_show"))).partition("\nParameters\n")[2]
    shown = [line.split(" ")[0] for line in said.partition("other plain values")[0].splitlines() if line]
    assert shown[:2] == ["model.criterion", "model.splitter"]
    assert {"model.max_depth", "cfg.lr", "depth", "seed", "max_features", "given"} <= set(shown)
    assert not [name for name in shown if name.startswith("z")]
    assert "and 1,001 other plain values" in said
    first = list(shell.run("import nbmodelver as mv; mv.log().value")[0].ordered_params)[:14]
    assert {n.partition(".")[0] for n in first} == {"model", "cfg"}


def test_the_names_that_are_the_same_are_called_names(shell: Shell) -> None:
    shell.run("x = 1; y = 2\n%mv_commit")
    shell.run("x = 3\n%mv_commit")
    said = str(shell.run("%mv_diff"))
    assert "1 variable unchanged" in said
    assert "1 parameter unchanged" in said
