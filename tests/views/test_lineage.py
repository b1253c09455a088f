"""A lineage as a tree: origins below, deployments behind, and nothing opened twice."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.model.lineage import Lineage, LineageEdge, LineageNode
from tests.registry.test_lineage_formats import GRAPH


def test_origins_are_indented_below_what_was_made_from_them():
    lines = [line.rstrip() for line in str(views.lineage(GRAPH)).splitlines()]
    assert lines == ["registered churn/1.0.0", "  model clf", "    cell [3]: clf = fit(df)", "      dataset df"]


def test_what_was_shown_is_not_opened_again_and_gaps_are_named():
    nodes = tuple(LineageNode(i, "dataset", i) for i in "abcd")
    edges = tuple(LineageEdge(s, t, "observed") for s, t in ("ba", "ca", "db", "dc"))
    deployment = LineageNode("e", "deployment", "eu", "2026-11-30")
    more = LineageEdge("c", "b", "observed"), LineageEdge("a", "e", "declared")
    graph = Lineage("a", (*nodes, deployment), (*edges, *more), ("x is lost",))
    text = str(views.lineage(graph))
    assert text.count("dataset c") == 2
    assert "dataset c (above)" in text
    assert "-> deployment eu" in text
    assert "not known: x is lost" in text
