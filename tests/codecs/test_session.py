"""The state of the session is taken and restored."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.codecs import session

if TYPE_CHECKING:
    import pytest


def test_random_generators_continue_where_they_were() -> None:
    state = session.take()
    first = random.random(), np.random.random()
    session.restore(state, folder=False)
    assert (random.random(), np.random.random()) == first


def test_options_are_restored_and_reported() -> None:
    before = session.take()
    with np.printoptions(precision=3):
        changed = session.take()
        assert session.differences(before, changed)[1] == ["NumPy"]
    session.restore(before, folder=False)
    assert np.get_printoptions()["precision"] == 8


def test_entries_of_the_path_are_added_and_none_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    state = session.take()
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(tmp_path)])
    assert session.missing_paths(state) == [str(tmp_path)]
    session.restore(state, folder=False)
    assert str(tmp_path) in sys.path


def test_the_working_directory_is_restored_on_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    state = session.take()
    os.chdir("/")
    session.restore(state, folder=False)
    assert Path.cwd() != tmp_path
    session.restore(state)
    assert Path.cwd() == tmp_path
