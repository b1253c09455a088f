"""Handles the request of a panel for the lineage of a registered version or a variable."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbmodelver.errors import NbmodelverError
from nbmodelver.registry import lineage, reading

if TYPE_CHECKING:
    from nbmodelver.model.lineage import LineageNode
    from nbmodelver.panels.connections import Request
    from nbmodelver.panels.context import PanelContext
    from nbmodelver.panels.entries import Message
    from nbmodelver.panels.params import Params
    from nbmodelver.repo import Repo


def show(context: PanelContext, params: Params, _request: Request) -> Message:
    """Return `ILineage`: nodes with the versions that a click opens, edges, and what is not known."""
    repo = context.repo()
    found = lineage.lineage(repo, params.text("address"), params.text("variable", ""))
    return {
        "root": found.root,
        "nodes": [_node(repo, n) for n in found.nodes],
        "edges": [{"source": e.source, "target": e.target, "how": e.how} for e in found.edges],
        "unknown": list(found.unknown),
    }


def _node(repo: Repo, node: LineageNode) -> Message:
    """A node. version_id: "" if it belongs to no version, or the record of its version is gone."""
    version_id, version = "", node.version
    with suppress(NbmodelverError):
        if node.kind == "registered":
            found = reading.version_of(repo, reading.resolve(repo, node.label))
            version_id, version = found.id, found.name
        elif version:
            version_id = repo[version].id
    return {
        "id": node.id,
        "kind": node.kind,
        "label": node.label,
        "detail": node.detail,
        "version": version,
        "version_id": version_id,
    }
