"""Walks over the parents of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.model import Cell, Version, VersionId
from nbmodelver.repo import CommitContext
from nbmodelver.repo.core.lineage import cells_since_ancestor, common_ancestor

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


def graph(**parents: str) -> dict[str, Version]:
    """Versions by letter. parents: the letters of the parents of each, as in b="a"."""
    return {
        name: Version(VersionId(name), n, parents=tuple(map(VersionId, above)))
        for n, (name, above) in enumerate(parents.items(), 1)
    }


def ancestor(of: dict[str, Version], a: str, b: str) -> str | None:
    found = common_ancestor(of[a], of[b], lambda id_: of[id_])
    return found.id if found is not None else None


def test_the_nearest_common_ancestor_is_found() -> None:
    fork = graph(a="", b="a", c="b", d="b", e="")
    assert ancestor(fork, "c", "d") == "b"
    assert ancestor(fork, "c", "a") == "a"
    assert ancestor(fork, "c", "c") == "c"
    assert ancestor(fork, "c", "e") is None


def test_both_parents_of_a_merge_are_followed() -> None:
    merged = graph(a="", b="a", c="a", m="bc", d="c")
    assert ancestor(merged, "m", "d") == "c"
    assert ancestor(merged, "d", "m") == "c"


def test_the_cells_of_each_side_begin_after_the_common_ancestor(repo: Repo) -> None:
    def commit(source: str) -> Version:
        return repo.commit({"x": source}, around=CommitContext(cells=[Cell(source, 1)]))

    first = commit("first")
    left = [commit("left 1"), commit("left 2")]
    repo.history.set_head(first.id)
    right = commit("right")
    before, after = cells_since_ancestor(repo, left[-1], right)
    assert [c.source for c in before] == ["left 1", "left 2"]
    assert [c.source for c in after] == ["right"]


def test_versions_without_a_common_ancestor_have_all_their_cells(repo: Repo) -> None:
    one = repo.commit({"x": 1}, around=CommitContext(cells=[Cell("one", 1)]))
    repo.history.set_head(None)
    two = repo.commit({"x": 2}, around=CommitContext(cells=[Cell("two", 1)]))
    before, after = cells_since_ancestor(repo, one, two)
    assert ([c.source for c in before], [c.source for c in after]) == (["one"], ["two"])
