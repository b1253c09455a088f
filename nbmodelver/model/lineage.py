"""The lineage of a model: data, code, models, registered versions, deployments, and what connects them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from nbmodelver.model.versions import Json

NodeKind = Literal["dataset", "code", "model", "value", "registered", "deployment", "base"]
EdgeKind = Literal["observed", "declared", "inherited"]
"""observed: a cell read one and bound the other, no more. declared: a user or a registration said so. inherited: the
version has the value unchanged from an earlier version."""


@dataclass(frozen=True)
class LineageNode:
    """One thing. detail: its type, the first line of a cell, or when and by whom. version: the name, such as "v3"."""

    id: str
    kind: NodeKind
    label: str
    detail: str = ""
    version: str = ""


@dataclass(frozen=True)
class LineageEdge:
    """What was made from what: `source` went into `target`."""

    source: str
    target: str
    how: EdgeKind


@dataclass(frozen=True)
class Lineage:
    """A graph. It has a circle only if a value got a content again that it had before.

    root: the id of the node that was asked for. unknown: sentences about what is missing.
    """

    root: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    unknown: tuple[str, ...] = ()

    def node(self, id_: str) -> LineageNode:
        """Return the node with this id."""
        return next(n for n in self.nodes if n.id == id_)

    def sources(self, id_: str) -> list[LineageNode]:
        """Return what a node was made from."""
        return [self.node(e.source) for e in self.edges if e.target == id_]

    def targets(self, id_: str) -> list[LineageNode]:
        """Return what was made from a node."""
        return [self.node(e.target) for e in self.edges if e.source == id_]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "root": self.root,
            "nodes": [{**vars(n)} for n in self.nodes],
            "edges": [{**vars(e)} for e in self.edges],
            "unknown": [*self.unknown],
        }
