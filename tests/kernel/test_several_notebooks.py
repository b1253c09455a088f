"""Notebooks that share a folder, and so a store: each begins again where it was left, whatever the others did."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.repo.core.history import HEAD, MOST_NOTEBOOKS
from nbmodelver.store.refs import MAX_VALUE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.shells import Shell

    Begin = Callable[[str], contextlib.AbstractContextManager[Shell]]


@pytest.fixture
def begin(another: Callable[[], contextlib.AbstractContextManager[Shell]], tmp_path: Path) -> Begin:
    """A new kernel for a notebook."""

    @contextlib.contextmanager
    def kernel(notebook: str) -> Iterator[Shell]:
        path = tmp_path / f"{notebook}.ipynb"
        path.touch()
        with another() as shell:
            shell.shell.user_ns["__session__"] = str(path)
            yield shell

    return kernel


def test_a_restarted_kernel_stands_where_its_notebook_was_left(begin: Begin) -> None:
    """It stood where another notebook of the folder had committed: HEAD brought that one's variables."""
    with begin("study") as study, begin("report") as report:
        study.run("x = 1\n%mv_commit x")
        report.run("y = 1\n%mv_commit y")
        study.run("x = 2\n%mv_commit x")
        report.run("y = 2\n%mv_commit y")
    with begin("study") as study:
        study.run("%mv_rollback HEAD --yes")
        assert (study["x"], "y" in study) == (2, False)
        assert study.run("x = 3\n%mv_commit x").parents == (mv.open()["v3"].id,)
    with begin("report") as report:
        report.run("%mv_rollback HEAD --yes")
        assert (report["y"], "x" in report) == (2, False)


def test_a_rollback_and_a_branch_are_remembered_for_their_notebook(begin: Begin) -> None:
    with begin("study") as study, begin("report") as report:
        report.run("y = 1\n%mv_commit y")
        study.run("x = 1\n%mv_commit x")
        study.run("x = 2\n%mv_commit x")
        study.run("%mv_branch trial\n%mv_switch trial")
        study.run("%mv_rollback v2 --yes")
        report.run("y = 2\n%mv_commit y")
    with begin("study") as study:
        repo = study.run("%mv_status") and mv.open()
        study.run("x = 5\n%mv_commit x")
        assert (repo["trial"].names, repo["trial"].parents) == (("x",), (repo["v2"].id,))
        assert repo["main"].names == ("y",)


def test_a_notebook_that_is_new_or_has_another_name_begins_at_the_last_version(begin: Begin) -> None:
    with begin("study") as study:
        study.run("x = 1\n%mv_commit x")
    with begin("study renamed") as study:
        study.run("%mv_rollback HEAD --yes")
        assert study["x"] == 1


def test_where_a_notebook_was_left_follows_purge_and_forget(begin: Begin) -> None:
    with begin("study") as study:
        study.run("x = 1; secret = [7]\n%mv_commit x")
        study.run("%mv_commit x secret")
        study.run("x = 2\n%mv_commit x secret")
    with begin("report") as report:
        report.run("y = 2\n%mv_commit y")
        report.run("%mv_purge secret --yes")
    with begin("study") as study:
        assert study.run("%mv_rollback HEAD --yes").version == mv.open()["v3"]
        assert (study["x"], "secret" in study) == (2, False)
    with begin("report") as report:
        report.run("%mv_forget v3 --force")
    with begin("study") as study:
        study.run("%mv_rollback HEAD --yes")
        assert study["x"] == 1


def test_a_place_that_is_lost_or_senseless_is_that_of_the_store(begin: Begin) -> None:
    with begin("study") as study:
        study.run("x = 1\n%mv_commit x")
    with begin("report") as report:
        report.run("y = 2\n%mv_commit y")
    repo = mv.open()
    value = repo.refs.get(HEAD)
    said = json.loads(value)
    first = next(iter(said["notebooks"]))
    for odd in (7, [], None, {first: 7}, {first: ["main"]}, {first: ["main", "f" * 40]}, {first: [None, None]}):
        now = repo.refs.get(HEAD)
        repo.refs.move(HEAD, now, json.dumps({**said, "notebooks": odd}))
        with begin("study") as study:
            study.run("%mv_rollback HEAD --yes")
            assert study["y"] == 2


def test_what_is_remembered_of_notebooks_has_an_end(begin: Begin) -> None:
    with begin("study") as study:
        study.run("x = 1\n%mv_commit x")
    repo = mv.open()
    for n in range(2 * MOST_NOTEBOOKS):
        one = mv.open()
        one.work_for(f"{'deep/' * 700}{n}.ipynb")
        one.history.set_head(repo["v1"].id, "b" * 100)
    value = repo.refs.get(HEAD)
    assert len(json.loads(value)["notebooks"]) == MOST_NOTEBOOKS
    assert len(value) < MAX_VALUE_BYTES / 2
    gone, last = mv.open(), mv.open()
    gone.work_for("study.ipynb")  # The longest away is forgotten first, and begins like a new one.
    last.work_for(f"{'deep/' * 700}{2 * MOST_NOTEBOOKS - 1}.ipynb")
    assert gone.history.head == last.history.head == repo["v1"]


def test_two_kernels_that_move_at_once_are_both_remembered(begin: Begin) -> None:
    with begin("study") as study:
        study.run("x = 1\n%mv_commit x\nx = 2\n%mv_commit x")
    one, two = mv.open(), mv.open()
    one.work_for("one"), two.work_for("two")
    move = one.refs.move
    moved = []

    def late(*args: object) -> None:
        if not moved:
            moved.append(two.history.set_head(two["v2"].id))
        move(*args)

    one.refs.move = late
    one.history.set_head(one["v1"].id)
    for name, version in (("one", "v1"), ("two", "v2")):
        again = mv.open()
        again.work_for(name)
        assert again.history.head == again[version]
