"""Detection of moved rows: a table that was sorted, shuffled or filtered is stored as its old columns and one index.

The index is derived from one column whose values are unique, so each value identifies its row. The index is stored as
a part of its own. Each column that equals its parent gathered through the index is stored with encoding 10.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lookups
from nbmodelver.store.choice import width_of
from nbmodelver.store.encodings.gather import INDEX_BYTES, Gather
from nbmodelver.store.limits import MAX_BLOCK_BYTES, MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.model import ObjectId
    from nbmodelver.store.jobs import Job
    from nbmodelver.store.reading import Reader

LEAST_ROWS = 16 << 10
LEAST_COLUMNS = 2
"""Smaller tables are not examined. An index costs about as much as a column, so it must serve at least two."""

MOST_TIMES_LARGER = 2
"""The base of a gathered parent is used instead of the parent if it has at most this many times the parent's size."""

_MOST_PROBES = 3
_TELLING = ("i8", "u8", "f8", "i4", "u4", "f4")
"""Layouts of columns that may identify rows, the most likely first."""


@dataclass(frozen=True)
class Moved:
    """One row index for several columns. rows: (new, old) row counts. index: u32 as bytes, an old row per new row."""

    rows: tuple[int, int]
    index: memoryview


def moved_rows(jobs: Sequence[Job], reader: Reader) -> list[Moved]:
    """Return one index for each table whose rows moved. Jobs with equal row counts form a table. Raises Damaged."""
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
    """Return True if LEAST_COLUMNS columns match the index: it costs about as much as one column."""
    right = 0
    for column in columns:
        right += matches_gather(column, _elements(column, reader), index)
        if right == LEAST_COLUMNS:
            return True
    return False


def source(job: Job, reader: Reader) -> ObjectId | None:
    """Return the base of a gather: the parent, or the parent's own base if the parent is a gather itself.

    So a table that is sorted repeatedly stays one index away from columns that are stored whole.
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
    """Return the row counts of the column and of its base; None if the column cannot be encoded as a gather."""
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
        if not lookups.may_tell_rows_apart(column.raw, width):
            continue
        base = _elements(column, reader)
        if not lookups.may_be_moved(column.raw, base, width):
            return None
        index = lookups.places_in(column.raw, base, width)
        if index is not None:
            return index
    return None


def matches_gather(job: Job, base: memoryview, index: memoryview) -> bool:
    """Return True if gathering from `base` through `index` (bytes of u32) gives exactly the bytes of the column."""
    return lookups.is_gathered(job.raw, base, index, width_of(job.layout))
