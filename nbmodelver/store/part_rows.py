"""Part tables of many packs as NumPy columns: a lookup by id that creates no Python object per part.

A store of 100,000 versions has about 300,000 parts. Building a dict of their ids takes 0.1 s and 45 MB in every
process. A radix sort by the first two bytes takes a tenth of both (docs/decisions/0009). Ids are hashes: about five
of 300,000 share their first two bytes, so a lookup scans a short run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nbmodelver.store.hashes import ID_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW_BITS, ROW_BYTES = 32, 40
_FIRST = 1 << 16
_COLUMNS = np.dtype(
    {"names": ["head", "depth"], "formats": [">u4", "<u4"], "offsets": [0, ID_BYTES], "itemsize": ROW_BYTES}
)
"""A row of the table: the first four bytes of the id as a number, and the depth. The offsets skip the other fields."""


def deepest(rows: memoryview) -> int:
    """Return the largest declared depth in the rows (ROW_BYTES bytes each), 0 for no rows."""
    return int(np.frombuffer(rows, _COLUMNS)["depth"].max(initial=0))


class SortedIds:
    """A read-only lookup over the parts of some packs. A part is one integer: pack number << ROW_BITS | row."""

    def __init__(self, packs: Mapping[int, memoryview]) -> None:
        """packs: pack number -> part table of the pack, ROW_BYTES bytes a row; the buffers are kept, not copied."""
        self._packs = dict(packs)
        heads = np.concatenate([np.frombuffer(rows, _COLUMNS)["head"] for rows in packs.values()]).astype(np.uint32)
        places = [np.arange(len(rows) // ROW_BYTES) + (number << ROW_BITS) for number, rows in packs.items()]
        firsts = (heads >> 16).astype(np.uint16)
        order = np.argsort(firsts, kind="stable")
        self._heads, self._places = heads[order], np.concatenate(places)[order]
        self._ends = np.cumsum(np.bincount(firsts, minlength=_FIRST))

    def find(self, id_: bytes) -> list[int]:
        """Return every entry with this id (20 bytes), one integer per pack that has it."""
        head = int.from_bytes(id_[:4], "big")
        first = head >> 16
        start, end = int(self._ends[first - 1]) if first else 0, int(self._ends[first])
        alike = [start + n for n, other in enumerate(self._heads[start:end].tolist()) if other == head]
        return [at for at in (int(self._places[n]) for n in alike) if self._id(at) == id_]

    def _id(self, at: int) -> memoryview:
        start = (at & (1 << ROW_BITS) - 1) * ROW_BYTES
        return self._packs[at >> ROW_BITS][start : start + ID_BYTES]
