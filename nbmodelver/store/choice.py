"""The choice of an encoding for a run of bytes. Each candidate encodes three samples, and the smallest result wins.

The layout alone is not enough: rounded decimals and columns with few distinct values compress better unshuffled. A run
that gains less than 3 % is stored raw. docs/encodings.md lists the encodings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes, lookups
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
"""Up to this share of changed elements, a list of their positions and values (encoding 7) is smaller than any
difference."""

MOST_SAMPLED_VALUES = 128
"""Most distinct values in the samples. A block may have twice as many; above that, codes gain little over lanes."""

_NOISE_BITS = 7.8
"""Entropy in bits per byte above which a lane counts as noise and is stored raw: 7.8 / 8 is about RAW_GAIN."""

_LANE_BYTES = 14
"""Overhead of a lane in bytes: 5 of its head and 9 of an empty zstd frame. A block has as many lanes as a sample."""

_TABLE_BYTES = 60
"""Bytes of an entropy-coded frame in addition to the entropy: frame header and Huffman table (RFC 8878, 4.2)."""

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
    """An encoder and its expected size, as a share of the raw bytes (0 to about 1)."""

    encoder: BlockEncoder
    share: float


def width_of(layout: str) -> int:
    """Return the bytes of one element; 8 for an unknown layout, which is a multiple of most widths."""
    return _WIDTHS.get(layout, 8)


def places(size: int, wanted: int = SAMPLE_BYTES, aligned: int = 64) -> list[tuple[int, int]]:
    """Return (start, end) in bytes of the samples of a run of `size` bytes: beginning, middle and end, or all of it.

    wanted: bytes of a sample. aligned: starts and lengths are multiples of it.
    Together the samples take at most a fifth of the run, as long as each keeps a quarter of `wanted` bytes: else the
    choice costs more than the encoding.
    """
    if size <= SAMPLES * wanted:
        return [(0, size)]
    wanted = min(wanted, max(size // (5 * SAMPLES), wanted // 4) // aligned * aligned)
    starts = [0, (size - wanted) // 2 // aligned * aligned, (size - wanted) // aligned * aligned]
    return [(start, start + wanted) for start in starts]


def sample(raw: Buffer) -> bytes:
    """Return a copy of the sampled bytes of `raw`, concatenated."""
    return b"".join(bytes(raw[start:end]) for start, end in places(len(raw)))


def pick(raw: Buffer, layout: str, level: int = 1) -> Pick:
    """Return the encoder with the smallest result on the samples of `raw`; Raw if none gains 3 %.

    raw: 1-D uint8, any length; only read. layout: type of its elements, "" if unknown, "any" to try all transforms.
    level: zstd level.
    """
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
    values = lookups.distinct(some, width)
    if len(values) // width > MOST_SAMPLED_VALUES:
        return None
    found = lookups.codes(some, values, width, MOST_VALUES)
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
    """Return the mode of each lane (frames.RAW, ZSTD or ENTROPY) and the estimated bytes of all lanes together.

    split: (width, elements) uint8.
    """
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
    """Return the encoder with the smallest result for `raw` against `base`.

    raw, base: 1-D uint8 of equal length; only read. The caller compares the share with that of `pick`.
    """
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
