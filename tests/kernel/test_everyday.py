"""What first users met in notebooks of their own: small things, each of which cost them a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Shell


def test_methods_of_builtins_need_no_package(shell: Shell) -> None:
    """A matplotlib figure holds one, `list.remove`: its rollback was said to need "the package None"."""
    shell.run("word = {'f': 'abc'.upper, 'g': dict.fromkeys, 'h': [1].append}")
    version = shell.run("%mv_commit --all")
    assert not [c for g in version.groups for c in g.classes if c.startswith("None")]
    shell.run("del word")
    plan = shell.run("%mv_rollback v1 --dry-run")
    assert plan.named("appears") == ("word",)
    shell.run("%mv_rollback v1 --yes")
    assert shell["word"]["f"]() == "ABC"


def test_definitions_that_share_with_each_other_and_with_names_are_kept(shell: Shell) -> None:
    """Those that are stored together were looked for under the first one's key only, and the commit broke off."""
    shell.run("class A: kin = []\nclass B: kin = A.kin\nclass C: rows = []\nrows = C.rows; every = [A(), B(), C()]")
    assert not shell.run("%mv_commit --all").skipped
    shell.run("del A, B, C, rows, every")
    shell.run("%mv_rollback v1 --yes")
    assert shell["A"].kin is shell["B"].kin
    assert shell["C"].rows is shell["rows"]


def test_one_note_is_one_line_whoever_it_is_about(shell: Shell) -> None:
    shell.run("import functools\n@functools.lru_cache\ndef fib(n): return n\nfibs = [fib]")
    said = str(shell.run("%mv_commit --all")).splitlines()
    assert said[1:] == ["  fib, fibs: a function under lru_cache comes back with an empty cache"]


def test_a_status_names_types_as_a_version_does(shell: Shell) -> None:
    shell.run("params = {'a': 1}; %mv_commit params".replace("; %", "\n%"))
    shell.run("params['a'] = 2; other = {'b': 1}")
    rows: dict[str, Any] = {c.name: c.type for c in shell.run("%mv_status").changes}
    assert rows == {"params": "dict", "other": "dict"}


def test_a_version_shows_cells_that_did_something_and_counts_packages(shell: Shell) -> None:
    shell.run("params = {'a': 1}")
    shell.run("%mv_status" if "no store" in shell.said else "%mv_init")
    shell.run("%mv_commit")
    said = str(shell.run("%mv_show"))
    assert "1 cell run since the version before" in said
    assert "%mv_init" not in said
    assert " packages" in said
    assert "ipython " not in said
