"""Every example of docs/verbs, of the help and of the command line's help runs as it stands, comment and all."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbmodelver import cli
from nbmodelver.verbs import VERBS, help_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shells import Shell

PAGES = Path(__file__).parents[2] / "docs" / "verbs"
STUDY = """\
import pandas as pd
from sklearn.linear_model import LinearRegression
patients = df = pd.DataFrame({"age": [30.0, 40, 50], "y": [1.0, 2, 3]})
X, y = df[["age"]], df.y
model = LinearRegression().fit(X, y)
"""
COMMIT = """\
df = df.copy(); df.loc[0, 'age'] += 1; fid = {n}
%mv_commit df model patients -m more --metric acc=0.9 --metric val_loss=0.5 --metric fid=fid"""
TREES = "%mv_branch trees\n%mv_switch trees\nlr = 0.1\n%mv_commit lr -m trees\n%mv_switch main"
LEAK = """\
import numpy as np
X_train = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 4)))
X_test = X_train[:60].reset_index(drop=True)
%mv_commit X_train X_test"""
VISITS = """\
train = pd.DataFrame({"patient": [1, 1, 2, 2], "visited": pd.date_range("2024-01-01", periods=4)})
test = train.assign(patient=3)
%mv_commit train test"""
CHURN = ["%mv_register churn v1 --model model", "%mv_register churn v2 --model model --number 1.1.0"]
IN_PRODUCTION = [*CHURN, "%mv_promote churn/1.1.0 --to production -m first"]
FRESH = """\
import contextlib, sqlite3
df_train = df[["age", "y"]]
%mv_commit df_train model
%mv_register churn HEAD --model model
%mv_promote churn/1.0.0 --to production -m first
df_train.to_csv("fresh.csv", index=False)
with contextlib.closing(sqlite3.connect("sales.db")) as db: df_train.to_sql("orders", db, index=False)"""
PEOPLE = """\
import os, pathlib
pathlib.Path("data").mkdir(exist_ok=True)
os.system("echo a > data/people.csv")
people = pathlib.Path("data/people.csv").read_text()
%mv_commit people"""
TEAM = "%mv_remote add origin ../team"
BEFORE = {
    "monitor": [FRESH],
    "ci": IN_PRODUCTION,
    "models": IN_PRODUCTION,
    "promote": IN_PRODUCTION,
    "approve": CHURN,
    "deprecate": CHURN,
    "archive": CHURN,
    "deploy": IN_PRODUCTION,
    "trace": IN_PRODUCTION,
    "card": [*IN_PRODUCTION],
    "report": IN_PRODUCTION,
    "lineage": ["%mv_register churn v1 --model model", "%mv_promote churn/1.0.0 --to production -m first"],
    "audit": IN_PRODUCTION,
    "policy": ["import pathlib; pathlib.Path('.nbmodelver/policy.toml').write_text('format = 1')"],
    "diff": [VISITS],
    "note": [LEAK],
    "compare": ["%mv_tag best v3"],
    "log": [TREES],
    "merge": [TREES],
    "switch": [TREES],
    "forget": ["%mv_gc --dry-run"],
    "probe": ["%mv_commit model patients --probe patients"] * 2,
    "undo": ["%mv_rollback v2 --yes"],
    "redo": ["%mv_rollback v2 --yes", "%mv_undo"],
    "purge": [PEOPLE, TEAM],
    "git": ["import subprocess; _ = subprocess.run(['git', 'init', '-q'], check=True)"],
    "push": [TEAM],
    "fetch": [TEAM, "%mv_push"],
    "pull": [TEAM, "%mv_push"],
    "clone": [TEAM, "%mv_push"],
    "import": ["%mv_export v3 -o best.nbmv.zip", "%mv_export v3 exported --to files"],
    "export": ["import shutil; [shutil.rmtree(f, ignore_errors=True) for f in ('served', 'image', 'rebuilt')]"],
    "bundle": ["%mv_export v3 -o best.nbmv.zip", "import shutil; shutil.rmtree('best', ignore_errors=True)"],
    "rerun": ["%mv_export v3 -o best.nbmv.zip"],
}
"""What a page's examples take for granted beside a study of six versions."""
BETWEEN = {
    "%mv_merge trees --take": """\
model = LinearRegression().fit(X, y + 1)
%mv_commit model
%mv_switch trees
df = df.copy(); df.loc[1, 'age'] = 99; model = LinearRegression().fit(X, -y)
%mv_commit df model
%mv_switch main
df.loc[1, 'age'] = 98
%mv_commit df""",
    "%mv_forget v5 --undo": "%mv_commit df\n%mv_forget v5 --force",
}
"""What has to happen before one of them: the page describes another situation there."""
NEED_PYRAGE = tuple(f"{start}remote {what}" for start in ("%mv_", "nbmodelver ") for what in ("add safe", "key"))


def lines_of(page: Path) -> list[str]:
    """The lines of the page's examples."""
    block = re.search(r"## Examples\n\n```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert block is not None, page
    return [line for line in block[1].splitlines() if _can_run(line)]


def _can_run(line: str) -> bool:
    """False for an example of encryption in a lane without its libraries."""
    return find_spec("pyrage") is not None or not line.startswith(NEED_PYRAGE)


@pytest.fixture
def study(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A notebook with six versions."""
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path / "study")
    shell.run(STUDY)
    for n in range(6):
        shell.run(COMMIT.format(n=12 - n) + (":lower" if n == 0 else ""))
    return shell


@pytest.mark.parametrize("name", [p.stem for p in sorted(PAGES.glob("*.md")) if p.stem != "index"])
def test_the_examples_of_a_page_run_as_they_stand(study: Shell, name: str) -> None:
    for cell in BEFORE.get(name, []):
        study.run(cell)
    for line in lines_of(PAGES / f"{name}.md"):
        for start, cell in BETWEEN.items():
            if line.startswith(start):
                study.run(cell)
        study.run(line)


@pytest.mark.parametrize("name", VERBS)
def test_the_help_shows_the_examples_that_run(name: str) -> None:
    shown = re.sub(r" +", " ", help_text(VERBS[name]))
    assert all(re.sub(r" +", " ", line) in shown for line in lines_of(PAGES / f"{name}.md"))


def command_lines() -> Iterator[tuple[str, list[str]]]:
    for name, verb in VERBS.items():
        if not verb.kernel:
            examples = help_text(verb, command=True).partition("\nExamples\n")[2]
            yield (
                name,
                [
                    line.strip()
                    for line in examples.splitlines()
                    if line.strip().startswith("nbmodelver ") and _can_run(line.strip())
                ],
            )


@pytest.mark.parametrize(("name", "lines"), [*command_lines()], ids=lambda v: v if isinstance(v, str) else "")
def test_the_examples_of_the_command_line_run_as_they_stand(study: Shell, name: str, lines: list[str]) -> None:
    assert lines
    for cell in BEFORE.get(name, []):
        study.run(cell)
    for line in lines:
        for start, cell in BETWEEN.items():
            if line.startswith(start.replace("%mv_", "nbmodelver ")):
                study.run(cell)
        assert cli.main(shlex.split(line, comments=True)[1:]) == 0, line


@pytest.mark.parametrize(
    "line",
    [
        '%mv_commit df -m "deeper trees"   # keep it', "%mv_commit df;", "%mv_commit df -m one;", "%mv_log # 'open",
        "%mv_rollback v1 --yes;", "%mv_show v1 df ;  # (", "%mv_status;", "%mv_status ;", "if 1:\n    %mv_status;",
        "x = %mv_log;  # all", "x = %mv_log -n 1  # the last",
        "%%mv_commit  # and this\nz = 1", "%%mv_commit -m two;\nz = 2",
    ],
)  # fmt: skip
def test_a_line_as_people_paste_it_is_taken(study: Shell, line: str) -> None:
    study.run(line)
    last = study.run("import nbmodelver as mv\nmv.log().value")[0]
    assert last.message in ("more", "deeper trees", "one", "two", "") or last.auto


def test_a_text_that_holds_such_a_line_stays_as_it_is(study: Shell) -> None:
    study.run('text = """\n%mv_status;\n"""; other = "%mv_status;"')
    assert study["text"] == "\n%mv_status;\n"
    assert study["other"] == "%mv_status;"
