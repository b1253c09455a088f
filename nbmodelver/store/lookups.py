"""Lookups of elements in runs of bytes: codes for few distinct values, and row indices for moved rows.

As in lanes.py, there are no dtypes: elements are unsigned little-endian integers of `width` bytes (1, 2, 4, 8).
"""

from __future__ import annotations

import numpy as np

from nbmodelver.store.lanes import Buffer, Bytes, Words, same_end, same_start, words

# -- few distinct values

# A multiplicative hash (Knuth, The Art of Computer Programming 3, 6.4): the high bits of value * multiplier are the
# slot. The multipliers are odd multiples of 2**64 / golden ratio; the first without a collision is used.
_MULTIPLIERS = tuple(0x9E3779B97F4A7C15 * odd % (1 << 64) | 1 for odd in range(1, 64, 2))
_SLOT_BITS = 16
_FIRST_LOOK = 1024


def distinct(raw: Buffer, width: int) -> bytes:
    """Return the distinct elements of `raw`, sorted and concatenated.

    If the first 1,024 elements have more than 256 distinct values, only theirs: there are too many in any case.
    """
    elements = words(raw, width)
    some = np.unique(elements[:_FIRST_LOOK])
    return (some if len(some) > _FIRST_LOOK // 4 else np.unique(elements)).tobytes()


def codes(raw: Buffer, values: bytes, width: int, at_most: int) -> tuple[Bytes, bytes] | None:
    """Return the code of each element ((elements,) uint8) and the values that the codes index, as bytes.

    values: expected distinct elements, concatenated; others that occur are added behind them. Returns None if there are
    more than `at_most` values, if more than an eighth of the elements is unexpected, or if no multiplier is free of
    collisions.
    """
    elements = words(raw, width)
    known = words(values, width)
    for _ in range(2):
        found = _codes(elements, known)
        if found is None:
            return None
        missed = elements[known[found] != elements]
        if not len(missed):
            return found, known.tobytes()
        if len(missed) > len(elements) // 8:
            return None
        known = np.concatenate([known, np.unique(missed)])
        if len(known) > at_most:
            return None
    return None


def _codes(elements: Words, known: Words) -> Bytes | None:
    shift = np.uint64(64 - _SLOT_BITS)
    for multiplier in map(np.uint64, _MULTIPLIERS):
        slots = (known.astype(np.uint64) * multiplier) >> shift
        if len(np.unique(slots)) == len(known):
            table = np.zeros(1 << _SLOT_BITS, np.uint8)
            table[slots] = np.arange(len(known), dtype=np.uint8)
            places = np.multiply(elements, multiplier, dtype=np.uint64)
            np.right_shift(places, shift, out=places)
            return np.take(table, places.view(np.int64), mode="clip")
    return None


def look_up(codes_: Buffer, values: Buffer, width: int, out: memoryview) -> None:
    """Undo `codes` into `out` (writable uint8). Raises ValueError for a code without a value."""
    known, places = words(values, width), words(codes_, 1)
    if len(places) and int(places.max()) >= len(known):
        raise ValueError("a code has no value")
    np.take(known, places, out=words(out, width), mode="clip")


# -- rows that moved

_PROBES = 64
"""Elements that are searched in the base before the whole column is sorted."""

_MOSTLY = 0.5


def gather(base: Buffer, index: Buffer, width: int, out: memoryview) -> None:
    """Write base[index] into `out` (writable uint8). index: u32 as bytes. Raises ValueError for one out of range."""
    known, places = words(base, width), words(index, 4)
    if len(places) and int(places.max()) >= len(known):
        raise ValueError("an index leads outside of the base")
    np.take(known, places, out=words(out, width), mode="clip")


def is_gathered(raw: Buffer, base: Buffer, index: Buffer, width: int) -> bool:
    """Return True if `gather` with this index gives `raw`."""
    known, places = words(base, width), words(index, 4)
    if len(places) and int(places.max()) >= len(known):
        return False
    return bool(np.array_equal(np.take(known, places, mode="clip"), words(raw, width)))


def may_tell_rows_apart(raw: Buffer, width: int) -> bool:
    """Return True if more than half of a sample of 1,024 elements are distinct, so the values may identify rows."""
    elements = words(raw, width)
    some = elements[:: max(len(elements) // 1024, 1)]
    return len(np.unique(some)) > _MOSTLY * len(some)


def may_be_moved(raw: Buffer, base: Buffer, width: int) -> bool:
    """Return True if most elements have another position than in `base`, and a sample of them occurs in `base`."""
    new, old = words(raw, width), words(base, width)
    if len(new) == len(old):
        if np.count_nonzero(new == old) > _MOSTLY * len(new):
            return False
    else:
        shorter, start = min(len(raw), len(base)), same_start(raw, base)
        if start + same_end(raw, base, shorter - start) > _MOSTLY * shorter:
            return False
    some = np.unique(new[:: max(len(new) // _PROBES, 1)])
    at = np.minimum(np.searchsorted(some, old), len(some) - 1)
    return len(np.unique(at[some[at] == old])) == len(some)


def places_in(raw: Buffer, base: Buffer, width: int) -> memoryview | None:
    """Return the position in `base` of each element of `raw`, as bytes of u32; None unless each occurs exactly once.

    Both are sorted first: a binary search for elements in random order misses the CPU cache at each step.
    """
    new, old = words(raw, width), words(base, width)
    if not len(new) or not len(old):
        return None
    order, way = np.argsort(old), np.argsort(new)
    values, wanted = old[order], new[way]
    if np.array_equal(values, wanted):
        at = np.arange(len(new))
    else:
        at = np.searchsorted(values[:-1], wanted)
        if not np.array_equal(values[at], wanted):
            return None
    repeated = values[1:] == values[:-1]
    if len(repeated) and repeated[np.minimum(at, len(repeated) - 1)][at < len(repeated)].any():
        return None
    places = np.empty(len(new), "<u4")
    places[way] = order[at]
    return places.view(np.uint8).data
