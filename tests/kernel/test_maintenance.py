"""Forgetting, repairing and the like from cells: what the notebook holds is left alone, and the way back says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UnknownVersion, UsageError

if TYPE_CHECKING:
    from tests.shells import Shell


@pytest.fixture
def history(shell: Shell) -> Shell:
    """Three versions, the second left by a rollback."""
    for n in (1, 2, 3):
        shell.run(f"x = {{'depth': {n}}}")
        shell.run(f"%mv_commit x -m step{n}")
    return shell


def test_a_forgotten_version_is_out_of_the_log_and_the_variables_stay(history: Shell) -> None:
    history.run("%mv_forget v2")
    assert [v.number for v in history.run("%mv_log")] == [3, 1]
    assert history["x"] == {"depth": 3}
    history.run("%mv_rollback HEAD~1 --yes")
    assert history["x"] == {"depth": 1}
    error = history.fails("%mv_rollback v2 --yes")
    assert isinstance(error, UnknownVersion)
    assert "v2 was forgotten" in error.message


def test_undo_to_a_forgotten_version_is_a_clear_error_and_changes_nothing(history: Shell) -> None:
    history.run("%mv_rollback v1 --yes")
    history.run("%mv_rollback v3 --yes")
    history.run("%mv_forget v1")
    error = history.fails("%mv_undo")
    assert isinstance(error, UnknownVersion)
    assert "v1 was forgotten" in error.message
    assert error.hint
    assert history["x"] == {"depth": 3}
    history.run("%mv_forget v1 --undo")
    history.run("%mv_undo")
    assert history["x"] == {"depth": 1}


def test_where_the_notebook_stands_is_not_forgotten(history: Shell) -> None:
    history.run("%mv_rollback v2 --yes")
    assert isinstance(history.fails("%mv_forget v2"), UsageError)
    assert isinstance(history.fails("%mv_forget v3"), UsageError)  # The tip of main.
    history.run("%mv_forget v2 --force")
    assert [v.number for v in history.run("%mv_log")] == [3, 1]
    history.run("x = {'depth': 9}")
    history.run("%mv_commit x")
    assert history.run("%mv_show").parents == (history.run("%mv_show v1").id,)


def test_stats_repair_and_backup_answer_in_a_notebook(history: Shell) -> None:
    assert history.run("%mv_stats").versions == 3
    assert history.run("%mv_repair").moved == ()
    done = history.run("%mv_backup copied")
    assert done.versions == 3
    history.run("%mv_gc --now")
    assert history.run("%mv_verify --full").value == []
