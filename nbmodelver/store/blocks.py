"""Raw bytes to one finished block: encoded, decoded again and compared before anyone relies on it."""

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
    """The block that stands for a run of its base."""
    return Encoded(NewBlock(length, 0, sum_of(b""), COPY, uses), b"")


def finished(length: int, encoder: BlockEncoder, stored: bytes, uses: tuple[Use, ...]) -> Encoded:
    """The block with these stored bytes, of which the caller knows what decoding them gives."""
    return Encoded(NewBlock(length, len(stored), sum_of(stored), encoder.number, uses), stored)


def encoded(
    raw: memoryview, encoder: BlockEncoder, base: Buffer | Stretch, uses: tuple[Use, ...], level: int
) -> Encoded:
    """The block for `raw`: by `encoder`, or plainly where that does not fit or gains nothing.

    Raises StoreError when decoding does not give `raw` back: then another thread changed it, or memory is bad.
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
    """The block for several small parts of one layout; `base` is what they resemble, one after the other."""
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
    """The error for memory that did not hold still."""
    return StoreError(
        "a value changed while it was being stored; nothing was written",
        "commit again while no thread, and no cell beside a commit in the background, writes to it",
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
    """Memory of this thread to decode into, used again and again: new memory costs more than the copy into it."""
    made: memoryview | None = getattr(_local, "scratch", None)
    if made is None or len(made) < size:
        made = _local.scratch = room(max(size, 2 * SEGMENT_BYTES))
    return made[:size]
