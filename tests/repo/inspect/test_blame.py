"""The origin of a value, by versions and by the code of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver.errors import UnknownName
from tests.repo.inspect.samples import commit, frame

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Blame
    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path / "store", create=True)


def made(found: Blame) -> list[tuple[str, bool]]:
    return [(m.cell.source, m.is_sure) for m in found.cells]


def read(found: Blame, at: int = 0) -> dict[str, str]:
    return {i.name: i.since.name if i.since else i.reason for i in found.cells[at].inputs}


def test_a_value_is_traced_to_the_version_and_the_cell_that_made_it(repo: Repo) -> None:
    commit(repo, {"x": 1, "k": 2}, "x = 1", "k = 2")
    commit(repo, {"x": 1, "k": 2, "y": 3}, "y = x + k", "unrelated = 1")
    commit(repo, {"x": 5, "k": 2, "y": 3}, "x = 5")
    found = repo.blame("y")
    assert (found.since.name, made(found), read(found)) == ("v2", [("y = x + k", True)], {"x": "v1", "k": "v1"})
    assert repo.blame("x", "v2").since.name == "v1"
    assert repo.blame("x").since.name == "v3"


def test_cells_after_the_assignment_that_can_have_changed_it_are_named(repo: Repo) -> None:
    cells = ["m = []", "m = [1]", "m.append(k)", "print(m)", "m[0] = z", "k = 9", "spread(m)"]
    commit(repo, {"m": [1], "k": 9}, *cells, others=("z",))
    found = repo.blame("m")
    assert made(found) == [("m = [1]", True), ("m.append(k)", False), ("m[0] = z", True), ("spread(m)", False)]
    assert read(found, 1) == {"k": "assigned again later"}
    assert read(found, 2) == {"z": "not saved"}


def test_a_value_made_of_itself_names_its_former_version(repo: Repo) -> None:
    commit(repo, {"n": 1}, "n = 1")
    commit(repo, {"n": 2}, "n = n + 1")
    assert read(repo.blame("n")) == {"n": "v1"}
    commit(repo, {"n": 4}, "n += 1", "n += 1")
    found = repo.blame("n")
    assert [read(found, at) for at in (0, 1)] == [{"n": "v2"}, {}]


def test_a_cell_in_a_version_that_left_the_name_out_is_found(repo: Repo) -> None:
    commit(repo, {"a": 1}, "a = 1", "b = a + 1", others=("b",))
    commit(repo, {"b": 2}, "print(b)", others=("a",))
    found = repo.blame("b")
    assert (found.since.name, made(found), found.cells[0].version.name) == ("v2", [("b = a + 1", True)], "v1")
    assert read(found) == {"a": "not saved"}
    commit(repo, {"a": 1}, others=("b",))
    commit(repo, {"b": 2}, others=("a",))
    assert repo.blame("b").since.name == "v2"


def test_a_cell_whose_code_says_nothing_is_known_from_the_kernel(repo: Repo) -> None:
    commit(repo, {"a": 1}, "%run other.py", "print(1)", a=0)
    assert made(repo.blame("a")) == [("%run other.py", True)]
    repo.commit({"b": 1})
    assert repo.blame("b").cells == ()
    with pytest.raises(UnknownName) as caught:
        repo.blame("bb")
    assert caught.value.hint == "did you mean 'b'?"


def test_a_version_that_left_a_live_name_out_has_the_value_of_its_ancestor(repo: Repo) -> None:
    commit(repo, {"a": 1, "df": frame(1)}, "a = 1")
    commit(repo, {"b": 2}, "b = 2", others=("a", "df"))
    found = repo.blame("a")
    assert (found.version.name, found.since.name, made(found)) == ("v1", "v1", [("a = 1", True)])
    assert repo.cell_blame("df", "0", "age").since.name == "v1"
    commit(repo, {"b": 2})
    with pytest.raises(UnknownName, match="v3 does not have 'a'"):
        repo.blame("a")


def test_a_value_that_was_brought_back_names_the_cells_that_made_it_first(repo: Repo) -> None:
    commit(repo, {"a": 1}, "a = 1")
    commit(repo, {"a": 2}, "a = 2")
    commit(repo, {"a": 1}, "%mv_cherry v1 a")
    found = repo.blame("a")
    assert (found.since.name, found.equal_to, made(found)) == ("v3", repo["v1"], [("a = 1", True)])
    assert repo.blame("a", "v2").equal_to is None
