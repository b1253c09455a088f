"""What a commit or a rollback says is seen wherever the line stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell

PRELUDE = "import nbmodelver as mv\ng = (i for i in range(3)); x = 1; api_key = 'sk-' + 'abcd1234' * 5"
LEFT_OUT = ("v1 · 1 variable", "not kept: g: a generator", "not kept: api_key")
CELLS = {
    "before another line": "%mv_commit x g api_key\nprint('done')",
    "in a loop": "for i in range(1):\n    %mv_commit x g api_key",
    "in an if": "if True:\n    %mv_commit x g api_key",
    "in a function": "def f():\n    %mv_commit x g api_key\nf()\n1",
    "a function whose result is returned": "def f():\n    return mv.commit('x g api_key'.split())\ny = f()",
    "assigned": "v = %mv_commit x g api_key",
    "in a try": "try:\n    %mv_commit x g api_key\nfinally:\n    pass",
    "with a semicolon": "%mv_commit x g api_key;",
    "a function call in a loop": "for i in range(1): mv.commit('x', 'g', 'api_key')",
    "a function call before a line": "mv.commit('x', 'g', 'api_key')\nprint('done')",
    "under time": "%%time\n%mv_commit x g api_key\nprint('done')",
    "in a with": "import contextlib\nwith contextlib.nullcontext():\n    mv.commit('x', 'g', 'api_key')",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_what_was_left_out_is_seen(shell: Shell, cell: str) -> None:
    shell.run(PRELUDE)
    shell.run(cell)
    for said in LEFT_OUT:
        assert shell.said.count(said) == 1, shell.said


@pytest.mark.parametrize("cell", ["%mv_commit x g", "mv.commit('x', 'g')", "%%time\n%mv_commit x g"])
def test_the_last_line_is_shown_once_as_the_value_of_the_cell(shell: Shell, cell: str) -> None:
    shell.run(PRELUDE)
    result = shell.run(cell)
    assert shell.said.count("v1 · 1 variable") == 1
    assert str(result).count("not kept: g") == 1


def test_captured_output_does_not_hide_what_was_left_out(shell: Shell) -> None:
    shell.run(PRELUDE)
    shell.run("%%capture out\n%mv_commit x g\nprint('done')")
    assert "done" not in shell.said
    assert "not kept: g: a generator" in shell.said
    shell.run("%%capture\n%mv_commit x")
    assert shell.said == ""


def test_a_look_in_the_middle_is_shown_and_an_assigned_one_is_not(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x")
    shell.run("%mv_log\nprint('done')")
    assert "v1" in shell.said
    shell.run("versions = %mv_log")
    assert shell.said == ""
    assert len(shell["versions"]) == 1


def test_a_rollback_in_the_middle_says_what_it_did(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x\nx = 2")
    shell.run("%mv_rollback v1 --yes\n%mv_undo\nprint(x)")
    assert "Rolled back to v1" in shell.said
    assert shell.said.count("1 changed") >= 2


def test_an_automatic_commit_says_once_what_it_leaves_out(shell: Shell) -> None:
    shell.run("%mv_auto on")
    shell.run("g, x = (i for i in []), 1")
    assert "not kept: g: a generator" in shell.said
    shell.run("x = 2")
    shell.run("x = 3")
    assert "not kept" not in shell.said


def test_a_commit_of_the_library_warns(tmp_path: Any) -> None:
    import nbmodelver as mv
    from nbmodelver.errors import NotKept

    repo = mv.open(tmp_path / "s", create=True)
    with pytest.warns(NotKept, match="g is not kept: a generator"):
        repo.commit({"g": (i for i in []), "x": 1})
