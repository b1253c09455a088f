"""Arithmetic on runs of bytes with numpy: byte lanes, differences, comparison and decimals.

The store handles bytes, not arrays. It uses numpy only here, in lookups.py and in part_rows.py, for vector loops at
memory speed; strided slices of bytes (`data[k::8]`) reach a third of it and cannot subtract. There are no dtypes:
elements are little-endian unsigned integers of `width` bytes (1, 2, 4, 8) on every machine.

A *lane* holds one byte of each element: lane k of elements of 8 bytes is `data[k::8]`. Compressing lanes separately is
the byte shuffle of Blosc and HDF5. Arguments named raw and base are 1-D, C-contiguous and only read; `out` is writable
and belongs to the caller.
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
"""One buffer per byte of an element, low byte first: the rows of a (width, elements) uint8 array, or bytes objects."""

_local = threading.local()
_LEAST_SCRATCH_BYTES, _MOST_SCRATCH_BYTES = 1 << 20, 8 << 20

NONE, ROTATE, STEP = 0, 1, 2
"""Transforms before the split. NONE: none. ROTATE: the sign bit of a float moves to the low end, so the top lane holds
exponent bits only. STEP: zig-zag difference to the previous element."""


def copy(out: memoryview, raw: memoryview) -> None:
    """Copy `raw` into `out`, of equal length, without holding the GIL."""
    np.copyto(np.frombuffer(out, np.uint8), np.frombuffer(raw, np.uint8))


def room(size: int) -> memoryview:
    """Return writable memory: 1-D uint8, uninitialized from 1 MiB on, because clearing a bytearray holds the GIL."""
    return memoryview(bytearray(size)) if size < _LEAST_SCRATCH_BYTES else np.empty(size, np.uint8).data


def address_of(raw: Buffer) -> int:
    """Return the address of the first byte."""
    return int(np.frombuffer(raw, np.uint8).__array_interface__["data"][0])


def words(raw: Buffer, width: int) -> Words:
    """Return a view of `raw` as (len(raw) // width,) little-endian unsigned integers. Bytes left over are not in it."""
    return np.frombuffer(raw, dtype=f"<u{width}", count=len(raw) // width)


def split(raw: Buffer, width: int, transform: int) -> Bytes:
    """Return the lanes of `raw` after `transform`: (width, elements) uint8, low byte first.

    The result is scratch memory of this thread: the next `split`, `minus` or `as_lanes` overwrites it.
    """
    return as_lanes(_forward(words(raw, width), transform))


def join(lanes: Lanes, transform: int, out: memoryview) -> None:
    """Undo `split`: write the elements with these lanes into `out`."""
    target = words(out, len(lanes))
    if transform == NONE:
        _interleave(lanes, target)
        return
    _back(_interleave(lanes, _scratch("joined", len(target), target.dtype)), transform, target)


def as_lanes(numbers: Words, name: str = "lanes") -> Bytes:
    """Return the lanes of 1-D `numbers`: (itemsize, elements) uint8, low byte first.

    The result is scratch memory of this thread: the next call with the same `name` overwrites it.
    """
    numbers = np.ascontiguousarray(numbers)
    lanes = _scratch(name, numbers.nbytes, np.uint8).reshape(numbers.dtype.itemsize, len(numbers))
    for k, lane in enumerate(lanes):
        lane[:] = numbers.view(np.uint8)[k :: len(lanes)]
    return lanes


def from_lanes(lanes: Lanes) -> Words:
    """Return the elements with these lanes in a new array: (elements,) little-endian unsigned of len(lanes) bytes."""
    return _interleave(lanes, np.empty(len(lanes[0]), f"<u{len(lanes)}"))


def _interleave(lanes: Lanes, target: Words) -> Words:
    # One lane at a time: a transposed copy writes the same bytes at a third of the speed.
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
    """Undo `_forward` into `out`. Overwrites `numbers`."""
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
    """Return scratch memory of this thread: (count,) of `dtype`, uninitialized, reused by the next call with this name.

    Page faults of new memory cost more than the arithmetic on it.
    """
    made: dict[str, Bytes] = _local.__dict__
    size = count * np.dtype(dtype).itemsize
    if name not in made or made[name].nbytes < size:
        made[name] = np.empty(max(size, _LEAST_SCRATCH_BYTES), np.uint8)
    if size > _MOST_SCRATCH_BYTES:
        return made.pop(name)[:size].view(dtype)
    return made[name][:size].view(dtype)


def zigzag(numbers: Words) -> Words:
    """Map signed integers to unsigned ones so that a small absolute value gives a small number: 0, -1, 1, -2 ...

    The zig-zag encoding of Protocol Buffers. numbers: 1-D unsigned, read as two's complement. Returns a new array.
    """
    signed = numbers.view(f"<i{numbers.dtype.itemsize}")
    folded = np.bitwise_xor(signed << np.int8(1), signed >> np.int8(_bits(numbers) - 1))
    unsigned: Words = folded.view(numbers.dtype)
    return unsigned


def unzigzag(numbers: Words) -> Words:
    """Undo `zigzag`. Returns a new array."""
    one = numbers.dtype.type(1)
    signed: Words = (numbers >> one) ^ (~(numbers & one) + one)
    return signed


def minus(raw: Buffer, base: Buffer, width: int) -> Bytes:
    """Return the lanes of the zig-zag differences raw - base, modulo 2**(8 * width): (width, elements) uint8.

    raw, base: of equal length. The result is scratch memory, as that of `as_lanes`.
    """
    return as_lanes(zigzag(words(raw, width) - words(base, width)))


def plus(lanes: Lanes, base: Buffer, out: memoryview) -> None:
    """Undo `minus` into `out`, which may be the memory of `base`."""
    width = len(lanes)
    steps = _interleave(lanes, _scratch("joined", len(lanes[0]), f"<u{width}"))
    np.add(words(base, width), unzigzag(steps), out=words(out, width))


def entropy_bits(lane: Bytes) -> float:
    """Return the Shannon entropy of the bytes of `lane` (1-D uint8) in bits per byte, 0 to 8."""
    if not len(lane):
        return 0.0
    counts = np.bincount(lane, minlength=256)
    share = counts[counts > 0] / len(lane)
    return float(-(share * np.log2(share)).sum())


def pack_bits(raw: Buffer) -> bytes | None:
    """Pack bytes that are 0 or 1, eight into one, the first in the lowest bit. None if another byte occurs."""
    array = np.frombuffer(raw, dtype=np.uint8)
    if len(array) and array.max() > 1:
        return None
    return np.packbits(array, bitorder="little").tobytes()


def unpack_bits(packed: Buffer, out: memoryview) -> None:
    """Undo `pack_bits` into `out`, one byte per bit."""
    target = np.frombuffer(out, dtype=np.uint8)
    target[:] = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=len(target), bitorder="little")


def changed(raw: Buffer, base: Buffer, grain: int) -> list[tuple[int, int]]:
    """Return (start, end) in bytes of the runs in which two buffers of equal length differ, in order.

    The buffers are compared in runs of `grain` bytes, a multiple of 8; adjacent runs that differ are merged.
    """
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
    """Return the length of the common prefix in bytes."""
    piece = 1 << 16
    shorter = min(len(a), len(b))
    left, right = np.frombuffer(a, np.uint8, shorter), np.frombuffer(b, np.uint8, shorter)
    for at in range(0, shorter, piece):
        if not np.array_equal(left[at : at + piece], right[at : at + piece]):
            return at + int(np.argmax(left[at : at + piece] != right[at : at + piece]))
    return shorter


def same_end(a: Buffer, b: Buffer, at_most: int) -> int:
    """Return the length of the common suffix in bytes, at most `at_most`, which must not exceed either length."""
    piece = 1 << 16
    left = np.frombuffer(a, np.uint8)[len(a) - at_most :][::-1]
    right = np.frombuffer(b, np.uint8)[len(b) - at_most :][::-1]
    for at in range(0, at_most, piece):
        differs = left[at : at + piece] != right[at : at + piece]
        if differs.any():
            return at + int(np.argmax(differs))
    return at_most


def patch(raw: Buffer, base: Buffer, width: int) -> tuple[Words, Words]:
    """Return the changed elements of `raw` against `base`, of equal length: (gaps, values), 1-D of equal length.

    gaps: uint32, the distance of each changed element to the previous one, the first from 0. values: the new elements.
    """
    new = words(raw, width)
    at = np.flatnonzero(new != words(base, width))
    return np.diff(at, prepend=0).astype("<u4"), new[at]


def apply_patch(gaps: Words, values: Words, out: memoryview) -> None:
    """Undo `patch`: write `values` into `out`, which holds the base. Raises ValueError for a position outside of it."""
    at = np.cumsum(gaps, dtype=np.int64)
    target = words(out, values.dtype.itemsize)
    if len(at) and int(at[-1]) >= len(target):
        raise ValueError("a change lies outside of the block")
    target[at] = values


def share_changed(raw: Buffer, base: Buffer, width: int) -> float:
    """Return the share of elements that differ between two runs of equal length, 0 to 1."""
    new = words(raw, width)
    return float(np.count_nonzero(new != words(base, width))) / max(len(new), 1)


# -- decimals

_MOST_EXCEPTIONS = 0.3
_EXACT = 1 << 52
"""Bound of the integers: a float64 has 53 bits of significand, so all of them are exact."""


class Decimal(NamedTuple):
    """Decimal numbers as integers: value = numbers / 10**digits, except for the exceptions.

    numbers: (n,) int64, scratch memory. smallest: their minimum. width: bytes of the largest difference to it.
    gaps, exceptions: positions and bit patterns of other values, in the form of `patch`.
    """

    numbers: Words
    smallest: int
    width: int
    gaps: Words
    exceptions: Words

    def integers(self) -> Words:
        """Return numbers - smallest: (n,) little-endian unsigned of `width` bytes, a new array."""
        return (self.numbers - self.smallest).astype(f"<u{self.width}")


def to_decimals(raw: Buffer, digits: int) -> Decimal | None:
    """Return the float64 values of `raw` as integer multiples of 10**-digits; None if more than 30 % are not.

    A value counts if integer / 10**digits has exactly its bit pattern; division and conversion are exactly rounded
    in IEEE 754, so every machine restores the same bits. NaN, infinities and -0.0 become exceptions.
    """
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
    """Undo `to_decimals` into `out`, except for the exceptions. Raises ValueError if `smallest` is out of range."""
    if not -_EXACT <= smallest <= _EXACT:
        raise ValueError("decimals are too large")
    integers = np.empty(len(lanes[0]), f"<u{len(lanes)}")
    join(lanes, transform, integers.view(np.uint8).data)
    numbers = integers.astype("<i8")
    numbers += smallest
    np.divide(numbers, 10.0**digits, out=words(out, 8).view("<f8"))
