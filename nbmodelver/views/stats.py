"""Tables of what uses space: names, kinds, versions, and the effect of deltas and compression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbmodelver.views.blocks import Block, Document, Table, TableRow, dim, line, strong, title
from nbmodelver.views.figures import ago, plural, size
from nbmodelver.views.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Version


class Sized(Protocol):
    """One row of the figures."""

    name: str
    kind: str
    versions: int
    parts: int
    raw_bytes: int
    stored_bytes: int


def stats(
    value: object,
    *,
    names: Sequence[Sized],
    kinds: Sequence[Sized],
    versions: Sequence[tuple[Version, int, int]],
    parts: tuple[Sized, Sized],
    files: Sequence[tuple[str, int, int]],
    garbage_bytes: int,
    limit: int,
) -> Shown:
    """The figures. versions: each with the stored bytes that it needs, and the bytes that only it needs."""
    if not versions:
        return Shown(Document((line(dim("no versions")), *_garbage(garbage_bytes)), "statistics"), value)
    blocks = (
        *_summary(len(versions), parts, files, garbage_bytes),
        *_sizes("Variables", names, limit),
        *_sizes("Kinds", kinds, limit),
        *_versions(versions, limit),
    )
    return Shown(Document(blocks, "statistics"), value)


def _summary(
    versions: int, parts: tuple[Sized, Sized], files: Sequence[tuple[str, int, int]], garbage_bytes: int
) -> Iterator[Block]:
    total = sum(count for _, _, count in files)
    what = ", ".join(f"{size(b)} in {plural(n, folder[:-1])}" for folder, n, b in files if n)
    yield line(strong(size(total)), f" for {plural(versions, 'version')}", dim(f" · {what}"))
    rows = [
        TableRow((p.name, f"{p.parts:,}", size(p.raw_bytes), size(p.stored_bytes), _share(p))) for p in parts if p.parts
    ]
    yield Table(("parts", "", "raw", "stored", ""), tuple(rows), frozenset({1, 2, 3, 4}))
    yield from _garbage(garbage_bytes)


def _garbage(garbage_bytes: int) -> Iterator[Block]:
    if garbage_bytes:
        yield line(dim(f"about {size(garbage_bytes)} are not needed by any version: %mv_gc"))


def _sizes(heading: str, rows: Sequence[Sized], limit: int) -> Iterator[Block]:
    yield title(heading, level=2)
    shown = [
        TableRow(
            (
                strong(r.name),
                dim(f"in {r.versions:,}" if r.versions else ""),
                size(r.raw_bytes),
                size(r.stored_bytes),
                _share(r),
            )
        )
        for r in rows[:limit]
    ]
    yield Table(("", "", "raw", "stored", ""), tuple(shown), frozenset({2, 3, 4}))
    if len(rows) > limit:
        rest = sum(r.stored_bytes for r in rows[limit:])
        yield line(dim(f"{len(rows) - limit:,} more: {size(rest)}"))


def _versions(versions: Sequence[tuple[Version, int, int]], limit: int) -> Iterator[Block]:
    yield title("Versions, by the bytes that forgetting one would free at least", level=2)
    largest = sorted(versions, key=lambda v: (-v[2], -v[0].number))[:limit]
    rows = [
        TableRow(
            (
                strong(v.name),
                dim(ago(v.saved_at_utc), v.saved_at_utc),
                v.message or v.auto,
                size(needs),
                strong(size(own)),
            )
        )
        for v, needs, own in largest
    ]
    yield Table(("", "", "", "needs", "alone"), tuple(rows), frozenset({3, 4}))


def _share(row: Sized) -> str:
    return f"{100 * row.stored_bytes / row.raw_bytes:.1f} %" if row.raw_bytes else ""
