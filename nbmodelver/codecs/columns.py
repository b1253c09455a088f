"""Which parts of a stored table hold which columns, read from the slot names of its recipe.

A slot is the name of a column, for texts and masked arrays with a suffix: "city lengths", "city text", "age mask". A
name that ends like that is indistinguishable from it, so that a slot may stand for several columns. Parts without a
slot, and blocks of several small columns ("a|b"), belong to the whole table.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from nbmodelver.codecs.draft import PLAIN

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbmodelver.codecs.recipe import Recipe
    from nbmodelver.model import ObjectId

SUFFIXES = (" lengths", " text", " u1", " mask")


def is_by_columns(stored: Recipe) -> bool:
    """True for one plain value that refers to no notebook code and has parts with slots."""
    draft = stored.draft
    return draft.format == PLAIN and len(draft.names) == 1 and not draft.uses and any(stored.slots)


def columns_of(slot: str) -> tuple[str, ...]:
    """The columns that a slot may belong to; () if it belongs to the whole table.

    >>> columns_of("city text")
    ('city text', 'city')
    """
    if not slot or "|" in slot:
        return ()
    shorter = (slot.removesuffix(suffix) for suffix in SUFFIXES if slot.endswith(suffix))
    return slot, *shorter


def buffers_without(stored: Recipe, columns: Collection[str]) -> frozenset[int]:
    """Numbers of the arrays' buffers that hold only other columns than these."""
    own = stored.draft.own
    found = ((at - own, columns_of(slot)) for at, slot in enumerate(stored.slots) if at >= own)
    return frozenset(at for at, names in found if names and not any(name in columns for name in names))


def column_parts(stored: Recipe) -> dict[str, tuple[ObjectId, ...]]:
    """The parts of each slot that belongs to single columns."""
    found: dict[str, tuple[ObjectId, ...]] = {}
    for slot, part in zip(stored.slots, stored.parts, strict=False):
        if columns_of(slot):
            found[slot] = (*found.get(slot, ()), part)
    return found


def rest_digest(stored: Recipe) -> str:
    """A digest of everything but the content of the columns: their names, dtypes and index, and the number of rows.

    The lengths of texts and of other parts of columns are no part of it.
    """
    dtypes, stretches, rows = stored.draft.table
    shared = [part for at, part in enumerate(stored.parts) if not columns_of(_slot(stored, at))]
    arrays = [[n, offset, dtype, len(shape), strides, flags] for n, offset, dtype, shape, strides, flags in rows]
    runs = [[allocator, first, count if first != -1 else 0] for _size, allocator, first, count in stretches]
    skeleton = stored.skeleton or hashlib.blake2b(stored.draft.skeleton).hexdigest()
    text = json.dumps([dtypes, runs, arrays, shared, skeleton, list(stored.slots)])
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _slot(stored: Recipe, at: int) -> str:
    return stored.slots[at] if at < len(stored.slots) else ""
