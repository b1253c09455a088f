"""The graph of a history: a column for each line of descent, and edges between rows for forks and merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import VersionId


Line = tuple["VersionId", tuple["VersionId", ...]]
"""A version and its parents."""


@dataclass(frozen=True)
class GraphPlace:
    """The position of a version in the graph. column: from 0. edges: (column of this row, column of the next row)."""

    column: int
    edges: tuple[tuple[int, int], ...] = ()


def places(lines: Sequence[Line], start: int, stop: int, *, whole: bool = True) -> list[GraphPlace]:
    """Return the positions of `lines[start:stop]`.

    lines: newest first, children before their parents. whole: True if `lines` contains every version; then a parent
    outside of it ends its column. False if older versions follow.
    """
    listed = {version for version, _ in lines}
    waiting: list[VersionId | None] = []  # For each column the next older version, None if the column is free.
    drawn = []
    for at, (version, parents) in enumerate(lines[:stop]):
        own = _column_of(waiting, version)
        waiting = [None if target == version else target for target in waiting]
        passing = [c for c, target in enumerate(waiting) if target is not None]
        following = [p for p in parents if p in listed or not whole]
        if following:
            waiting[own] = following[0]
        joined = [_column_of(waiting, p, own) for p in following[1:]]
        while waiting and waiting[-1] is None:
            waiting.pop()
        if at >= start:
            following_id = lines[at + 1][0] if at + 1 < len(lines) else None
            edges = [*((c, c) for c in passing), *((own, c) for c in (own, *joined) if following)]
            drawn.append(GraphPlace(own, tuple(_straightened(edges, waiting, following_id))))
    return drawn


def _column_of(waiting: list[VersionId | None], version: VersionId, excluded: int = -1) -> int:
    """Return the column that waits for the version, other than `excluded`; else reserve the first free one for it."""
    for column, target in enumerate(waiting):
        if target == version and column != excluded:
            return column
    at = next((c for c, target in enumerate(waiting) if target is None), len(waiting))
    waiting[at : at + 1] = [version]
    return at


def _straightened(
    edges: Sequence[tuple[int, int]], waiting: Sequence[VersionId | None], following: VersionId | None
) -> list[tuple[int, int]]:
    """Return the edges; those to the version of the next row (`following`) end in the column of that version."""
    place = waiting.index(following) if following in waiting else -1
    return sorted({(a, place if following is not None and waiting[b] == following else b) for a, b in edges})
