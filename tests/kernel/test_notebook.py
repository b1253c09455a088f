"""Every verb is run by its name, and the status compares live variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbmodelver.errors import UsageError
from nbmodelver.kernel.notebook import _READ_ONLY, Notebook
from nbmodelver.verbs import VERBS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBMODELVER_STORE", raising=False)
    return Notebook(InteractiveShell(history_length=0))


def run(notebook: Notebook, line: str) -> object:
    name, _, words = line.partition(" ")
    return notebook.run(name, words)


def test_help_is_printed_and_nothing_is_done(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebook.run("commit", "-h") is None
    assert "%mv_commit" in capsys.readouterr().out
    assert not (notebook.folder / ".nbmodelver").exists()


def test_an_unknown_verb_is_a_usage_error(notebook: Notebook) -> None:
    with pytest.raises(UsageError, match="no verb 'comit'"):
        notebook.run("comit", "")


def test_read_only_verbs_are_verbs() -> None:
    assert VERBS.keys() >= _READ_ONLY


def test_a_commit_creates_the_store_of_the_notebook(notebook: Notebook) -> None:
    notebook.values["x"] = 1
    run(notebook, "commit x")
    assert (notebook.folder / ".nbmodelver" / "format").is_file()
    assert [v.name for v in notebook.repo().log()] == ["v1"]


def test_changes_of_refs_are_told_and_reading_is_not(notebook: Notebook) -> None:
    told: list[int] = []
    notebook.values["x"] = 1
    run(notebook, "commit x")
    notebook.changed.append(lambda: told.append(1))
    for line in ("log", "show HEAD", "stats", "verify"):
        run(notebook, line)
    assert told == []
    run(notebook, "tag best v1")
    assert told == [1]


def test_live_variables_differ_from_the_current_version_in_each_way(notebook: Notebook) -> None:
    assert list(notebook.differences(None)) == []
    notebook.values.update(x=[1], y=[2], gen=(i for i in ()))
    run(notebook, "commit x y gen")
    notebook.values.update(x=[9], new=[3])
    del notebook.values["y"]
    found = {c.name: c.effect for c in notebook.differences(notebook.repo())}
    assert found == {"x": "changes", "y": "vanishes", "new": "appears", "gen": "lost"}


def test_a_variable_that_a_commit_left_out_is_no_new_one(notebook: Notebook) -> None:
    notebook.values.update(x=[1], y=[2])
    run(notebook, "commit x")
    (change,) = notebook.differences(notebook.repo())
    assert (change.name, change.effect, change.reason) == ("y", "appears", "not part of v1")


def test_ignored_names_do_not_appear(notebook: Notebook) -> None:
    notebook.values.update(x=[1], tmp=[2])
    run(notebook, "commit x")
    run(notebook, "config ignore tmp")
    assert list(notebook.differences(notebook.repo())) == []


def test_init_uses_the_store_that_was_named(notebook: Notebook, tmp_path: Path) -> None:
    opened: list[object] = []
    notebook.opened.append(opened.append)
    run(notebook, f"init {tmp_path / 'other'}")
    assert notebook.repo().where == str(tmp_path / "other" / ".nbmodelver")
    assert opened == [notebook.repo()]
