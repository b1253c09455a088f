"""A lineage graph answers what is before and behind a node."""

from __future__ import annotations

from tests.registry.test_lineage_formats import GRAPH


def test_sources_and_targets_follow_the_edges():
    assert [n.label for n in GRAPH.sources("cell:1")] == ["df"]
    assert [n.label for n in GRAPH.targets("cell:1")] == ["clf"]
    assert GRAPH.to_dict()["unknown"] == []
