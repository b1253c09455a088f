"""The notes of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.repo import CommitContext
from nbmodelver.repo.restore.plan_notes import listed
from tests.codecs.cells import run

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def notes(repo: Repo, live: dict[str, Any], **how: Any) -> tuple[str, ...]:
    return repo.plan("v1", live, **how).notes


def test_many_names_are_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(i) for i in range(14)]).endswith("10, 11 and 2 more")


def test_imports_that_the_notebook_lacks_are_named(repo: Repo) -> None:
    imports = {"np": "numpy", "sqrt": "math:sqrt"}
    repo.commit({"x": 1}, around=CommitContext(imports=imports))
    assert "imported again: np, sqrt" in notes(repo, {"x": 1})
    assert "imported again: sqrt" in notes(repo, {"x": 1, "np": "mine"})


def test_live_variables_that_are_not_part_of_the_version_stay(repo: Repo) -> None:
    repo.commit({"x": 1})
    assert "not changed: other (not part of v1)" in notes(repo, {"x": 2, "other": 3})
    assert not any("other" in note for note in notes(repo, {"x": 2, "other": 3}, names="x"))


@pytest.mark.filterwarnings("ignore::nbmodelver.errors.NotKept")
def test_a_variable_that_the_version_could_not_store_stays_with_the_reason(repo: Repo) -> None:
    live = {"x": 1, "gen": (i for i in ())}
    repo.commit(live)
    (note,) = [n for n in notes(repo, {"x": 2, "gen": live["gen"]}) if "gen" in n]
    assert note.startswith("not changed: gen (v1 could not store it: ")


def test_names_that_share_objects_come_along(repo: Repo) -> None:
    shared = [1]
    repo.commit({"a": shared, "b": {"k": shared}, "c": 3})
    (note,) = notes(repo, {"a": [2], "b": 5, "c": 3}, names="a")
    assert note == "restored too: b (shared objects with a)"


def test_a_class_that_is_restored_in_its_stored_form_is_named(repo: Repo) -> None:
    code = "class Net:\n    def go(self):\n        return 1\nnet = Net()\n"
    scope = run(code)
    repo.commit({"net": scope["net"]}, namespace=scope)
    edited = run(code.replace("return 1", "return 2"))
    assert "class Net is restored from v1" in notes(repo, edited)
    aside = notes(repo, edited, prefix="old_")
    assert "class Net is restored from v1 for the restored objects only; the name Net is not changed" in aside
    assert not any("class Net" in note for note in notes(repo, scope))


def test_a_replaced_object_that_another_variable_refers_to_is_named(repo: Repo) -> None:
    repo.commit({"x": [1, 2, 3]})
    live = {"x": [9]}
    live["holder"] = [live["x"]]  # type: ignore[list-item]
    assert "holder[0] still refers to the replaced x; to update it: holder[0] = x" in notes(repo, live)
