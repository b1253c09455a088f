"""The drawing of forks and merges beside a history: a column for each line of descent, and edges between rows."""

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
    """Where a version stands. column: from 0. edges: from a column of this row to one of the next row."""

    column: int
    edges: tuple[tuple[int, int], ...] = ()


def places(lines: Sequence[Line], start: int, stop: int, *, whole: bool = True) -> list[GraphPlace]:
    """The places of `lines[start:stop]`; all of them are newest first, children before their parents.

    A column is a line of descent that waits for its next older version. whole: parents that are not listed end their
    line; False when older versions follow that are not listed yet.
    """
    listed = {version for version, _ in lines}
    waiting: list[VersionId | None] = []
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
            after = lines[at + 1][0] if at + 1 < len(lines) else None
            ways = [*((c, c) for c in passing), *((own, c) for c in (own, *joined) if following)]
            drawn.append(GraphPlace(own, tuple(_straightened(ways, waiting, after))))
    return drawn


def _column_of(waiting: list[VersionId | None], version: VersionId, beside: int = -1) -> int:
    """The column that waits for the version; else the first free one, which now does."""
    for column, target in enumerate(waiting):
        if target == version and column != beside:
            return column
    at = next((c for c, target in enumerate(waiting) if target is None), len(waiting))
    waiting[at : at + 1] = [version]
    return at


def _straightened(
    ways: Sequence[tuple[int, int]], waiting: Sequence[VersionId | None], after: VersionId | None
) -> list[tuple[int, int]]:
    """The ways down, those that wait for the next version ending in the column that it will stand in."""
    place = waiting.index(after) if after in waiting else -1
    return sorted({(a, place if after is not None and waiting[b] == after else b) for a, b in ways})
