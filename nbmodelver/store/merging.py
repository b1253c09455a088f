"""Merging of small packs into one, so that a store with ten thousand commits has a few hundred files."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from nbmodelver.store import condemned
from nbmodelver.store.limits import FEW_BYTES, MANY_PACKS
from nbmodelver.store.repacking import repack

if TYPE_CHECKING:
    from nbmodelver.store.index import PartIndex
    from nbmodelver.store.packs import Contents, Entry
    from nbmodelver.store.reading import Reader


def merge_small(reader: Reader, most_bytes: int | None = None) -> int:
    """Merge the packs below FEW_BYTES if there are more than MANY_PACKS; return by how many packs the store shrinks.

    most_bytes: read and write no more than this; the smallest packs go first.
    The new pack is durable before an old one is deleted. A reader that misses an old pack refreshes its index and finds
    the new one. Raises Damaged, and nothing is deleted then.
    """
    index = reader.index
    small = sorted((c for c in index.packs().values() if c.size < FEW_BYTES), key=lambda c: (c.size, c.pack))
    if len(small) <= MANY_PACKS:
        return 0
    if most_bytes is not None:
        sizes = accumulate(c.size for c in small)
        small = [c for c, so_far in zip(small, sizes, strict=True) if so_far <= most_bytes]
    if len(small) < 2:
        return 0
    repack(reader, [(c, _located(c, index)) for c in small])
    condemned.delete(reader.backend, [contents.pack for contents in small])
    index.refresh()
    return len(small) - 1


def _located(contents: Contents, index: PartIndex) -> list[Entry]:
    return [e for e in contents.entries if (place := index.known(e.id)) and place.contents is contents]
