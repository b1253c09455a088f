"""Arithmetic on whole runs of bytes: lanes, differences, positions. The only file of the store that knows numpy.

The store knows bytes and no arrays; but splitting, subtracting and comparing bytes at memory speed needs vector
loops, and slices with a stride (`data[k::8]`) reach a third of that and cannot subtract. Nothing here knows dtypes:
a width in bytes is all there is, and numbers are little-endian whatever the machine is.

A *lane* is what remains of a run of equally wide elements when one byte of each is taken.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[Any]
Buffer = bytes | bytearray | memoryview
Lanes = Sequence[Any]
"""A buffer for each byte of an element, low byte first: rows of an array, or bytes as they were read."""

_local = threading.local()
_LEAST_SCRATCH_BYTES, _MOST_SCRATCH_BYTES = 1 << 20, 8 << 20

NONE, ROTATE, STEP = 0, 1, 2
"""Transforms before the split: none; sign bit moved to the low end, so that a float's exponent is a lane of its own;
difference to the element before, zig-zag."""


def copy(out: memoryview, raw: memoryview) -> None:
    """Put `raw` into `out`, of the same length, without holding the interpreter."""
    np.copyto(np.frombuffer(out, np.uint8), np.frombuffer(raw, np.uint8))


def room(size: int) -> memoryview:
    """Writable memory that is not cleared: a cleared `bytearray` holds the interpreter for as long as that takes."""
    return memoryview(bytearray(size)) if size < _LEAST_SCRATCH_BYTES else np.empty(size, np.uint8).data


def address_of(raw: Buffer) -> int:
    """Where these bytes are in memory."""
    return int(np.frombuffer(raw, np.uint8).__array_interface__["data"][0])


def words(raw: Buffer, width: int) -> Words:
    """`raw` as unsigned numbers of `width` bytes (1, 2, 4, 8); what is left over at the end is left out."""
    return np.frombuffer(raw, dtype=f"<u{width}", count=len(raw) // width)


def split(raw: Buffer, width: int, transform: int) -> Bytes:
    """(width, elements) uint8: the lanes of `raw`, low byte first. In memory that the next call uses again."""
    return as_lanes(_forward(words(raw, width), transform))


def join(lanes: Lanes, transform: int, out: memoryview) -> None:
    """Put the elements whose lanes these are into `out`. Undoes `split`."""
    target = words(out, len(lanes))
    if transform == NONE:
        _interleave(lanes, target)
        return
    _back(_interleave(lanes, _scratch("joined", len(target), target.dtype)), transform, target)


def as_lanes(numbers: Words, name: str = "lanes") -> Bytes:
    """(width, elements) uint8 from elements. In memory that the next call with this name uses again."""
    numbers = np.ascontiguousarray(numbers)
    lanes = _scratch(name, numbers.nbytes, np.uint8).reshape(numbers.dtype.itemsize, len(numbers))
    for k, lane in enumerate(lanes):
        lane[:] = numbers.view(np.uint8)[k :: len(lanes)]
    return lanes


def from_lanes(lanes: Lanes) -> Words:
    """Elements from their lanes."""
    return _interleave(lanes, np.empty(len(lanes[0]), f"<u{len(lanes)}"))


def _interleave(lanes: Lanes, target: Words) -> Words:
    # Lane by lane: a transposed copy writes the same bytes at a third of the speed.
    for k, lane in enumerate(lanes):
        target.view(np.uint8)[k :: len(lanes)] = np.frombuffer(lane, np.uint8)
    return target


def _forward(numbers: Words, transform: int) -> Words:
    kind = numbers.dtype.type
    if transform == ROTATE:
        turned, sign = (_scratch(name, len(numbers), numbers.dtype) for name in ("turned", "sign"))
        np.left_shift(numbers, kind(1), out=turned)
        np.right_shift(numbers, kind(_bits(numbers) - 1), out=sign)
        return np.bitwise_or(turned, sign, out=turned)
    if transform == STEP and len(numbers):
        steps = _scratch("turned", len(numbers), numbers.dtype)
        steps[0] = numbers[0]
        np.subtract(numbers[1:], numbers[:-1], out=steps[1:])
        return zigzag(steps)
    return numbers


def _back(numbers: Words, transform: int, out: Words) -> None:
    """Undo `_forward` into `out`; overwrites `numbers`."""
    kind = numbers.dtype.type
    if transform == STEP:
        np.cumsum(unzigzag(numbers), dtype=numbers.dtype, out=out)
        return
    sign = np.left_shift(numbers, kind(_bits(numbers) - 1), out=_scratch("sign", len(numbers), numbers.dtype))
    np.right_shift(numbers, kind(1), out=numbers)
    np.bitwise_or(numbers, sign, out=out)


def _bits(numbers: Words) -> int:
    return numbers.dtype.itemsize * 8


def _scratch(name: str, count: int, dtype: Any) -> Words:
    """Memory of this thread, used again under the same name: fresh pages cost more than the work on them."""
    made: dict[str, Bytes] = _local.__dict__
    size = count * np.dtype(dtype).itemsize
    if name not in made or made[name].nbytes < size:
        made[name] = np.empty(max(size, _LEAST_SCRATCH_BYTES), np.uint8)
    if size > _MOST_SCRATCH_BYTES:
        return made.pop(name)[:size].view(dtype)
    return made[name][:size].view(dtype)


def zigzag(numbers: Words) -> Words:
    """Small signed numbers of either sign as small unsigned ones."""
    signed = numbers.view(f"<i{numbers.dtype.itemsize}")
    folded = np.bitwise_xor(signed << np.int8(1), signed >> np.int8(_bits(numbers) - 1))
    unsigned: Words = folded.view(numbers.dtype)
    return unsigned


def unzigzag(numbers: Words) -> Words:
    """Undoes `zigzag`."""
    one = numbers.dtype.type(1)
    signed: Words = (numbers >> one) ^ (~(numbers & one) + one)
    return signed


def minus(raw: Buffer, base: Buffer, width: int) -> Bytes:
    """Lanes of the zig-zag differences of two equally long runs."""
    return as_lanes(zigzag(words(raw, width) - words(base, width)))


def plus(lanes: Lanes, base: Buffer, out: memoryview) -> None:
    """Undoes `minus`. `out` may be the very memory of `base`."""
    width = len(lanes)
    steps = _interleave(lanes, _scratch("joined", len(lanes[0]), f"<u{width}"))
    np.add(words(base, width), unzigzag(steps), out=words(out, width))


def entropy_bits(lane: Bytes) -> float:
    """Bits per byte that an entropy coder without memory needs for `lane`."""
    if not len(lane):
        return 0.0
    counts = np.bincount(lane, minlength=256)
    share = counts[counts > 0] / len(lane)
    return float(-(share * np.log2(share)).sum())


def pack_bits(raw: Buffer) -> bytes | None:
    """Eight bytes that are 0 or 1 as one, or None when there are others."""
    array = np.frombuffer(raw, dtype=np.uint8)
    if len(array) and array.max() > 1:
        return None
    return np.packbits(array, bitorder="little").tobytes()


def unpack_bits(packed: Buffer, out: memoryview) -> None:
    """Undoes `pack_bits`."""
    target = np.frombuffer(out, dtype=np.uint8)
    target[:] = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=len(target), bitorder="little")


def changed(raw: Buffer, base: Buffer, grain: int) -> list[tuple[int, int]]:
    """(start, end) in bytes of the runs of `grain` bytes in which two equally long buffers differ, merged, in order."""
    whole = len(raw) // grain
    differs: list[bool] = []
    if whole:
        pieces = np.frombuffer(raw, np.uint8, whole * grain).view("<u8").reshape(whole, -1)
        others = np.frombuffer(base, np.uint8, whole * grain).view("<u8").reshape(whole, -1)
        differs = [not np.array_equal(a, b) for a, b in zip(pieces, others, strict=True)]
    if len(raw) % grain:
        differs.append(bytes(raw[whole * grain :]) != bytes(base[whole * grain :]))
    runs: list[tuple[int, int]] = []
    for i, is_changed in enumerate(differs):
        if is_changed and runs and runs[-1][1] == i * grain:
            runs[-1] = (runs[-1][0], min((i + 1) * grain, len(raw)))
        elif is_changed:
            runs.append((i * grain, min((i + 1) * grain, len(raw))))
    return runs


def same_start(a: Buffer, b: Buffer) -> int:
    """How many bytes two buffers have in common at the beginning."""
    piece = 1 << 16
    shorter = min(len(a), len(b))
    left, right = np.frombuffer(a, np.uint8, shorter), np.frombuffer(b, np.uint8, shorter)
    for at in range(0, shorter, piece):
        if not np.array_equal(left[at : at + piece], right[at : at + piece]):
            return at + int(np.argmax(left[at : at + piece] != right[at : at + piece]))
    return shorter


def same_end(a: Buffer, b: Buffer, at_most: int) -> int:
    """How many bytes two buffers have in common at the end, at most `at_most`."""
    piece = 1 << 16
    left = np.frombuffer(a, np.uint8)[len(a) - at_most :][::-1]
    right = np.frombuffer(b, np.uint8)[len(b) - at_most :][::-1]
    for at in range(0, at_most, piece):
        differs = left[at : at + piece] != right[at : at + piece]
        if differs.any():
            return at + int(np.argmax(differs))
    return at_most


def patch(raw: Buffer, base: Buffer, width: int) -> tuple[Words, Words]:
    """Gaps between changed elements (uint32, the first from 0) and their new values."""
    new = words(raw, width)
    at = np.flatnonzero(new != words(base, width))
    return np.diff(at, prepend=0).astype("<u4"), new[at]


def apply_patch(gaps: Words, values: Words, out: memoryview) -> None:
    """Put `values` where `gaps` say. Raises ValueError for a place outside of `out`."""
    at = np.cumsum(gaps, dtype=np.int64)
    target = words(out, values.dtype.itemsize)
    if len(at) and int(at[-1]) >= len(target):
        raise ValueError("a change lies outside of the block")
    target[at] = values


def share_changed(raw: Buffer, base: Buffer, width: int) -> float:
    """The share of elements that differ between two equally long runs."""
    new = words(raw, width)
    return float(np.count_nonzero(new != words(base, width))) / max(len(new), 1)


# -- few distinct values

_MULTIPLIERS = tuple(0x9E3779B97F4A7C15 * odd % (1 << 64) | 1 for odd in range(1, 64, 2))
_SLOT_BITS = 16
_FIRST_LOOK = 1024


def distinct(raw: Buffer, width: int) -> bytes:
    """The distinct elements of `raw` one after the other; only those of its beginning when these are too many."""
    elements = words(raw, width)
    some = np.unique(elements[:_FIRST_LOOK])
    return (some if len(some) > _FIRST_LOOK // 4 else np.unique(elements)).tobytes()


def codes(raw: Buffer, values: bytes, width: int, at_most: int) -> tuple[Bytes, bytes] | None:
    """The place of each element among the values, and the values: those given and what else turned up.

    None when there are more than `at_most`. Values are found by multiplying into a table without collisions.
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
    """Undo `codes`. Raises ValueError for a code without value."""
    known, places = words(values, width), words(codes_, 1)
    if len(places) and int(places.max()) >= len(known):
        raise ValueError("a code has no value")
    np.take(known, places, out=words(out, width), mode="clip")


# -- decimals

_MOST_EXCEPTIONS = 0.3
_EXACT = 1 << 52


class Decimal(NamedTuple):
    """Numbers as integers: value = (lane integer + smallest) / 10**digits, but for the exceptions."""

    numbers: Words
    smallest: int
    width: int
    gaps: Words
    exceptions: Words

    def integers(self) -> Words:
        """The integers less the smallest, `width` bytes wide."""
        return (self.numbers - self.smallest).astype(f"<u{self.width}")


def to_decimals(raw: Buffer, digits: int) -> Decimal | None:
    """The float64 numbers of `raw` as integers of 10**-digits, or None when too many of them are none."""
    bits = words(raw, 8)
    floats = bits.view("<f8")
    scaled, numbers = _scratch("turned", len(bits), "<f8"), _scratch("sign", len(bits), "<i8")
    with np.errstate(invalid="ignore", over="ignore"):
        np.multiply(floats, 10.0**digits, out=scaled)
        np.rint(scaled, out=scaled)
        np.clip(scaled, -_EXACT, _EXACT, out=scaled)
        np.copyto(numbers, scaled, casting="unsafe")
        np.divide(numbers, 10.0**digits, out=scaled)
    at = np.flatnonzero(scaled.view("<u8") != bits)
    if len(at) > _MOST_EXCEPTIONS * len(bits):
        return None
    good = numbers
    if len(at):
        numbers[at] = numbers[np.flatnonzero(scaled.view("<u8") == bits)[0]]
    smallest, largest = (int(good.min()), int(good.max())) if len(good) else (0, 0)
    width = next(w for w in (1, 2, 4, 8) if largest - smallest < 1 << (8 * w))
    return Decimal(good, smallest, width, np.diff(at, prepend=0).astype("<u4"), bits[at])


def from_decimals(lanes: Lanes, transform: int, smallest: int, digits: int, out: memoryview) -> None:
    """Undo `to_decimals`, but for the exceptions. Raises ValueError for integers that no float holds exactly."""
    if not -_EXACT <= smallest <= _EXACT:
        raise ValueError("decimals are too large")
    integers = np.empty(len(lanes[0]), f"<u{len(lanes)}")
    join(lanes, transform, integers.view(np.uint8).data)
    numbers = integers.astype("<i8")
    numbers += smallest
    np.divide(numbers, 10.0**digits, out=words(out, 8).view("<f8"))


# -- rows that moved

_PROBES = 64
_MOSTLY = 0.5


def gather(base: Buffer, index: Buffer, width: int, out: memoryview) -> None:
    """Put the elements of `base` at the places of a u32 `index` into `out`. Raises ValueError for one outside."""
    known, places = words(base, width), words(index, 4)
    if len(places) and int(places.max()) >= len(known):
        raise ValueError("an index leads outside of the base")
    np.take(known, places, out=words(out, width), mode="clip")


def is_gathered(raw: Buffer, base: Buffer, index: Buffer, width: int) -> bool:
    """Whether `gather` gives `raw`."""
    known, places = words(base, width), words(index, 4)
    if len(places) and int(places.max()) >= len(known):
        return False
    return bool(np.array_equal(np.take(known, places, mode="clip"), words(raw, width)))


def may_tell_rows_apart(raw: Buffer, width: int) -> bool:
    """False when most of a sample are repeats: a label, not a name of the row."""
    elements = words(raw, width)
    some = elements[:: max(len(elements) // 1024, 1)]
    return len(np.unique(some)) > _MOSTLY * len(some)


def may_be_moved(raw: Buffer, base: Buffer, width: int) -> bool:
    """Whether most elements are in other places than in `base`, and a sample of them is somewhere there."""
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
    """u32: where in `base` each element of `raw` is; None unless each is there, and once.

    Both are sorted: looking up elements in random order misses the cache at each step of each search.
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
