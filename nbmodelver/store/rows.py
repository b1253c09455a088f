"""Rows that moved together: a table that was sorted, shuffled or filtered is its old columns and one index.

Found on one column in which every row has a value of its own; that column tells where each row was. The index is then
a part of its own, and each column for which it is right is coded as taken from its parent (encoding 10).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.choice import width_of
from nbmodelver.store.encodings.gather import INDEX_BYTES, Gather
from nbmodelver.store.limits import MAX_BLOCK_BYTES, MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import ObjectId
    from nbmodelver.store.planning import Job
    from nbmodelver.store.reading import Reader

LEAST_ROWS = 16 << 10
LEAST_COLUMNS = 2
MOST_TIMES_LARGER = 2
"""What a parent was taken from is decoded instead of the parent up to so many times its size."""
_MOST_PROBES = 3
_TELLING = ("i8", "u8", "f8", "i4", "u4", "f4")
"""Layouts that may tell rows apart, the likeliest first."""


@dataclass(frozen=True)
class Moved:
    """One index for several columns. rows: of the new columns and of the old ones. index: u32, one for each new row."""

    rows: tuple[int, int]
    index: memoryview


def moved_rows(jobs: Sequence[Job], reader: Reader) -> list[Moved]:
    """The indices of tables whose rows moved, judged by the columns that are new."""
    tables: dict[tuple[int, int], list[Job]] = defaultdict(list)
    for job in jobs:
        rows = rows_of(job, reader)
        if rows is not None:
            tables[rows].append(job)
    found = []
    for rows, columns in tables.items():
        telling = sorted((c for c in columns if c.layout in _TELLING), key=lambda c: _TELLING.index(c.layout))
        if len(columns) >= LEAST_COLUMNS:
            index = _index(telling[:_MOST_PROBES], reader)
            if index is not None and _is_worth_it(index, columns, reader):
                found.append(Moved(rows, index))
    return found


def _is_worth_it(index: memoryview, columns: Sequence[Job], reader: Reader) -> bool:
    """True when a second column went the same way: the index costs about as much as one."""
    right = 0
    for column in columns:
        right += matches_gather(column, _elements(column, reader), index)
        if right == LEAST_COLUMNS:
            return True
    return False


def source(job: Job, reader: Reader) -> ObjectId | None:
    """The part that an index takes the elements from: the parent, or the one that the parent itself was taken from.

    A table that is sorted again and again is then always one index away from the columns that were stored whole.
    """
    place = reader.index.known(job.near) if job.near else None
    if place is None:
        return None
    blocks = place.contents.covering(place.entry)
    block = place.contents.blocks[blocks[0]] if len(blocks) == 1 else None
    if block is None or block.encoding != Gather.number or block.raw != place.entry.size:
        return job.near
    first = reader.index.known(block.uses[0].base)
    is_near = first is not None and first.entry.size <= MOST_TIMES_LARGER * place.entry.size
    return first.entry.id if first is not None and is_near else job.near


def _elements(job: Job, reader: Reader) -> memoryview:
    near = source(job, reader)
    assert near is not None
    return reader.base(near)


def rows_of(job: Job, reader: Reader) -> tuple[int, int] | None:
    """Rows of the column and of its source; None for what cannot be coded by an index."""
    width = width_of(job.layout)
    place = reader.index.known(near) if (near := source(job, reader)) else None
    if place is None or not job.layout or job.layout in ("text", "lengths") or len(job.raw) % width:
        return None
    rows, old = len(job.raw) // width, place.entry.size // width
    fits = len(job.raw) <= MAX_BLOCK_BYTES and place.entry.size + INDEX_BYTES * rows <= 2 * MAX_BLOCK_BYTES
    if not fits or rows < LEAST_ROWS or place.entry.size % width or place.entry.depth >= MAX_DEPTH:
        return None
    return rows, old


def _index(columns: Sequence[Job], reader: Reader) -> memoryview | None:
    for column in columns:
        width = width_of(column.layout)
        if not lanes.may_tell_rows_apart(column.raw, width):
            continue
        base = _elements(column, reader)
        if not lanes.may_be_moved(column.raw, base, width):
            return None
        index = lanes.places_in(column.raw, base, width)
        if index is not None:
            return index
    return None


def matches_gather(job: Job, base: memoryview, index: memoryview) -> bool:
    """Whether the column is its old one, taken by the index."""
    return lanes.is_gathered(job.raw, base, index, width_of(job.layout))
