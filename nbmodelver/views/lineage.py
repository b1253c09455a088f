"""The lineage of a model as a tree: what it was made from below it, where it went behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, dim, line, strong
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model.lineage import Lineage, LineageNode

STEP = "  "


def lineage(found: Lineage) -> Shown:
    """The graph as indented lines. A node that was shown above is named and not opened again."""
    blocks: list[Block] = list(_lines(found, found.root, "", set()))
    blocks += [
        line(f"{STEP}-> ", dim(f"{node.kind} "), strong(node.label), dim(f" · {node.detail}"))
        for node in found.targets(found.root)
    ]
    blocks += [line(Span(f"not known: {text}", "dim")) for text in found.unknown]
    return Shown(Document(tuple(blocks), "lineage"), found)


def _lines(found: Lineage, id_: str, indent: str, shown: set[str]) -> Iterator[Block]:
    node = found.node(id_)
    again = id_ in shown
    yield line(indent, *_label(node), dim(" (above)") if again and found.sources(id_) else "")
    if again:
        return
    shown.add(id_)
    for source in found.sources(id_):
        yield from _lines(found, source.id, indent + STEP, shown)


def _label(node: LineageNode) -> tuple[Span, ...]:
    where = dim(f" ({node.version})" if node.version else "")
    if node.kind == "code":
        return dim(f"{node.label}: "), Span(node.detail, "code"), where
    return dim(f"{node.kind} "), strong(node.label), where, dim(f" · {node.detail}" if node.detail else "")
