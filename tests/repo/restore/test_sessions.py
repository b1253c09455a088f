"""Random state, options and working directory in a rollback."""

from __future__ import annotations

import copy
import os
import random
import sys
from typing import Any

import pytest

from nbmodelver.codecs import session
from nbmodelver.repo.restore.sessions import SessionState


@pytest.fixture
def then() -> dict[str, Any]:
    """A state in which the generator of Python had another seed."""
    random.seed(1)
    state = copy.deepcopy(session.take())
    random.seed(2)
    return state


def test_an_equal_state_has_no_notes() -> None:
    made = SessionState("v1", session.take(), restores=True)
    assert not made.differs
    assert list(made.notes()) == []


def test_what_is_restored_is_named_with_the_way_to_keep_it(then: dict[str, Any]) -> None:
    made = SessionState("v1", then, restores=True)
    assert made.differs
    assert list(made.notes()) == ["restored from v1: random state (Python); to keep the current state: --no-session"]
    made.restore()
    first = random.random()
    random.seed(1)
    assert random.random() == first


def test_what_is_not_restored_is_named_with_the_way_to_restore_it(then: dict[str, Any]) -> None:
    made = SessionState("v1", then, restores=False)
    assert list(made.notes()) == ["not changed: random state (Python); to restore it too: --session"]
    before = random.getstate()
    made.restore()
    assert random.getstate() == before


def test_nothing_is_said_if_the_user_excluded_it(then: dict[str, Any]) -> None:
    assert list(SessionState("v1", then, restores=False, requested=False).notes()) == []


def test_a_version_without_a_state_says_so() -> None:
    made = SessionState("v1", None, restores=True)
    assert (made.restores, made.differs, made.paths) == (False, False, [])
    assert list(made.notes()) == ["not changed: random state and options (v1 does not contain them)"]


def test_folders_of_the_search_path_that_are_missing_are_added(
    then: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    then["python"]["sys.path"] = [*then["python"]["sys.path"], str(tmp_path)]
    made = SessionState("v1", then, restores=True)
    assert made.paths == [str(tmp_path)]
    assert f"added to sys.path, as in v1: {tmp_path}" in list(made.notes())


def test_the_working_directory_is_changed_only_on_request(
    then: dict[str, Any], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = os.getcwd()
    (tmp_path / "other").mkdir()
    then["python"]["cwd"] = str(tmp_path / "other")
    made = SessionState("v1", then, restores=True)
    assert list(made.notes())[-1].startswith("not changed: the working directory (it was ")
    made.restore()
    assert os.getcwd() == here
    asked = SessionState("v1", then, restores=True, requested=True)
    assert not any("working directory" in note for note in asked.notes())
    asked.restore()
    assert os.getcwd() == str(tmp_path / "other")
