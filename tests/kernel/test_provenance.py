"""The history of a thing in a real shell: notes, accepted findings, history and blame of a variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbmodelver import cli
from nbmodelver.errors import UsageError

if TYPE_CHECKING:
    import pytest

    from tests.shells import Shell


LEAK = """\
import numpy as np, pandas as pd
X_train = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 4)))
X_test = X_train[:60].reset_index(drop=True)
%mv_commit X_train X_test"""


def test_a_note_is_set_by_magic_function_and_command_line(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import nbmodelver as mv\na = 1\n%mv_commit a")
    assert str(shell.run("%mv_note")) == "v1 has no note: %mv_note v1 TEXT sets one"
    assert str(shell.run('%mv_note "used in the report"')) == "note of v1: used in the report"
    assert shell.run("mv.note('v1', 'of two\\nlines')").value == "of two\nlines"
    assert str(shell.run("%mv_note v1")).splitlines() == ["v1 of two", "   lines"]
    assert cli.main(["note", "v1", ""]) == 0
    assert "removed the note of v1" in capsys.readouterr().out
    assert cli.main(["note", "--accept", "leak:a,b", "known"]) == 2


def test_an_accepted_finding_is_silent_afterwards(shell: Shell) -> None:
    assert "! " in str(shell.run(LEAK))
    error = shell.fails("%mv_note --accept leak:X_train,X_test")
    assert isinstance(error, UsageError)
    said = shell.run('%mv_note --accept leak:X_train,X_test "a sample on purpose"')
    assert str(said) == "accepted leak:X_train,X_test: a sample on purpose"
    assert "! " not in str(shell.run("%mv_log"))


def test_the_history_of_a_variable_says_what_changed(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import nbmodelver as mv, pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})\n%mv_commit df -m first")
    shell.run("lr = 1\n%mv_commit lr df -m other")
    shell.run("df = df.assign(b=1.0)\n%mv_commit df -m wider")
    shell.run("df = df[['a']]\n%mv_commit df -m back")
    said = [re.sub("  +", "  ", text) for text in str(shell.run("shown = %mv_history df\nshown")).splitlines()]
    said = [re.sub(r"  [0-9.]+ k?B", "", text).partition("just now  ")[2] for text in said[1:]]
    assert said == ["- b (equal to v1)  back", "+ b  wider", "new  first"]
    assert str(shell["shown"]).splitlines()[1].startswith("~ v4 (HEAD)")
    found = shell.run("mv.history('df', limit=1)").value
    assert ([s.version.name for s in found.steps], found.more) == (["v4"], 2)
    assert cli.main(["history", "df"]) == 0
    assert "wider" in capsys.readouterr().out
    error = shell.fails("%mv_history dff")
    assert (error.message, error.hint) == ("no version has 'dff'", "did you mean 'df'?")


def test_the_best_version_by_a_metric_is_named(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import nbmodelver as mv\na = 1\n%mv_commit a --metric acc=0.9")
    shell.run("a = 2\n%mv_commit a --metric acc=0.7")
    assert str(shell.run("%mv_best acc")).startswith("v1 · acc 0.9 · 0.2 better than the current version v2")
    assert shell.run("mv.best('acc')").value.name == "v1"
    assert cli.main(["best", "acc"]) == 0
    assert "v1 · acc 0.9" in capsys.readouterr().out
    assert shell.fails("%mv_best f1").message == "no version has the metric 'f1'"


def test_blame_names_the_cells_that_made_a_variable(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import nbmodelver as mv\nfrom sklearn.linear_model import Ridge\nX = [[1.0], [2.0]]\ny = [1.0, 2.0]")
    shell.run("%mv_commit X y -m data")
    shell.run("model = Ridge()")
    shell.run("model.fit(X, y)\nmodel.score(X, y)")
    shell.run("%mv_commit X y model -m fitted")
    said = [text.rstrip() for text in str(shell.run("%mv_blame model")).splitlines()]
    assert said[0].startswith("model · sklearn.linear_model")
    assert "since v2 (just now) · fitted" in said[0]
    assert said[1].endswith("] assigned it")
    assert said[3].endswith("] can have changed it · reads X (since v1), y (since v1)")
    assert shell.run("mv.blame('X')").value.since.name == "v1"
    assert cli.main(["blame", "model"]) == 0
    assert "model.fit(X, y)" in capsys.readouterr().out


def test_blame_of_a_cell_says_since_when_it_has_its_value(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("import nbmodelver as mv, pandas as pd\ndf = pd.DataFrame({'age': [30, 40]})\n%mv_commit df -m first")
    shell.run("df.loc[1, 'age'] = 41")
    shell.run("%mv_commit df -m corrected")
    said = [text.rstrip() for text in str(shell.run("%mv_blame df --cell 1 age")).splitlines()]
    assert said[:3] == [
        "df[1, age] = 41 · since v2 (just now) · corrected",
        "  the row is found by its position",
        "  in v1 it was 40",
    ]
    assert "df.loc[1, 'age'] = 41" in said[-1]
    assert shell.run("mv.blame('df', 0, 'age', cell=True)").value.since.name == "v1"
    assert cli.main(["blame", "df", "--cell", "1", "age", "--version", "v1"]) == 0
    assert "df[1, age] = 40 · since v1" in capsys.readouterr().out
    assert "--cell 1 age" in shell.fails("%mv_blame df 1 age").hint
    assert "ROW COLUMN" in shell.fails("%mv_blame df --cell").hint


def test_a_cherry_takes_the_data_back_and_keeps_the_rest(shell: Shell) -> None:
    shell.run("import nbmodelver as mv\ndf, lr = [1, 2], 0.1\n%mv_commit df lr")
    shell.run("df, lr = [1, 2, 3], 0.2\n%mv_commit df lr")
    said = str(shell.run('%mv_cherry v1 df -m "honest split"'))
    assert said.startswith("v3 · 2 variables")
    assert "df from v1" in said
    assert (shell["df"], shell["lr"]) == ([1, 2], 0.2)
    assert shell.run("mv.log().value")[0].message == "honest split (df from v1)"
    shell.run("%mv_undo")
    assert (shell["df"], shell["lr"]) == ([1, 2, 3], 0.2)
    assert shell.run("mv.cherry('v1', 'df', 'lr').value").name == "v4"
    assert "needs" in shell.fails("%mv_cherry v1").message
    assert cli.main(["cherry", "v1", "df"]) == 2
