"""The decoder: any byte range of a part, from the blocks that it lies in and from the ranges of its bases.

Verifies the checksum of each block but no part hashes. reading.py reads whole parts and verifies their hashes;
ranges.py reads ranges of bases that are too large for memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from nbmodelver.errors import StoreError
from nbmodelver.store import encodings
from nbmodelver.store.hashes import sum_of
from nbmodelver.store.lanes import room
from nbmodelver.store.limits import MAX_BLOCK_BYTES, MAX_DEPTH, SEGMENT_BYTES
from nbmodelver.store.packs import COPY, Block, Contents, Entry, Use, damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbmodelver.model import Backend, ObjectId
    from nbmodelver.store.index import Place
    from nbmodelver.store.workers import Workers

_IN_PLACE = {COPY, 7, 8}
"""Encodings whose decoders accept the base in the same memory that they fill."""

_CACHE_BYTES = 32 << 20
_MOST_BASES = 2 * MAX_DEPTH


class _Run(NamedTuple):
    """Decoded bytes of a base, beginning at its byte `start`."""

    start: int
    raw: memoryview


class Decoder:
    """Decodes ranges of parts into memory of the caller. place: returns where a base is. Any thread may call it."""

    def __init__(self, backend: Backend, place: Callable[[ObjectId], Place], workers: Workers) -> None:
        self._backend, self._place, self._workers = backend, place, workers
        self._solid = _Solid()

    def fill(self, place: Place, out: memoryview, start: int = 0, *, wide: bool = True, deep: int = 0) -> None:
        """Decode len(out) raw bytes of a part, from its byte `start` on, into `out` (writable, uint8).

        wide: use all threads; must be False in a task of the pool. deep: number of deltas above this call.
        Raises Damaged, and KeyError with the key of a pack that is gone.
        """
        contents, entry = place
        end = start + len(out)
        if end > entry.size:
            raise StoreError(f"part {entry.id} has {entry.size} bytes, not {end}", "this is a bug in nbmodelver")
        if deep > _MOST_BASES:
            raise damaged(contents.pack, f"part {entry.id} goes through more than {_MOST_BASES} bases")
        blocks = contents.covering(entry, start, end)
        first, last = _of_whole_blocks(contents, entry, blocks, start, end)
        if (first, last) != (start, end):
            more = room(last - first)
            self.fill(place, more, first, wide=wide, deep=deep)
            out[:] = more[start - first : end - first]
            return
        in_place = self._in_place_base(contents, entry, blocks)
        bases: dict[ObjectId, _Run] | None = None
        if in_place is not None:
            self.fill(in_place, out, start, wide=wide, deep=deep + 1)
        else:
            bases = self._bases(_uses(contents, entry, blocks, start, end), contents.pack, wide, deep)

        def one(index: int) -> None:
            self._fill_by_block(place, index, out, start, bases=bases, deep=deep)

        if wide and len(out) >= SEGMENT_BYTES // 2:
            self._workers.map(one, blocks)
        else:
            for index in blocks:
                one(index)

    def _in_place_base(self, contents: Contents, entry: Entry, blocks: range) -> Place | None:
        """Return the base to decode into `out` itself: a single one of equal length, used at equal offsets, or None."""
        found: ObjectId | None = None
        for block in (contents.blocks[i] for i in blocks):
            at = block.raw_start - entry.raw_start
            for use in block.uses:
                fits = block.encoding in _IN_PLACE and (use.start, use.length) == (at, block.raw)
                if not fits or at + block.raw > entry.size or use.base != (found or use.base):
                    return None
                found = use.base
        place = self._place(found) if found is not None else None
        return place if place is not None and place.entry.size == entry.size else None

    def _bases(self, uses: Sequence[Use], pack: str, wide: bool, deep: int) -> dict[ObjectId, _Run]:
        """Decode what `uses` need: for each base one run, from the first byte used to the last."""
        runs: dict[ObjectId, _Run] = {}
        for base in sorted({use.base for use in uses}):
            own = [use for use in uses if use.base == base]
            start, end = min(use.start for use in own), max(use.start + use.length for use in own)
            place = self._place(base)
            if end > place.entry.size:
                raise damaged(pack, "a block uses bytes that its base does not have")
            place.contents.covering(place.entry)  # Raises Damaged if the declared size is impossible.
            raw = room(end - start)
            self.fill(place, raw, start, wide=wide, deep=deep + 1)
            runs[base] = _Run(start, raw)
        return runs

    def _fill_by_block(
        self, place: Place, index: int, out: memoryview, start: int, *, bases: Mapping[ObjectId, _Run] | None, deep: int
    ) -> None:
        """Decode block `index` into its section of `out`. bases: None if `out` already holds the base."""
        contents, entry = place
        block = contents.blocks[index]
        first = max(block.raw_start, entry.raw_start + start)
        end = min(block.raw_start + block.raw, entry.raw_start + start + len(out))
        target = out[first - entry.raw_start - start : end - entry.raw_start - start]
        if _is_shared(block, entry):
            raw = self._shared(contents, index, deep)
            target[:] = raw[first - block.raw_start : end - block.raw_start]
        elif bases is None:
            if block.encoding != COPY:
                self._decode(contents, block, target, target if block.uses else b"")
        else:
            uses = _cut(block, first - block.raw_start, end - block.raw_start)
            self._decode(contents, block, target, _base_bytes(contents, uses, bases))

    def block(self, contents: Contents, index: int) -> memoryview:
        """Return the raw bytes of a block that several parts share. Read-only. Raises Damaged, KeyError."""
        return self._shared(contents, index, 0)

    def _shared(self, contents: Contents, index: int, deep: int) -> memoryview:
        """Return the raw bytes of a block that several parts share, from the cache if possible. Read-only."""
        key = (contents.pack, index)
        raw = self._solid.get(key)
        if raw is None:
            block = contents.blocks[index]
            if block.raw > MAX_BLOCK_BYTES:
                raise damaged(contents.pack, f"a shared block of {block.raw} bytes is above the limit")
            raw = memoryview(bytearray(block.raw))
            bases = self._bases(block.uses, contents.pack, False, deep)
            self._decode(contents, block, raw, _base_bytes(contents, block.uses, bases))
            self._solid.put(key, raw)
        return raw

    def _decode(self, contents: Contents, block: Block, out: memoryview, base: bytes | memoryview) -> None:
        stored = self.stored(contents, block)
        try:
            encodings.decode(block.encoding, stored, out, base)
        except ValueError as error:
            raise damaged(contents.pack, f"the block at byte {block.start} cannot be decoded ({error})") from error

    def stored(self, contents: Contents, block: Block) -> memoryview:
        """Return the stored bytes of a block, their checksum verified. Raises Damaged, KeyError."""
        stored = memoryview(self._read(contents, block) if block.stored else b"")
        if len(stored) != block.stored or sum_of(stored) != block.sum:
            raise damaged(contents.pack, f"the block at byte {block.start} was changed or cut")
        return stored

    def _read(self, contents: Contents, block: Block) -> bytes | memoryview:
        if contents.read_block is not None:
            return contents.read_block(block)
        return self._backend.read(contents.pack, block.start, block.stored)


def _is_shared(block: Block, entry: Entry) -> bool:
    end = entry.raw_start + entry.size
    return block.raw_start < entry.raw_start or block.raw_start + block.raw > end


def _of_whole_blocks(contents: Contents, entry: Entry, blocks: range, start: int, end: int) -> tuple[int, int]:
    """Extend a range to the borders of its first and last block. Copies and shared blocks need no extension."""
    for index in (blocks[0], blocks[-1]) if blocks else ():
        block = contents.blocks[index]
        if block.encoding != COPY and not _is_shared(block, entry):
            start = min(start, block.raw_start - entry.raw_start)
            end = max(end, block.raw_start - entry.raw_start + block.raw)
    return start, end


def _uses(contents: Contents, entry: Entry, blocks: range, start: int, end: int) -> list[Use]:
    """Return the base ranges that the blocks need for this range of the part. Shared blocks are not included."""
    found: list[Use] = []
    for block in (contents.blocks[i] for i in blocks):
        if not _is_shared(block, entry):
            at = block.raw_start - entry.raw_start
            found += _cut(block, max(start - at, 0), min(end - at, block.raw))
    return found


def _cut(block: Block, start: int, end: int) -> Sequence[Use]:
    """Return the base ranges for a range of a block: a section of it for a copy, all of them otherwise."""
    if block.encoding != COPY or len(block.uses) != 1:
        return block.uses
    (use,) = block.uses
    if use.length != block.raw:  # Malformed; the decoder raises for it.
        return block.uses
    return (replace(use, start=use.start + start, length=end - start),)


def _base_bytes(contents: Contents, uses: Sequence[Use], bases: Mapping[ObjectId, _Run]) -> bytes | memoryview:
    pieces = [bases[u.base].raw[u.start - bases[u.base].start :][: u.length] for u in uses]
    if len(pieces) == 1:
        return pieces[0]
    if sum(map(len, pieces)) > 2 * MAX_BLOCK_BYTES:
        raise damaged(contents.pack, "a block uses more bytes of its bases than the limit")
    return b"".join(pieces)


class _Solid:
    """A cache of the most recently used shared blocks, up to _CACHE_BYTES."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._blocks: OrderedDict[tuple[str, int], memoryview] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[str, int]) -> memoryview | None:
        with self._guard:
            raw = self._blocks.get(key)
            if raw is not None:
                self._blocks.move_to_end(key)
            return raw

    def put(self, key: tuple[str, int], raw: memoryview) -> None:
        with self._guard:
            if key not in self._blocks:
                self._blocks[key] = raw
                self._bytes += len(raw)
            while self._bytes > _CACHE_BYTES and len(self._blocks) > 1:
                self._bytes -= len(self._blocks.popitem(last=False)[1])
