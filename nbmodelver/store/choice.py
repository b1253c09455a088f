"""Which encoding a part gets, found on three samples: the first guess of a layout is often wrong.

Plain zstd wins where it is as good: rounded decimals and columns with few distinct values shrink more as they are
than after a shuffle. What gains less than 3 % is stored raw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.encodings.bits import Bits
from nbmodelver.store.encodings.decimals import MOST_DIGITS, Decimals
from nbmodelver.store.encodings.dictionary import MOST_VALUES, Dictionary
from nbmodelver.store.encodings.difference import Difference
from nbmodelver.store.encodings.frames import (
    ENTROPY,
    RAW,
    ZSTD,
    can_write_prefix,
    compress,
    compress_after,
)
from nbmodelver.store.encodings.patch import Patch
from nbmodelver.store.encodings.plain import Raw, Zstd
from nbmodelver.store.encodings.prefix import Prefix
from nbmodelver.store.encodings.shuffled import Shuffled
from nbmodelver.store.limits import RAW_GAIN, SEGMENT_BYTES

if TYPE_CHECKING:
    from nbmodelver.store.encodings.protocol import BlockEncoder
    from nbmodelver.store.lanes import Buffer, Bytes

SAMPLES, SAMPLE_BYTES = 3, 16 << 10
PATCH_SHARE = 0.08
"""Up to this share of changed elements, where they are and what they hold is smaller than any difference."""

MOST_SAMPLED_VALUES = 128
"""Twice as many may turn up in a block; with more values the codes gain little over lanes."""

_NOISE_BITS = 7.8
_LANE_BYTES = 14
"""What an empty lane takes; a whole block has as many as a sample."""

_TABLE_BYTES = 60
"""What entropy coding needs beside the entropy: a frame, and how often each byte occurs."""

_SHAPES: dict[str, tuple[tuple[int, int], ...]] = {
    "f8": ((8, lanes.ROTATE),),
    "f4": ((4, lanes.ROTATE),),
    "f2": ((2, lanes.ROTATE),),
    "bf2": ((2, lanes.ROTATE),),
    **{f"{kind}{width}": ((width, lanes.NONE), (width, lanes.STEP)) for kind in "iu" for width in (1, 2, 4, 8)},
    "lengths": ((4, lanes.NONE), (8, lanes.NONE)),
    "": ((8, lanes.NONE), (4, lanes.NONE)),
    "any": tuple((width, how) for width in (8, 4, 2) for how in (lanes.NONE, lanes.ROTATE, lanes.STEP)),
}
_WIDTHS = {"f8": 8, "f4": 4, "f2": 2, "bf2": 2, **{f"{k}{w}": w for k in "iu" for w in (1, 2, 4, 8)}, "b": 1, "text": 1}


@dataclass(frozen=True)
class Pick:
    """An encoder and the share of the raw bytes that it is expected to need."""

    encoder: BlockEncoder
    share: float


def width_of(layout: str) -> int:
    """Bytes of one element; 8 where it is not known: wide enough for most, and harmless."""
    return _WIDTHS.get(layout, 8)


def places(size: int, wanted: int = SAMPLE_BYTES, aligned: int = 64) -> list[tuple[int, int]]:
    """(start, end) of the samples of a run of `size` bytes: beginning, middle and end, or all of it.

    Together they are at most a fifth of it, if that leaves a quarter of what is wanted: else finding out how a run is
    best coded costs more than coding it.
    """
    if size <= SAMPLES * wanted:
        return [(0, size)]
    wanted = min(wanted, max(size // (5 * SAMPLES), wanted // 4) // aligned * aligned)
    starts = [0, (size - wanted) // 2 // aligned * aligned, (size - wanted) // aligned * aligned]
    return [(start, start + wanted) for start in starts]


def sample(raw: Buffer) -> bytes:
    """The sampled bytes of `raw`, one after the other."""
    return b"".join(bytes(raw[start:end]) for start, end in places(len(raw)))


def pick(raw: Buffer, layout: str, level: int = 1) -> Pick:
    """The encoder for a run of bytes of this layout, and what it is expected to gain."""
    some = sample(raw)
    if not some:
        return Pick(Raw(), 1.0)
    if layout == "b" and lanes.pack_bits(some) is not None:
        return Pick(Bits(level), len(compress(lanes.pack_bits(some) or b"", level)) / len(some))
    best = Pick(Zstd(level), len(compress(some, level)) / len(some))
    for width, transform in _SHAPES.get(layout, ()):
        if len(raw) % width == 0 or layout:
            best = min(best, _shuffled(some, width, transform, level), key=lambda p: p.share)
    for other in (_few_values(some, layout, level), _decimals(some, layout, level)):
        if other is not None:
            best = min(best, other, key=lambda p: p.share)
    return best if best.share < RAW_GAIN else Pick(Raw(), 1.0)


def _few_values(some: bytes, layout: str, level: int) -> Pick | None:
    width = width_of(layout)
    if width < 4 or len(some) < width:
        return None
    values = lanes.distinct(some, width)
    if len(values) // width > MOST_SAMPLED_VALUES:
        return None
    found = lanes.codes(some, values, width, MOST_VALUES)
    if found is None:
        return None
    mode, size = _mode(found[0], level)
    return Pick(Dictionary(width, values, mode, level), size / len(some))


def _decimals(some: bytes, layout: str, level: int) -> Pick | None:
    if layout not in ("f8", "any"):
        return None
    for digits in range(MOST_DIGITS + 1):
        found = lanes.to_decimals(some, digits)
        if found is not None:
            modes, size = _modes(lanes.as_lanes(found.integers()), level)
            beside = len(compress(found.exceptions.data.cast("B"), level)) + len(found.gaps) if len(found.gaps) else 0
            return Pick(Decimals(digits, modes, level), (size + beside) / len(some))
    return None


def _shuffled(some: bytes, width: int, transform: int, level: int) -> Pick:
    modes, size = _modes(lanes.split(some, width, transform), level)
    return Pick(Shuffled(width, transform, modes, level), size / len(some))


def _modes(split: Bytes, level: int) -> tuple[tuple[int, ...], int]:
    """How to compress each lane, and the bytes that all of them need together."""
    modes, total = [], 0
    for lane in split:
        mode, size = _mode(lane, level)
        modes.append(mode)
        total += size
    return tuple(modes), total


def _mode(lane: Bytes, level: int) -> tuple[int, int]:
    bits = lanes.entropy_bits(lane)
    if bits > _NOISE_BITS:
        return RAW, lane.size
    found, coded = len(compress(lane.data, level)), int(bits * lane.size / 8) + _TABLE_BYTES
    if min(found, coded) >= RAW_GAIN * lane.size:
        return RAW, lane.size
    return (ZSTD, found) if found < 0.95 * coded else (ENTROPY, coded)


def pick_delta(raw: Buffer, base: Buffer, layout: str, level: int = 1) -> Pick | None:
    """The best encoder for `raw` against an equally long `base`, or None when the base does not help."""
    width = width_of(layout)
    some, other = sample(raw), sample(base)
    if lanes.share_changed(some, other, width) <= PATCH_SHARE:
        patch = Patch(width, level)
        stored = sum(map(len, patch.encode(memoryview(some), other) or []))
        fixed = (width + 4) * _LANE_BYTES * (1 - len(some) / max(min(len(raw), SEGMENT_BYTES), len(some)))
        return Pick(patch, (stored - fixed) / len(some))
    candidates = [_after(some, other, level)]
    if layout not in ("text", "b"):
        modes, size = _modes(lanes.minus(some, other, width), level)
        candidates.append(Pick(Difference(width, modes, level), size / len(some)))
    return min(candidates, key=lambda p: p.share)


def _after(some: bytes, other: bytes, level: int) -> Pick:
    if not can_write_prefix():
        return Pick(Prefix(level), math.inf)
    return Pick(Prefix(level), len(compress_after(some, other, level)) / len(some))
