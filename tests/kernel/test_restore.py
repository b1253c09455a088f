"""The verbs that restore: when they ask, and what they say if they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbmodelver.kernel import restore
from nbmodelver.kernel.restore import _with_yes
from nbmodelver.verbs import parse

if TYPE_CHECKING:
    from tests.shells import Shell


@pytest.fixture
def two(shell: Shell) -> Shell:
    shell.run("x = 1\n%mv_commit x")
    shell.run("x = 2\n%mv_commit x")
    return shell


def test_a_shell_that_cannot_ask_changes_nothing_and_names_the_command(two: Shell) -> None:
    shown = two.run("r = %mv_rollback v1\nr")
    assert str(shown) == "nothing was changed; to do it: %mv_rollback v1 --yes"
    assert two["x"] == 2
    assert shown.value.named("changes") == ("x",)


@pytest.mark.parametrize(("answer", "value"), [(True, 1), (False, 2)])
def test_a_shell_that_can_ask_obeys_the_answer(
    two: Shell, monkeypatch: pytest.MonkeyPatch, answer: bool, value: int
) -> None:
    monkeypatch.setattr(restore, "_accepts_input", lambda _shell: True)
    asked: list[str] = []
    monkeypatch.setattr(two.shell, "ask_yes_no", lambda text, **_: (asked.append(text), answer)[1])
    two.run("%mv_rollback v1")
    assert two["x"] == value
    assert asked == ["Roll back? [y/N]"]


def test_nothing_is_asked_if_nothing_is_lost_or_the_setting_is_off(two: Shell) -> None:
    two.run("del x\n%mv_rollback v1 --only-missing")
    assert two["x"] == 1
    two.run("%mv_config confirm_rollback off\n%mv_rollback v2")
    assert two["x"] == 2


def test_a_dry_run_shows_the_plan(two: Shell) -> None:
    assert "Rollback to v1" in str(two.run("%mv_rollback v1 --dry-run"))
    assert two["x"] == 2


def test_undo_and_redo_name_each_other(two: Shell) -> None:
    two.run("%mv_rollback v1 --yes")
    assert "%mv_redo restores it" in str(two.run("%mv_undo"))
    assert two["x"] == 2
    assert "%mv_undo restores it" in str(two.run("%mv_redo"))
    assert two["x"] == 1


def test_a_merge_of_a_version_that_is_part_of_the_current_one_does_nothing(two: Shell) -> None:
    shown = two.run("%mv_merge v1")
    assert str(shown) == "v1 is already part of v2: nothing to merge"
    assert shown.value.name == "v2"


def test_one_variable_of_another_version_is_committed(two: Shell) -> None:
    two.run("y = 3\n%mv_commit y")
    shown = two.run("%mv_cherry v1 x")
    assert two["x"] == 1
    assert "x" in shown.value.names


def test_the_command_without_a_question_repeats_the_arguments() -> None:
    assert _with_yes(parse("rollback", "v1 df model")) == "%mv_rollback v1 df model --yes"
    assert _with_yes(parse("rollback", "v1 --as old_")) == "%mv_rollback v1 --as old_ --yes"
