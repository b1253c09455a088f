"""Hashes of rows that are kept in memory for the next check of the same columns.

A column with an id (`ColumnData.id`) is hashed once: a version that changes one of twenty columns costs that column.
The cache belongs to the process and is bounded; nothing is read from it for columns without an id.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.comparison.tables.canonical import CellHasher, row_hashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from nbmodelver.comparison.tables.tables import ColumnData

    Hashes = NDArray[np.uint64]
    Key = frozenset[tuple[str, str, bool]]

MAX_BYTES = 96_000_000
"""Twelve arrays of a million rows. The array that was not used for the longest time is dropped first."""
FEW = 3
"""Up to this many columns are kept one by one, so that each can be combined with others."""

SAMPLE = "\0sample"
"""The name under which some cells of a column are kept. No column is called so."""


class HashCache:
    """Read-only arrays of hashes by key, at most `max_bytes` of them."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._known: OrderedDict[Key, Hashes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Hashes | None:
        """The array of this key, or None."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: Key, hashes: Hashes) -> None:
        """Keep an array, which becomes read-only. One that is larger than the cache is not kept."""
        hashes.flags.writeable = False
        if hashes.nbytes > self._max_bytes:
            return
        with self._lock:
            replaced = self._known.pop(key, None)
            self._bytes += hashes.nbytes - (0 if replaced is None else replaced.nbytes)
            self._known[key] = hashes
            while self._bytes > self._max_bytes:
                self._bytes -= self._known.popitem(last=False)[1].nbytes

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._known.clear()
            self._bytes = 0


CACHE = HashCache(MAX_BYTES)


def cached_row_hashes(
    columns: Sequence[ColumnData], rows: int, names: Sequence[str], narrow: Iterable[str] = ()
) -> Hashes:
    """As `row_hashes`, but columns that were hashed before are not hashed again. The result may be read-only."""
    narrowed = frozenset(narrow)
    if 1 < len(columns) <= FEW:
        total = np.zeros(rows, np.uint64)
        for column, name in zip(columns, names, strict=True):
            total += cached_row_hashes([column], rows, [name], narrowed)
        return total
    key = _key(columns, names, narrowed)
    known = None if key is None else CACHE.get(key)
    if known is not None and len(known) == rows:
        return known
    made = row_hashes(columns, rows, names, narrowed)
    if key is not None:
        CACHE.put(key, made)
    return made


def cached_cell_hashes(column: ColumnData, rows: NDArray[np.intp], *, narrow: bool = False) -> Hashes:
    """(n,) uint64: the hash of each of some cells, without the name of the column. rows: the same ones in each call."""
    key = _key([column], [SAMPLE], frozenset({column.name} if narrow else ()))
    known = None if key is None else CACHE.get(key)
    if known is not None and len(known) == len(rows):
        return known
    made = CellHasher(column, narrow=narrow)(rows)
    if key is not None:
        CACHE.put(key, made)
    return made


def is_cached(column: ColumnData, *, narrow: bool) -> bool:
    """True if the hashes of the column alone are kept."""
    key = _key([column], [column.name], frozenset({column.name} if narrow else ()))
    return key is not None and CACHE.get(key) is not None


def updated_row_hashes(
    before: Hashes,
    old: Sequence[ColumnData],
    new: Sequence[ColumnData],
    names: Sequence[str],
    narrow: Iterable[str] = (),
) -> Hashes:
    """The row hashes of the new columns, from those of the old ones: only columns with another id are hashed.

    before: (n,) uint64, the hashes of `old`. names, narrow: of both sides, as in `row_hashes`. Columns without ids, of
    another number of rows, or of which most differ, are all hashed.
    """
    rows, narrowed = len(new[0].values), frozenset(narrow)
    key = _key(new, names, narrowed)
    changed = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if not a.id or a.id != b.id]
    if key is None or len(before) != rows or 2 * len(changed) > len(new) or CACHE.get(key) is not None:
        return cached_row_hashes(new, rows, names, narrowed)
    some = [names[at] for at in changed]
    made = before - row_hashes([old[at] for at in changed], rows, some, narrowed)
    made += row_hashes([new[at] for at in changed], rows, some, narrowed)
    CACHE.put(key, made)
    return made


def _key(columns: Sequence[ColumnData], names: Sequence[str], narrow: frozenset[str]) -> Key | None:
    """What the hashes depend on; None if a column has no id."""
    if not columns or not all(c.id for c in columns):
        return None
    return frozenset((c.id, name, c.name in narrow) for c, name in zip(columns, names, strict=True))
