"""Renders what a bundle contains, and what was written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.views.blocks import Block, Document, Span, Table, TableRow, dim, line, strong, title, without_empty
from nbmodelver.views.figures import number, plural, size
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from nbmodelver.model.bundles import Extracted, Inside

SOFTWARE = "only nbmodelver reads it"


def bundle_inside(found: Inside, name: str) -> Shown:
    """What a bundle contains: the version, its variables with their formats, and the size."""
    version = found.version
    message = f" {version.message}" if version.message else ""
    blocks: list[Block] = [
        line(strong(name), dim(" · "), strong(version.name), message, dim(f" · {version.saved_at_utc[:10]}")),
        line(dim(_counted(found))),
    ]
    if version.metrics:
        figures = "  ".join(f"{metric} {number(value)}" for metric, value in version.metrics.items())
        blocks.append(line(figures))
    rows = tuple(
        TableRow((
            Span(str(v["name"]), "code"), str(v.get("kind", "")), str(v.get("type", "")),
            str(v.get("file", "")) or dim(SOFTWARE), Span("needs trust", "warn") if v.get("needs_trust") else "",
        ))
        for v in found.variables
    )  # fmt: skip
    blocks += [title("Variables", level=2), without_empty(Table(("", "kind", "type", "file", ""), rows))]
    if version.inputs:
        rows = tuple(
            TableRow((Span(i.path, "code"), size(i.size_bytes), "" if i.is_kept else dim(f"not inside: {i.reason}")))
            for i in version.inputs
        )
        blocks += [title("Input files", level=2), without_empty(Table(("", "size", ""), rows))]
    blocks.append(line(dim(f"add it to a store: %mv_import {name} · run it again: %mv_rerun {name} --dry-run")))
    return Shown(Document(tuple(blocks), "bundle"), found)


def bundle_intact(found: Inside, name: str) -> Shown:
    """A bundle whose check found nothing, in one line."""
    return Shown(Document((line(strong(name), " is intact ", dim(f"· {_counted(found)}")),), "bundle"), found)


def _counted(found: Inside) -> str:
    files = f"{plural(len(found.members), 'file')}, {size(found.size_bytes)}"
    return f"{files} · every hash is right{_signed(found)} · {found.digest[:16]}"


def _signed(found: Inside) -> str:
    """Return who signed a bundle, as far as it can be told."""
    if not found.is_signed:
        return ""
    if not found.signer:
        return " · signed, not verified: pip install 'nbmodelver[sign]'"
    return f" · signed by {'the pinned key' if found.is_pinned else 'a key that you did not pin,'} {found.signer}"


def bundle_extracted(found: Extracted) -> Shown:
    """How many files were written, and how to check them without nbmodelver."""
    said = f"{plural(found.count, 'file')}, {size(found.size_bytes)} written to "
    check = dim(" · check: sha256sum -c manifest-sha256.txt")
    return Shown(Document((line(said, Span(str(found.folder), "code"), check),), "bundle"), found)
