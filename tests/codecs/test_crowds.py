"""Names that share much are encoded together, not once for each name."""

from __future__ import annotations

from typing import Any

import pytest

from nbmodelver.codecs import encoding, graph
from nbmodelver.repo import open_repo


class Node:
    def __init__(self, n: int) -> None:
        self.n = n


def tree_and(count: int) -> dict[str, Any]:
    tree = [Node(i) for i in range(1500)]
    return {"tree": tree, **{f"v{i}": {"tree": tree, "i": i} for i in range(count)}}


def figure_and(count: int) -> dict[str, Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.pcolor([[i * j for i in range(40)] for j in range(40)])
    return {"figure": figure, "axes": axes, **{f"line{i}": axes.plot([0, i])[0] for i in range(count)}}


def plain_and(count: int) -> dict[str, Any]:
    rows = [[i] for i in range(2000)]
    return {"rows": rows, **{f"v{i}": {"rows": rows} for i in range(count)}}


@pytest.mark.parametrize("made", [tree_and, figure_and])
def test_what_is_shared_is_pickled_three_times_whatever_the_number_of_names(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    monkeypatch.setattr(encoding, "pickle_with", counting(encoding.pickle_with, written))
    graph.capture({"one": next(iter(made(0).values()))}, {})
    once = sum(written)
    written.clear()
    graph.capture(made(12), {})
    assert sum(written) < 3.5 * once


def counting(encode: Any, written: list[int]) -> Any:
    def counted(kind: Any, *args: Any) -> Any:
        found = encode(kind, *args)
        written.append(len(found[0].skeleton))
        return found

    return counted


@pytest.mark.parametrize("made", [tree_and, figure_and, plain_and])
def test_they_come_back_with_what_they_share(made: Any, tmp_path: Any) -> None:
    values = made(5)
    repo = open_repo(tmp_path, create=True)
    version = repo.commit(values, namespace={})
    assert [g.names for g in version.groups] == [tuple(values)]
    assert len({kept.digest for kept in version.kept.values()}) == len(values)
    back = repo.load("v1")
    if "tree" in values:
        assert all(back[f"v{i}"]["tree"] is back["tree"] and back[f"v{i}"]["i"] == i for i in range(5))
    elif "rows" in values:
        assert all(back[f"v{i}"]["rows"] is back["rows"] for i in range(5))
    else:
        assert all(back[f"line{i}"].axes is back["axes"] for i in range(5))
    assert repo.changed_names(dict(values)) == ()
    assert repo.commit(values, namespace={}, only_if_changed=True).number == 1


def test_another_name_that_one_of_them_shares_with_belongs_to_them(tmp_path: Any) -> None:
    values = tree_and(3)
    values["own"] = [1]
    values["v2"]["own"] = values["own"]
    values["apart"] = [1]
    groups = {g.names for g in graph.capture(values, {}).groups}
    assert ("tree", "v0", "v1", "v2", "own") in groups
    assert ("apart",) in groups


def test_one_that_cannot_be_kept_costs_only_itself() -> None:
    values = tree_and(4)
    values["v2"]["bad"] = (i for i in [])
    found = graph.capture(values, {})
    assert [s.path for s in found.skipped] == ["v2['bad']"]
    assert ("tree", "v0", "v1", "v3") in {d.names for d in found.groups}


def test_the_same_names_give_the_same_bytes() -> None:
    values = tree_and(6)
    one, two = graph.capture(values, {}), graph.capture(dict(values), {})
    assert [(d.names, d.skeleton) for d in one.groups] == [(d.names, d.skeleton) for d in two.groups]
