"""`%mv_why` in a notebook: from the cells of the user to the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbmodelver as mv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shells import Shell

CELLS = (
    "rows = [1, 2, 3]\nscale = 2",
    "def total(rows):\n    return sum(rows) * scale",
    "%mv_commit --metric total=total(rows)",
    "rows = [1, 2, 3, 10]\nscale = 3",
    "%mv_commit --metric total=total(rows)",
)


def test_the_expression_of_a_metric_is_recorded_and_measured_again(shell: Shell, tmp_path: Path) -> None:
    for cell in CELLS:
        shell.run(cell)
    assert mv.open(tmp_path)["v2"].expressions == {"total": "total(rows)"}
    found = shell.run("%mv_why")
    assert [(c.title, c.effect) for c in found.causes if c.effect] == [("rows", 25.0), ("scale", 11.0)]
    assert "rows explains 69 % of it" in str(found)
    assert shell["scale"] == 3


def test_a_literal_and_a_direction_are_not_recorded(shell: Shell, tmp_path: Path) -> None:
    shell.run("loss = 3.0")
    shell.run("%mv_commit --metric acc=0.9 --metric fid=loss:lower")
    assert mv.open(tmp_path)["v1"].expressions == {"fid": "loss"}


def test_a_cell_magic_is_explained_by_its_own_cell(shell: Shell) -> None:
    for scale in (2, 5):
        shell.run(f"%%mv_commit --metric total=total\nscale = {scale}\ntotal = 10 * scale")
    found = shell.run("%mv_why total")
    assert [(c.what, c.effect) for c in found.causes] == [(("2 → 5",), 30.0)]


def test_a_call_and_json_give_the_same(shell: Shell) -> None:
    for cell in CELLS:
        shell.run(cell)
    shell.run("import nbmodelver as mv\nfound = mv.why('total', 'v1', 'v2')")
    assert [c.title for c in shell["found"].causes if c.effect] == ["rows", "scale"]
    assert '"effect": 25.0' in str(shell.run("%mv_why total --json"))


def test_a_purge_takes_expressions_with_the_name_along(shell: Shell, tmp_path: Path) -> None:
    for cell in CELLS[:3]:
        shell.run(cell)
    shell.run("%mv_purge rows --yes")
    assert mv.open(tmp_path)["v1"].expressions == {}


def test_a_bisection_can_run_in_a_child_process(shell: Shell) -> None:
    for n in (1, 2, 50, 60):
        shell.run(f"rows = list(range({n}))")
        shell.run("%mv_commit rows")
    found = shell.run("%mv_bisect v1 HEAD len(rows) < 10 --safe")
    assert found.first_bad.version.name == "v3"
    crashing = "%%mv_bisect v1 HEAD --safe\nimport os\nassert len(rows) < 10\nif len(rows) == 2: os._exit(3)"
    found = shell.run(crashing)
    assert [(t.version.name, t.why) for t in found.between] == [("v2", "it ended the process (exit status 3)")]
    assert found.first_bad.version.name == "v3"


def test_a_commit_with_a_worse_metric_points_to_the_explanation(shell: Shell) -> None:
    shell.run("import numpy as np\ntest = np.zeros((400, 2))\nacc = 0.9\ntrain = np.ones((9, 2))")
    shell.run("%mv_commit --role train=train --role test=test --metric acc=acc")
    shell.run("acc = 0.5")
    assert "%mv_why acc v1 v2" in str(shell.run("%mv_commit --metric acc=acc"))
