"""Encoding of one block. Each block is decoded again and compared before it counts (D12, see docs/durability.md)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import StoreError
from nbmodelver.store import encodings
from nbmodelver.store.choice import pick, pick_delta
from nbmodelver.store.encodings.plain import Raw, Zstd
from nbmodelver.store.hashes import print_of, sum_of
from nbmodelver.store.lanes import room
from nbmodelver.store.limits import DELTA_GAIN, RAW_GAIN, SEGMENT_BYTES
from nbmodelver.store.packs import COPY, NewBlock, Use
from nbmodelver.store.ranges import bytes_of

if TYPE_CHECKING:
    from nbmodelver.store.encodings.protocol import BlockEncoder
    from nbmodelver.store.lanes import Buffer
    from nbmodelver.store.ranges import Stretch

_local = threading.local()


@dataclass(frozen=True)
class Encoded:
    """A block and its stored bytes."""

    block: NewBlock
    stored: bytes


def copied(length: int, uses: tuple[Use, ...]) -> Encoded:
    """Return the block that copies a range of its base. length: raw bytes."""
    return Encoded(NewBlock(length, 0, sum_of(b""), COPY, uses), b"")


def finished(length: int, encoder: BlockEncoder, stored: bytes, uses: tuple[Use, ...]) -> Encoded:
    """Return a block with these stored bytes. The caller has already verified that they decode to the raw bytes."""
    return Encoded(NewBlock(length, len(stored), sum_of(stored), encoder.number, uses), stored)


def encoded(
    raw: memoryview, encoder: BlockEncoder, base: Buffer | Stretch, uses: tuple[Use, ...], level: int
) -> Encoded:
    """Encode `raw` with `encoder`, or with plain zstd or raw if it does not fit or gains nothing.

    raw: 1-D uint8, may be live memory; only read. base: the bytes of `uses`, concatenated. level: of plain zstd.
    Raises StoreError if the block does not decode to `raw`: another thread changed it, or memory is faulty.
    """
    base = bytes_of(base)
    before = print_of(raw)
    stored = _stored(raw, encoder, base)
    number = encoder.number
    if stored is None or len(stored) >= RAW_GAIN * len(raw):
        stored, number, uses, base = *_plain(raw, level), (), b""
    check = _scratch(len(raw))
    try:
        encodings.decode(number, memoryview(stored), check, base)
    except ValueError as error:
        raise changed_meanwhile() from error
    if print_of(check) != before:
        raise changed_meanwhile()
    return Encoded(NewBlock(len(raw), len(stored), sum_of(stored), number, uses), stored)


def encoded_solid(raw: memoryview, layout: str, base: Buffer, uses: tuple[Use, ...], level: int) -> Encoded:
    """Encode the block of several small parts of one layout. base: the bytes of all their bases, concatenated."""
    plain = pick(raw, layout, level)
    if uses:
        delta = _best_delta(raw, base, layout, level, plain.share)
        if delta is not None:
            return encoded(raw, delta, base, uses, level)
    return encoded(raw, plain.encoder, b"", (), level)


def _best_delta(raw: memoryview, base: Buffer, layout: str, level: int, plain_share: float) -> BlockEncoder | None:
    from nbmodelver.store.encodings.frames import can_write_prefix
    from nbmodelver.store.encodings.prefix import Prefix

    if len(raw) == len(base):
        found = pick_delta(raw, base, layout, level)
        if found is not None and found.share <= DELTA_GAIN * plain_share:
            return found.encoder
    if not can_write_prefix():
        return None
    prefix = Prefix(level)
    stored = prefix.encode(raw, base)
    return prefix if stored and sum(map(len, stored)) <= DELTA_GAIN * plain_share * len(raw) else None


def changed_meanwhile() -> StoreError:
    """Return the error for memory that changed while it was read."""
    return StoreError(
        "a value changed while it was being stored; nothing was written",
        "commit again while no thread writes to it, and no cell during a commit in the background",
    )


def _stored(raw: memoryview, encoder: BlockEncoder, base: Buffer) -> bytes | None:
    pieces = encoder.encode(raw, base)
    if pieces is None:
        return None
    return bytes(pieces[0]) if len(pieces) == 1 else b"".join(pieces)


def _plain(raw: memoryview, level: int) -> tuple[bytes, int]:
    frame = bytes(Zstd(level).encode(raw, b"")[0])
    if len(frame) < RAW_GAIN * len(raw):
        return frame, Zstd.number
    return bytes(raw), Raw.number


def _scratch(size: int) -> memoryview:
    """Return memory of this thread to decode into. It is reused: page faults of new memory cost more than the copy."""
    made: memoryview | None = getattr(_local, "scratch", None)
    if made is None or len(made) < size:
        made = _local.scratch = room(max(size, 2 * SEGMENT_BYTES))
    return made[:size]
