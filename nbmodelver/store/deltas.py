"""Cutting of a big part into blocks, with or without a base.

With a base of equal length, equal runs are copied, and each other run is encoded against the base at the same offset.
With a base of another length, the common beginning and the common end are copied. The middle is encoded with the
base's middle as a zstd prefix, as `zstd --patch-from` does, in windows that bound the memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.store import lanes
from nbmodelver.store.choice import pick, pick_delta, places
from nbmodelver.store.encodings.frames import can_write_prefix, compress_after
from nbmodelver.store.encodings.prefix import Prefix
from nbmodelver.store.limits import DELTA_GAIN, SEGMENT_BYTES
from nbmodelver.store.packs import Use
from nbmodelver.store.ranges import RUN_BYTES, Stretch, bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.model import ObjectId
    from nbmodelver.store.encodings.protocol import BlockEncoder
    from nbmodelver.store.ranges import Base

GRAIN_BYTES = 32 << 10
"""Length of the runs that are compared for equality: so small that one changed cell costs little."""

WINDOW_BYTES = 4 << 20
"""Bytes of a part that are encoded with one prefix."""

SLACK_BYTES = 1 << 20
"""The prefix of a window reaches this far beyond the window's own offsets in the base, on both sides."""

PROBE_BYTES = 64 << 10
"""Bytes of a sample that decides between a delta and a plain encoding."""

LEAST_COPY_SHARE = 0.02
"""If less than this share of the part can be copied and the rest gains nothing from the base, the base is not used."""


@dataclass(frozen=True)
class Piece:
    """A planned block: bytes `start` to `end` of the part, and how they are encoded.

    encoder: None for a copy of the base. uses: the ranges of bases that decoding needs.
    stored: the bytes of the block, if the planner has already encoded and verified it.
    """

    start: int
    end: int
    encoder: BlockEncoder | None
    uses: tuple[Use, ...] = ()
    stored: bytes | None = None


def whole(raw: memoryview, layout: str, level: int, encoder: BlockEncoder | None = None) -> list[Piece]:
    """Return the pieces of a part without a base. raw: 1-D uint8. encoder: skips the choice of an encoder."""
    return _pieces(0, len(raw), encoder or pick(raw, layout, level).encoder)


def against(raw: memoryview, near: ObjectId, base: Base, layout: str, level: int) -> list[Piece]:
    """Return the pieces of `raw` as a delta to `base`, or as a plain encoding if the delta gains little.

    raw: 1-D uint8; only read. near: id of the base. base: its bytes, or a Stretch that decodes them in runs.
    A plain encoding has no `uses`. Raises Damaged if the base cannot be decoded.
    """
    if not len(base):
        return whole(raw, layout, level)
    if len(raw) == len(base):
        return _same_length(raw, near, base, layout, level)
    return _other_length(raw, near, base, layout, level)


def _pieces(start: int, end: int, encoder: BlockEncoder, step: int = SEGMENT_BYTES) -> list[Piece]:
    return [Piece(at, min(at + step, end), encoder) for at in range(start, end, step)]


def _copy(start: int, end: int, near: ObjectId, base_start: int) -> Iterator[Piece]:
    if end > start:
        yield Piece(start, end, None, (Use(near, base_start, end - start),))


def _same_length(raw: memoryview, near: ObjectId, base: Base, layout: str, level: int) -> list[Piece]:
    runs = _changed(raw, base)
    first = _pick_changed(raw, base, runs, layout, level)
    changed_bytes = sum(end - start for start, end in runs)
    if first.plain and changed_bytes > (1 - LEAST_COPY_SHARE) * len(raw):
        return _pieces(0, len(raw), first.encoder)
    pieces: list[Piece] = []
    at = 0
    for start, end in runs:
        pieces += _copy(at, start, near, at)
        for piece in _pieces(start, end, first.encoder):
            uses = () if first.plain else (Use(near, piece.start, piece.end - piece.start),)
            pieces.append(Piece(piece.start, piece.end, piece.encoder, uses))
        at = end
    pieces += _copy(at, len(raw), near, at)
    return pieces


@dataclass(frozen=True)
class _Chosen:
    encoder: BlockEncoder
    plain: bool


def _changed(raw: memoryview, base: Base) -> list[tuple[int, int]]:
    """Return (start, end) in bytes of the runs that differ, in order. Lengths are equal."""
    if isinstance(base, memoryview):
        return lanes.changed(raw, base, GRAIN_BYTES)
    runs: list[tuple[int, int]] = []
    for at, own, other in _side_by_side(raw, base):
        for start, end in lanes.changed(own, other, GRAIN_BYTES):
            before = runs.pop() if runs and runs[-1][1] == at + start else (at + start, 0)
            runs.append((before[0], at + end))
    return runs


def _side_by_side(raw: memoryview, base: Stretch) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield (offset, bytes of raw, bytes of base) for each run of RUN_BYTES. The base's memory is reused."""
    shorter, at = min(len(raw), len(base)), 0
    for other in base[:shorter].pieces(RUN_BYTES):
        yield at, raw[at : at + len(other)], other
        at += len(other)


def _pick_changed(raw: memoryview, base: Base, runs: list[tuple[int, int]], layout: str, level: int) -> _Chosen:
    """Return the encoder for the changed runs, chosen on samples of up to three of them."""
    some = runs if len(runs) <= 3 else [runs[0], runs[len(runs) // 2], runs[-1]]
    cuts = [(start + a, start + b) for start, end in some for a, b in places(end - start)]
    new = memoryview(b"".join(raw[a:b] for a, b in cuts))
    old = memoryview(b"".join(bytes_of(base[a:b]) for a, b in cuts))
    plain = pick(new, layout, level)
    delta = pick_delta(new, old, layout, level)
    if delta is not None and delta.share <= DELTA_GAIN * plain.share:
        return _Chosen(delta.encoder, plain=False)
    return _Chosen(plain.encoder, plain=True)


def _other_length(raw: memoryview, near: ObjectId, base: Base, layout: str, level: int) -> list[Piece]:
    start = _same_start(raw, base)
    end = _same_end(raw, base, min(len(raw), len(base)) - start)
    new, old = (start, len(raw) - end), (start, len(base) - end)
    between, before = raw[new[0] : new[1]], base[old[0] : old[1]]
    plain = pick(between, layout, level)
    if _worth_it(between, before, plain.share, level):
        middle = _middle(between, before, Use(near, old[0], old[1] - old[0]), level)
    elif start + end < LEAST_COPY_SHARE * len(raw):
        return _pieces(0, len(raw), plain.encoder)
    else:
        middle = _pieces(0, len(between), plain.encoder)
    moved = [Piece(p.start + start, p.end + start, p.encoder, p.uses) for p in middle]
    return [*_copy(0, start, near, 0), *moved, *_copy(new[1], len(raw), near, old[1])]


def _same_start(raw: memoryview, base: Base) -> int:
    """Return the length of the common prefix in bytes."""
    if isinstance(base, memoryview):
        return lanes.same_start(raw, base)
    for at, own, other in _side_by_side(raw, base):
        same = lanes.same_start(own, other)
        if same < len(other):
            return at + same
    return min(len(raw), len(base))


def _same_end(raw: memoryview, base: Base, at_most: int) -> int:
    """Return the length of the common suffix in bytes, at most `at_most`."""
    if isinstance(base, memoryview):
        return lanes.same_end(raw, base, at_most)
    window = lanes.room(RUN_BYTES)
    for at in range(0, at_most, RUN_BYTES):
        size = min(RUN_BYTES, at_most - at)
        end, base_end = len(raw) - at, len(base) - at
        same = lanes.same_end(raw[end - size : end], base[base_end - size : base_end].read(window), size)
        if same < size:
            return at + same
    return at_most


def _middle(raw: memoryview, base: Base, where: Use, level: int) -> list[Piece]:
    """Return one piece per window of `raw`, with the section of the base that it may resemble as prefix.

    where: position of `base` in the base part.
    """
    pieces = []
    for start in range(0, len(raw), WINDOW_BYTES):
        end = min(start + WINDOW_BYTES, len(raw))
        first, last = _seen(start, end, len(raw), len(base))
        pieces.append(Piece(start, end, Prefix(level), (Use(where.base, where.start + first, last - first),)))
    return pieces


def _seen(start: int, end: int, length: int, base_length: int) -> tuple[int, int]:
    """Return (first, last) of the section of the base that a window may resemble.

    It covers the window's offset counted from the beginning and from the end, plus SLACK_BYTES on both sides, and is
    at most 4 * WINDOW_BYTES long. length, base_length: of the whole part and of the whole base.
    """
    shift = base_length - length
    first = max(min(start, start + shift) - SLACK_BYTES, 0)
    last = min(max(end, end + shift) + SLACK_BYTES, base_length)
    if last - first > 4 * WINDOW_BYTES:
        last = min(first + 4 * WINDOW_BYTES, base_length)
    return (first, last) if last > first else (max(base_length - WINDOW_BYTES, 0), base_length)


def _worth_it(raw: memoryview, base: Base, plain_share: float, level: int) -> bool:
    """Return True if samples of `raw` with a prefix from `base` take at most DELTA_GAIN of their plain size."""
    if not len(raw) or len(base) < 64 or not can_write_prefix():
        return False
    cuts = places(len(raw), PROBE_BYTES)
    size = sum(end - start for start, end in cuts)
    if len(base) <= SLACK_BYTES:  # Every sample would have all of the base as prefix, so one frame is enough.
        stored = len(compress_after(b"".join(raw[start:end] for start, end in cuts), bytes_of(base), level))
        return stored <= DELTA_GAIN * plain_share * size
    stored = 0
    for start, end in cuts:
        first, last = _seen(start, end, len(raw), len(base))
        stored += len(compress_after(raw[start:end], bytes_of(base[first:last]), level))
    return stored <= DELTA_GAIN * plain_share * size
