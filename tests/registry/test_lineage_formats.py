"""Lineage as OpenLineage run events and as PROV-JSON."""

from __future__ import annotations

import json

from nbmodelver.model.lineage import Lineage, LineageEdge, LineageNode
from nbmodelver.registry.lineage_formats import openlineage, prov

GRAPH = Lineage(
    "registered:churn/1.0.0",
    (
        LineageNode("value:df:1", "dataset", "df"), LineageNode("cell:1", "code", "cell [3]", "clf = fit(df)"),
        LineageNode("value:clf:2", "model", "clf"), LineageNode("registered:churn/1.0.0", "registered", "churn/1.0.0"),
    ),
    (
        LineageEdge("value:df:1", "cell:1", "observed"), LineageEdge("cell:1", "value:clf:2", "observed"),
        LineageEdge("value:clf:2", "registered:churn/1.0.0", "declared"),
    ),
)  # fmt: skip


def test_each_cell_is_a_run_with_inputs_and_outputs():
    (run,) = openlineage(GRAPH, "study", "2026-11-30T00:00:00.000Z")
    assert [d["name"] for d in run["inputs"]] == ["value:df:1"]  # type: ignore[union-attr, call-overload, index]
    assert [d["name"] for d in run["outputs"]] == ["value:clf:2"]  # type: ignore[union-attr, call-overload, index]
    assert run["eventType"] == "COMPLETE"
    assert {"eventTime", "producer", "schemaURL", "run", "job"} <= run.keys()
    assert openlineage(GRAPH, "study", "x")[0]["run"] == run["run"], "the same cell is the same run"


def test_cells_are_activities_and_the_rest_are_entities():
    found = json.loads(json.dumps(prov(GRAPH)))
    assert set(found["activity"]) == {"nbmodelver:cell:1"}
    assert set(found["entity"]) == {f"nbmodelver:{n.id}" for n in GRAPH.nodes if n.kind != "code"}
    assert list(found["used"].values()) == [
        {"prov:activity": "nbmodelver:cell:1", "prov:entity": "nbmodelver:value:df:1"}
    ]
    assert next(iter(found["wasGeneratedBy"].values()))["prov:entity"] == "nbmodelver:value:clf:2"
    derived = next(iter(found["wasDerivedFrom"].values()))
    assert derived["prov:generatedEntity"] == "nbmodelver:registered:churn/1.0.0"
