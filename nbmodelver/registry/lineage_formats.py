"""Lineage in open formats: OpenLineage run events (spec 2-0-2) and PROV-JSON (W3C submission of 2013)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbmodelver.release import __version__

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.model.lineage import Lineage, LineageNode

PRODUCER = f"urn:nbmodelver:{__version__}"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/definitions/RunEvent"
FORMATS = ("text", "json", "openlineage", "prov")


def openlineage(found: Lineage, namespace: str, at_utc: str = "") -> list[dict[str, Json]]:
    """Return one COMPLETE run event for each cell: the values that it read as inputs, those that it bound as outputs.

    namespace: names the store. at_utc: the time of the events, ISO 8601; "" for now.
    """
    at = at_utc or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return [_run(found, cell, namespace, at) for cell in found.nodes if cell.kind == "code"]


def _run(found: Lineage, cell: LineageNode, namespace: str, at: str) -> dict[str, Json]:
    run = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{namespace}/{cell.id}"))
    return {
        "eventType": "COMPLETE",
        "eventTime": at,
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": run, "facets": {}},
        "job": {"namespace": namespace, "name": cell.id, "facets": {}},
        "inputs": [_dataset(n, namespace) for n in found.sources(cell.id)],
        "outputs": [_dataset(n, namespace) for n in found.targets(cell.id)],
    }


def _dataset(node: LineageNode, namespace: str) -> dict[str, Json]:
    return {"namespace": namespace, "name": node.id, "facets": {}}


def prov(found: Lineage) -> dict[str, Json]:
    """Return a PROV-JSON document: cells are activities, everything else is an entity."""
    entities: dict[str, Json] = {}
    activities: dict[str, Json] = {}
    for node in found.nodes:
        described: dict[str, Json] = {"prov:label": node.label, "nbmodelver:kind": node.kind}
        described |= {"nbmodelver:detail": node.detail} if node.detail else {}
        (activities if node.kind == "code" else entities)[_name(node)] = described
    used: dict[str, Json] = {}
    generated: dict[str, Json] = {}
    derived: dict[str, Json] = {}
    for number, edge in enumerate(found.edges):
        source, target = found.node(edge.source), found.node(edge.target)
        if target.kind == "code":
            used[f"_:u{number}"] = {"prov:activity": _name(target), "prov:entity": _name(source)}
        elif source.kind == "code":
            generated[f"_:g{number}"] = {"prov:entity": _name(target), "prov:activity": _name(source)}
        else:
            derived[f"_:d{number}"] = {"prov:generatedEntity": _name(target), "prov:usedEntity": _name(source)}
    return {
        "prefix": {"nbmodelver": f"{PRODUCER}#"},
        "entity": entities,
        "activity": activities,
        "used": used,
        "wasGeneratedBy": generated,
        "wasDerivedFrom": derived,
    }


def _name(node: LineageNode) -> str:
    return f"nbmodelver:{node.id}"
