"""Undo and redo of rollbacks that bring only some names: HEAD stays, and what came goes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv

if TYPE_CHECKING:
    from tests.shells import Shell


@pytest.fixture
def gone(shell: Shell) -> Shell:
    """`x` was deleted since v1, the others are other values now."""
    shell.run("x = [1]; y = {'x': x}; z = 5\n%mv_commit x y z")
    shell.run("y['k'] = 1; z = 6; del x")
    return shell


def test_what_was_missing_goes_again_and_comes_again(gone: Shell) -> None:
    assert "Restored from v1" in str(gone.run("%mv_rollback v1 --only-missing --yes"))
    assert gone["x"] == [1]
    gone.run("x.append(100)\n%mv_undo")
    assert "x" not in gone
    assert (gone["y"], gone["z"]) == ({"x": [1], "k": 1}, 6)
    gone.run("%mv_redo")
    assert gone["x"] == [1, 100]
    gone.run("%mv_undo")
    assert "x" not in gone


def test_one_name_of_several_goes_again(gone: Shell) -> None:
    gone.run("del y\n%mv_rollback v1 x z --yes")
    assert (gone["x"], gone["z"]) == ([1], 5)
    gone.run("%mv_undo")
    assert "x" not in gone
    assert "y" not in gone
    assert gone["z"] == 6


def test_a_way_back_to_nothing_missing_makes_no_version_and_no_step(gone: Shell) -> None:
    gone.run("%mv_rollback v1 --only-missing --yes")
    before = len(mv.open().log())
    said = str(gone.run("z = 7\n%mv_rollback v1 --only-missing --yes"))
    assert "none of its variables is missing" in said
    assert "%mv_undo" not in said
    assert len(mv.open().log()) == before
    gone.run("%mv_undo")
    assert "x" not in gone


def test_a_rollback_to_what_is_there_already_moves_head_and_can_be_undone(shell: Shell) -> None:
    shell.run("x = 1\n%mv_commit x")
    shell.run("x = 2\n%mv_commit x")
    shell.run("x = 1\n%mv_rollback v1 --yes")
    assert mv.open().history.head.number == 1
    shell.run("%mv_undo")
    assert shell["x"] == 1
    assert mv.open().history.head.message == "before rollback to v1"


def test_copies_under_other_names_are_said_to_be_that(gone: Shell) -> None:
    assert "Copied from v1" in str(gone.run("%mv_rollback v1 --as old_ --yes"))
    assert gone["old_z"] == 5
    assert gone["z"] == 6
